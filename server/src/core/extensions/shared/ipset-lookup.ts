import type { IpSet } from '../../engine/host.ts';
import type { Address, Packet } from '../../engine/packet.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import type { Traversal } from '../../engine/traversal.ts';
import { Unknown, or, type Truth } from '../../engine/truth.ts';
import { elementOf, setChanges } from './ipset-changes.ts';
import { countAndCompare, doubtCounters, type CounterUse } from './ipset-counters.ts';
import { dimensionsOf, network, readOptions, readSet, type Dimension, type Layer, type Member, type ReadySet, type SetSide } from './ipset.ts';

/** Protocols whose ports sets look at. */
const WITH_PORTS: ReadonlySet<number> = new Set([PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite]);

/** The packet's port as a set keys it: undefined = open, null = it has none and is in no such set. */
function portOf(packet: Packet, side: SetSide, alone: boolean): string | undefined | null {
  const { protocol, icmpType: type, icmpCode: code } = packet;
  const port = side === 'src' ? packet.sourcePort : packet.destinationPort;
  if (protocol === undefined) return undefined;
  if (alone) return protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp ? (port === undefined ? undefined : String(port)) : null;
  if (WITH_PORTS.has(protocol)) return port === undefined ? undefined : `${protocol}:${port}`;
  if (protocol !== PROTOCOL.icmp && protocol !== PROTOCOL.icmpv6) return `${protocol}:0`;
  return type === undefined || code === undefined ? undefined : `${protocol}:${(type << 8) | code}`;
}

/** What the packet has in a dimension: undefined = open, null = nothing. */
function partOf({ packet, inInterface, outInterface, isCopy }: Traversal, dimension: Dimension, side: SetSide, alone: boolean): Address | string | undefined | null {
  switch (dimension) {
    case 'ip': case 'net': return side === 'src' ? packet.source : packet.destination;
    case 'port': return portOf(packet, side, alone);
    // What the host itself sends has no hardware address, not even where it comes back from lo or as a copy. Seen in the kernel.
    case 'mac': return packet.path === 'out' || inInterface === 'lo' || isCopy ? null : side === 'src' ? packet.mac : undefined;
    case 'mark': return packet.mark === undefined ? undefined : String(packet.mark);
    case 'iface': return side === 'src' ? inInterface : outInterface;
    case 'set': return null;
  }
}

/** What a rule wants of a set beside membership. */
export interface SetLookup extends CounterUse {
  /** Whether it asks for the set's exceptions (`nomatch`) instead of its members. */
  readonly wantsExceptions?: boolean;
  /** Whether the counters of the sets in a list stay as they are. */
  readonly leavesSubcounters?: boolean;
}

/** How a packet stands to a set; what its counters leave open is unknown. */
type Membership = 'member' | 'exception' | 'none' | 'open' | Unknown;

/** Sets of ports or hardware addresses alone are for both families. Seen in the kernel. */
const isForeign = ({ family }: IpSet, dimensions: readonly Dimension[], packet: Packet): boolean =>
  dimensions.some((dimension) => dimension === 'ip' || dimension === 'net') && (family === 'inet') !== (packet.family === 'ipv4');

/** What a packet has in one dimension; undefined = open. */
export type Part = Address | string | undefined;

/** What the packet has in each dimension of a set; undefined where the kernel finds nothing to look up. */
export function partsOf(traversal: Traversal, set: IpSet, { dimensions }: ReadySet, sides: readonly SetSide[]): readonly Part[] | undefined {
  // With fewer sides than dimensions, and for the other family, the kernel finds nothing; nor by the destination's hardware address.
  if (sides.length < dimensions.length || isForeign(set, dimensions, traversal.packet) || (set.type === 'bitmap:ip,mac' && sides[1] === 'dst')) return undefined;
  const parts = dimensions.map((dimension, index) => partOf(traversal, dimension, sides[index]!, dimensions.length === 1));
  return parts.includes(null) ? undefined : parts as Part[];
}

function membership(traversal: Traversal, name: string, set: IpSet, parts: readonly Part[], lookup: SetLookup): Membership {
  const known = readSet(set);
  const { filed, layers, isPartial } = known;
  const { elements } = setChanges(traversal.world, name);
  if (parts.slice(0, filed).includes(undefined)) return layers.length === 0 && !isPartial && elements.size === 0 ? 'none' : 'open';
  const changed = elements.size === 0 ? undefined : elements.get(elementOf(set, known, parts as (Address | string)[]));
  if (changed !== undefined) return traversal.world.now < changed ? 'member' : 'none';
  const last = parts[filed] as string | undefined;
  for (const member of candidates(known, parts)) {
    const found = meetMember(traversal, name, known, member, last, lookup);
    if (found !== 'none') return found;
  }
  return isPartial ? 'open' : 'none';
}

