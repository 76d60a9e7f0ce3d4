import { icmpRole } from '../../engine/conntrack/icmp.ts';
import { jenkins, scale } from '../../engine/conntrack/jhash.ts';
import { isIcmp } from '../../engine/conntrack/tuple.ts';
import { wordsOf } from '../../engine/address.ts';
import type { Address, Packet } from '../../engine/packet.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import type { Traversal } from '../../engine/traversal.ts';

/** What goes into HMARK's hash. Ports (or an SPI) are one word, the source's in the upper half. */
export interface FlowHash {
  readonly sourceMask: Address;
  readonly destinationMask: Address;
  readonly portMask: number;
  readonly portSet: number;
  readonly protocolMask: number;
  /** Whether conntrack's original addresses and ports are taken instead of the packet's. */
  readonly byConnection: boolean;
  readonly seed: number;
  readonly modulus: number;
  readonly offset: number;
}

/** The parts of a flow; undefined where they are not known. */
interface Flow {
  readonly protocol: number | undefined;
  readonly source: Address | undefined;
  readonly destination: Address | undefined;
  /** The first word of what lies behind the IP header; 'none' where the kernel looks for no ports. */
  readonly ports: number | 'none' | undefined;
}

const { tcp, udp, dccp, esp, ah, sctp, udplite } = PROTOCOL;

/** Protocols that have ports, or an SPI, which stands in their place. */
const PORTED: ReadonlySet<number> = new Set([tcp, udp, dccp, sctp, udplite]);
const INDEXED: ReadonlySet<number> = new Set([esp, ah]);

const portsOf = (source: number | undefined, destination: number | undefined): number | undefined =>
  (source === undefined || destination === undefined ? undefined : ((source << 16) | destination) >>> 0);

/** The mark that the kernel computes; undefined where it depends on what is not known. Seen in the kernel. */
export function flowMark(hash: FlowHash, traversal: Traversal): number | undefined {
  const flow = hash.byConnection ? trackedFlow(traversal) : packetFlow(traversal.packet);
  if (flow === undefined) return undefined;
  const source = addressWord(flow.source, hash.sourceMask);
  const destination = addressWord(flow.destination, hash.destinationMask);
  const ports = portsWord(flow, hash);
  const protocol = hash.protocolMask === 0 ? 0 : flow.protocol;
  if (source === undefined || destination === undefined || ports === undefined || protocol === undefined) return undefined;
  const ordered = source <= destination ? [source, destination] : [destination, source];
  const value = (jenkins([...ordered, ports], hash.seed) ^ (protocol & hash.protocolMask)) >>> 0;
  return (scale(value, hash.modulus) + hash.offset) % 2 ** 32;
}

/** An ICMP error counts as the packet that it quotes, whatever that one is. */
function packetFlow(packet: Packet): Flow | undefined {
  const { family, protocol, icmpType, inner } = packet;
  if (!isIcmp(protocol)) return headerFlow(packet);
  if (icmpType === undefined) return undefined;
  return icmpRole(family, icmpType) === 'error' ? inner && headerFlow(inner) : headerFlow(packet);
}

const headerFlow = (packet: Packet): Flow => ({ protocol: packet.protocol, source: packet.source, destination: packet.destination, ports: packetPorts(packet) });

function packetPorts({ protocol, fragmentOffset = 0, moreFragments, spi, sourcePort, destinationPort }: Packet): Flow['ports'] {
  if (fragmentOffset > 0 || moreFragments) return 'none';
  if (protocol === undefined || PORTED.has(protocol)) return portsOf(sourcePort, destinationPort);
  return INDEXED.has(protocol) ? spi : 'none';
}

function trackedFlow({ connection }: Traversal): Flow | undefined {
  const { original, reply } = connection!;
  const ports = original.protocol === PROTOCOL.icmp ? 'none' : portsOf(original.sourcePort, reply.sourcePort);
  return { protocol: original.protocol, source: original.source, destination: reply.source, ports };
}

function addressWord(address: Address | undefined, mask: Address): number | undefined {
  if (mask === 0 || mask === 0n) return 0;
  if (address === undefined) return undefined;
  if (typeof address === 'number') return (address & Number(mask)) >>> 0;
  return wordsOf(address & BigInt(mask)).reduce((folded, word) => folded ^ word, 0) >>> 0;
}

/** The larger port comes first, so that both directions of a flow have one hash. */
function portsWord({ ports }: Flow, { portMask, portSet }: FlowHash): number | undefined {
  if (ports === 'none') return 0;
  if (ports === undefined && portMask !== 0) return undefined;
  const word = (((ports ?? 0) & portMask) | portSet) >>> 0;
  const [upper, lower] = [word >>> 16, word & 0xffff];
  return (upper >= lower ? word : ((lower << 16) | upper)) >>> 0;
}
