import { natPorts } from '../../values/nat-range.ts';
import { defineTarget, flag, option } from '../definition.ts';
import { atInterface, checkPorts, rangeOf, translation } from '../shared/nat.ts';
import { translates } from '../shared/packet-sets.ts';

const ports = option('to-ports', natPorts);
const random = flag('random');
const fully = flag('random-fully');

export default defineTarget({
  name: 'MASQUERADE',
  families: ['ipv4', 'ipv6'],
  terminating: true,
  tracks: true,
  tables: ['nat'],
  hooks: ['POSTROUTING'],
  options: [ports, random, fully],
  check: (use) => checkPorts(use, use.option(ports), true),
  action(use) {
    const chosen = use.option(ports)?.value;
    const range = rangeOf(chosen === undefined ? {} : { ports: chosen }, { random: use.option(random) !== undefined || use.option(fully) !== undefined });
    return translation('source', (traversal) => atInterface(traversal, 'out', range));
  },
  result: () => translates('source'),
});