/** Members that agree with the packet in what they are filed under, the most specific first. */
export function* candidates({ layers, filed }: ReadySet, parts: readonly (Address | string | undefined | null)[]): Generator<Member> {
  for (const { lengths, members } of layers) yield* members.get(keyIn({ lengths }, parts.slice(0, filed))) ?? [];
}

const keyIn = ({ lengths }: Pick<Layer, 'lengths'>, parts: readonly (Address | string | undefined | null)[]): string =>
  parts.map((part, index) => (lengths[index] === undefined ? part : network(part as Address, lengths[index]))).join(' ');

function meetMember(traversal: Traversal, name: string, { dimensions, filed, hasCounters }: ReadySet, member: Member, last: string | undefined, lookup: SetLookup): Membership {
  if (member.timeout !== undefined && traversal.world.now >= member.timeout) return 'none';
  if (filed < dimensions.length) {
    if (member.last === undefined) return meetBare(traversal, name, member);
    if (last === undefined) return 'open';
    if (!(member.isWildcard ? last.startsWith(member.last) : last === member.last)) return 'none';
  }
  const counted = hasCounters ? countAndCompare(traversal, name, member, lookup) : true;
  return counted === true ? (member.isException ? 'exception' : 'member') : counted === false ? 'none' : counted;
}

/** An address without a hardware address takes that of the first packet, and keeps it. Seen in the kernel. */
function meetBare({ packet, world }: Traversal, name: string, { element }: Member): Membership {
  const taken = world.shared<Map<string, string | undefined>>('ipset hardware addresses', name, () => new Map());
  if (!taken.has(element)) {
    taken.set(element, packet.mac);
    return 'member';
  }
  const mac = taken.get(element);
  if (mac === undefined || packet.mac === undefined) return 'open';
  return mac === packet.mac ? 'member' : 'none';
}

/**
 * Whether a packet is in the set called `name`, or in a set that a list of sets names; unknown where nobody told us of the
 * set, or where a SET target has changed it so that the answer may be another one by now. Members count the packet.
 */
export function isInSet(traversal: Traversal, name: string, sides: readonly SetSide[], lookup: SetLookup): Truth {
  const set = traversal.host.ipsets?.get(name);
  const question = new Unknown(`the packet is in the set ${name} by ${sides.join(',')}`);
  if (set === undefined) return question;
  if (set.type === 'list:set') return isInList(traversal, name, set, sides, lookup);
  const parts = partsOf(traversal, set, readSet(set), sides);
  // Whatever SET has done to it, there is nothing to look up.
  if (parts === undefined) return false;
  const found = membership(traversal, name, set, parts, lookup);
  if (found === 'open') doubtCounters(traversal.world, name);
  if (found === 'open' || found instanceof Unknown) return found === 'open' ? question : found;
  // Types without networks have no exceptions to ask for. Seen in the kernel.
  const isIn = found === (lookup.wantsExceptions === true && dimensionsOf(set).includes('net') ? 'exception' : 'member');
  const { mayHaveMore, mayHaveLess } = setChanges(traversal.world, name);
  // A deleted exception brings back the network that it was made from, an added member hides it. Seen in the kernel.
  return (mayHaveLess && found !== 'none') || (mayHaveMore && found !== 'member') ? question : isIn;
}

/** The sets of a list, in order up to the first that has the packet; counters are compared of the list itself alone. Seen in the kernel. */
function isInList(traversal: Traversal, name: string, { members, counters }: IpSet, sides: readonly SetSide[], lookup: SetLookup): Truth {
  const entries = members.map(readOptions);
  const hasCounters = counters === true || entries.some((entry) => entry.counters !== undefined);
  const inner = { wantsExceptions: lookup.wantsExceptions === true, leavesCounters: lookup.leavesCounters === true || lookup.leavesSubcounters === true };
  let result: Truth = false;
  for (const entry of entries) {
    if (result === true) break;
    if (entry.timeout !== undefined && traversal.world.now >= entry.timeout) continue;
    const isIn = isInSet(traversal, entry.element, sides, inner);
    const counted = isIn === true && hasCounters ? countAndCompare(traversal, name, entry, lookup) : isIn;
    if (isIn instanceof Unknown) doubtCounters(traversal.world, name);
    result = or(result, counted);
  }
  return result;
}
