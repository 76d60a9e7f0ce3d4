import { isLaterFragment, type Packet } from '../../engine/packet.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, and, type Truth } from '../../engine/truth.ts';
import { headerNumbers, IPV6_HEADERS, ipv6Headers, type Ipv6Header } from '../../values/ipv6-header.ts';
import { defineMatch, flag, negation, option, type BoundOption, type ExtensionUse } from '../definition.ts';
import { carries } from '../shared/extension-header.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const header = option('header', ipv6Headers, { negatable: true });
const soft = flag('soft');

/** Headers behind which the kernel looks no further: what they hold is no protocol to it. */
const LAST = [headerNumbers.esp, headerNumbers['ipv6-nonxt']];

/** Headers behind which more follows that is not described. */
const MORE_FOLLOWS = [headerNumbers['hop-by-hop'], headerNumbers['ipv6-opts'], headerNumbers['ipv6-route'], headerNumbers['ipv6-frag'], headerNumbers.ah];

function has(packet: Packet, name: Ipv6Header): Truth {
  const { protocol } = packet;
  const fragment = packet.moreFragments || isLaterFragment(packet);
  if (name === 'ipv6-frag' && fragment) return true;
  if (protocol !== undefined && MORE_FOLLOWS.includes(protocol) && (name === 'protocol' || headerNumbers[name] !== protocol)) return new Unknown(question(name));
  if (name !== 'protocol') return carries(packet, { number: headerNumbers[name], name: `the header ${name}` });
  return protocol === undefined ? new Unknown(question(name)) : !LAST.includes(protocol);
}

const question = (name: Ipv6Header): string => (name === 'protocol' ? 'the packet has an upper-layer protocol' : `the packet has the header ${name}`);

const all = (truths: readonly Truth[]): Truth => truths.reduce(and, true);

/** The packet has exactly the listed headers; with `--soft` all of them, or, negated, none of them. Seen in the kernel. */
function test({ value: listed, negated }: BoundOption<readonly Ipv6Header[]>, isSoft: boolean, { packet }: Traversal): Truth {
  if (isSoft) return all(listed.map((name) => (negated ? negation(has(packet, name)) : has(packet, name))));
  const exact = all(IPV6_HEADERS.map((name) => (listed.includes(name) ? has(packet, name) : negation(has(packet, name)))));
  return negated ? negation(exact) : exact;
}

function observe({ packet }: Traversal): string {
  const known = IPV6_HEADERS.filter((name) => has(packet, name) === true);
  if (IPV6_HEADERS.some((name) => has(packet, name) instanceof Unknown)) return 'which headers the packet has is open';
  return `the packet has ${known.join(', ')}`;
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const bound = use.option(header);
  if (bound === undefined) return [];
  const isSoft = use.option(soft) !== undefined;
  return [{ source: use.options.map(({ text }) => text).join(' '), test: (traversal) => test(bound, isSoft, traversal), observe }];
}

export default defineMatch({ name: 'ipv6header', families: ['ipv6'], options: [header, soft], requires: [['header']], conditions, packets: questionPackets() });
