import { isLaterFragment, TCP_FLAGS } from '../../engine/packet.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import type { Condition } from '../../engine/traversal.ts';
import { Unknown } from '../../engine/truth.ts';
import { all, both } from '../../sets/bounds.ts';
import { integer } from '../../values/integer.ts';
import { conditionOf, defineMatch, flag, option, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { decide, observed } from '../shared/fields.ts';
import { optionPackets, transportPackets } from '../shared/packet-sets.ts';

const CODE_POINTS = ['Not-ECT', 'ECT(1)', 'ECT(0)', 'CE'];

const cwr = flag('ecn-tcp-cwr', { negatable: true, protocols: [PROTOCOL.tcp] });
const ece = flag('ecn-tcp-ece', { negatable: true, protocols: [PROTOCOL.tcp] });
const ect = option('ecn-ip-ect', {
  ...integer({ what: 'an ECN code point', min: 0, max: 3, example: '3' }),
  complete: () => CODE_POINTS.map((detail, value) => ({ text: String(value), detail })),
  hover: (value) => CODE_POINTS[value],
}, { negatable: true });

const ECN_BITS = 3;

function flagCondition(use: ExtensionUse, spec: OptionSpec<true>, name: 'ECE' | 'CWR'): Condition[] {
  const question = `the TCP flag ${name} is set`;
  return conditionOf(use, spec,
    // Of a later fragment the kernel reads the data as if it were the header.
    (_, { packet }) => (isLaterFragment(packet) ? new Unknown(`the data of the fragment is such that ${question}`) : decide(packet.tcpFlags, () => question, (flags) => (flags & TCP_FLAGS[name]) !== 0)),
    ({ packet }) => observed(packet.tcpFlags, `the TCP flag ${name}`, (flags) => ((flags & TCP_FLAGS[name]) === 0 ? 'clear' : 'set')));
}

export default defineMatch({
  name: 'ecn',
  families: ['ipv4', 'ipv6'],
  options: [ece, cwr, ect],
  requires: [['ecn-tcp-cwr', 'ecn-tcp-ece', 'ecn-ip-ect']],
  conditions: (use) => [
    ...conditionOf(use, ect, (wanted, { packet }) => decide(packet.tos, () => `the ECN code point is ${wanted}`, (tos) => (tos & ECN_BITS) === wanted),
      ({ packet }) => observed(packet.tos, 'the ECN code point', (tos) => `${tos & ECN_BITS} (${CODE_POINTS[tos & ECN_BITS]!})`)),
    ...flagCondition(use, ece, 'ECE'),
    ...flagCondition(use, cwr, 'CWR'),
  ],
  packets: (use, space) => both(space, optionPackets(use, space, ect, (wanted) => space.equals('tos', wanted, ECN_BITS)), transportPackets(use, space, all(space, [
    optionPackets(use, space, ece, () => space.equals('tcpFlags', TCP_FLAGS.ECE, TCP_FLAGS.ECE)),
    optionPackets(use, space, cwr, () => space.equals('tcpFlags', TCP_FLAGS.CWR, TCP_FLAGS.CWR)),
  ]))),
});
