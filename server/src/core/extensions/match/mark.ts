import { markMatch } from '../../values/mark.ts';
import { conditionOf, defineMatch, option } from '../definition.ts';
import { observed } from '../shared/fields.ts';
import { optionPackets } from '../shared/packet-sets.ts';
import { hex, markTruth } from '../shared/mark.ts';

const mark = option('mark', markMatch, { negatable: true });

export default defineMatch({
  name: 'mark',
  families: ['ipv4', 'ipv6'],
  options: [mark],
  requires: [['mark']],
  conditions: (use) => conditionOf(use, mark, (wanted, { packet }) => markTruth(wanted, packet.mark, 'the mark'), ({ packet }) => observed(packet.mark, 'the mark', hex)),
  packets: (use, space) => optionPackets(use, space, mark, ({ value, mask }) => space.equals('mark', value, mask)),
});
