import type { About } from '../../engine/knowledge.ts';
import type { Packet } from '../../engine/packet.ts';
import { markMatch, type MarkMask } from '../../values/mark.ts';
import { conditionOf, defineMatch, option } from '../definition.ts';
import { observed } from '../shared/fields.ts';
import { optionPackets } from '../shared/packet-sets.ts';
import { hex, markTruth } from '../shared/mark.ts';

const mark = option('mark', markMatch, { negatable: true });

const about = ({ value, mask }: MarkMask): About =>
  ({ field: 'mark', ...(mask === 0xffffffff ? { yes: [{ from: value, to: value }], pin: (packet: Packet) => { packet.mark = value; } } : {}) });

export default defineMatch({
  name: 'mark',
  families: ['ipv4', 'ipv6'],
  options: [mark],
  requires: [['mark']],
  conditions: (use) => conditionOf(use, mark, (wanted, { packet }) => markTruth(wanted, packet.mark, 'the mark', about(wanted)), ({ packet }) => observed(packet.mark, 'the mark', hex)),
  packets: (use, space) => optionPackets(use, space, mark, ({ value, mask }) => space.equals('mark', value, mask)),
});
