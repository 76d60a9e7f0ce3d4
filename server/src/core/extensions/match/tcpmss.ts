import { PROTOCOL } from '../../engine/protocols.ts';
import { orderedRange } from '../../values/ordered-range.ts';
import { defineMatch, option } from '../definition.ts';
import { unseenCondition } from '../shared/unseen.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const value = orderedRange({ what: 'a maximum segment size', max: 0xffff, example: '536:1460' });
const mss = option('mss', value, { negatable: true });

export default defineMatch({
  name: 'tcpmss',
  families: ['ipv4', 'ipv6'],
  protocols: [PROTOCOL.tcp],
  options: [mss],
  requires: [['mss']],
  conditions: (use) => unseenCondition(use, mss, 'the packet', (range) => `announces a maximum segment size of ${value.print(range, { family: use.family })}`),
  packets: questionPackets(),
});
