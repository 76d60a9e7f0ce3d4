import { natPorts } from '../../values/nat-range.ts';
import { defineTarget, flag, option } from '../definition.ts';
import { atInterface, checkPorts, rangeOf, translation } from '../shared/nat.ts';
import { translates } from '../shared/packet-sets.ts';

const ports = option('to-ports', natPorts);
const random = flag('random');

export default defineTarget({
  name: 'REDIRECT',
  families: ['ipv4', 'ipv6'],
  terminating: true,
  tracks: true,
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],
  options: [ports, random],
  check: (use) => checkPorts(use, use.option(ports), true),
  action(use) {
    const chosen = use.option(ports)?.value;
    const range = rangeOf(chosen === undefined ? {} : { ports: chosen }, { random: use.option(random) !== undefined });
    return translation('destination', (traversal) => atInterface(traversal, 'in', range));
  },
  result: () => translates('destination'),
});
