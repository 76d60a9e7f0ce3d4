import { natDestination } from '../../values/nat-range.ts';
import { defineTarget, flag, option } from '../definition.ts';
import { checkPorts, rangeOf, translation } from '../shared/nat.ts';
import { translates } from '../shared/packet-sets.ts';

const to = option('to-destination', natDestination);
const random = flag('random');
const persistent = flag('persistent');

export default defineTarget({
  name: 'DNAT',
  families: ['ipv4', 'ipv6'],
  terminating: true,
  tracks: true,
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],
  options: [to, random, persistent],
  requires: [['to-destination']],
  check: (use) => checkPorts(use, use.option(to), use.option(to)?.value.ports !== undefined),
  action(use) {
    const range = rangeOf(use.option(to)!.value, { random: use.option(random) !== undefined, persistent: use.option(persistent) !== undefined });
    return translation('destination', () => range);
  },
  result: () => translates('destination'),
});
