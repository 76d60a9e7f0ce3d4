import { natSource } from '../../values/nat-range.ts';
import { defineTarget, flag, option } from '../definition.ts';
import { checkPorts, rangeOf, translation } from '../shared/nat.ts';
import { translates } from '../shared/packet-sets.ts';

const to = option('to-source', natSource);
const random = flag('random');
const fully = flag('random-fully');
const persistent = flag('persistent');

export default defineTarget({
  name: 'SNAT',
  families: ['ipv4', 'ipv6'],
  terminating: true,
  tracks: true,
  tables: ['nat'],
  hooks: ['INPUT', 'POSTROUTING'],
  options: [to, random, fully, persistent],
  requires: [['to-source']],
  check: (use) => checkPorts(use, use.option(to), use.option(to)?.value.ports !== undefined),
  action(use) {
    const range = rangeOf(use.option(to)!.value, { random: use.option(random) !== undefined || use.option(fully) !== undefined, persistent: use.option(persistent) !== undefined });
    return translation('source', () => range);
  },
  result: () => translates('source'),
});
