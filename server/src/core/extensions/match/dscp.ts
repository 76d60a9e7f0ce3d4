import type { Condition } from '../../engine/traversal.ts';
import { both, type Bounds } from '../../sets/bounds.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { dscp as dscpType, dscpClass } from '../../values/dscp.ts';
import { conditionOf, defineMatch, option, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { decide, observed } from '../shared/fields.ts';
import { optionPackets } from '../shared/packet-sets.ts';
import { hex } from '../shared/mark.ts';

const dscp = option('dscp', dscpType, { negatable: true, conflicts: ['dscp-class'] });
const named = option('dscp-class', dscpClass, { negatable: true, saved: 'dscp' });

/** The code point is the upper six bits of the TOS byte; the lower two are ECN's. */
const codePoint = (tos: number | undefined): number | undefined => (tos === undefined ? undefined : tos >> 2);

const condition = (use: ExtensionUse, spec: OptionSpec<number>): Condition[] => conditionOf(use, spec,
  (wanted, { packet }) => decide(codePoint(packet.tos), () => `the DSCP code point is ${hex(wanted)}`, (known) => known === wanted, { field: 'tos', yes: [{ from: wanted << 2, to: (wanted << 2) | 3 }] }),
  ({ packet }) => observed(codePoint(packet.tos), 'the DSCP code point', hex));

const codePackets = (use: ExtensionUse, space: PacketSpace, spec: OptionSpec<number>): Bounds =>
  optionPackets(use, space, spec, (code) => space.equals('tos', code << 2, 0xfc));

export default defineMatch({
  name: 'dscp',
  families: ['ipv4', 'ipv6'],
  options: [dscp, named],
  requires: [['dscp', 'dscp-class']],
  conditions: (use) => [...condition(use, dscp), ...condition(use, named)],
  packets: (use, space) => both(space, codePackets(use, space, dscp), codePackets(use, space, named)),
});
