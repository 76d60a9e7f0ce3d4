import type { Family } from '../../netfilter.ts';
import { wordsOf } from '../address.ts';
import type { Address, Packet } from '../packet.ts';
import { PROTOCOL } from '../protocols.ts';
import type { Tuple } from './connection.ts';

/** Protocols whose ports conntrack keys on. DCCP is tracked without them (seen in kernel 6.18). */
const PORT_PROTOCOLS: ReadonlySet<number> = new Set([PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite]);

/** ICMP queries and their replies, both ways. */
const ICMP_ANSWERS: Readonly<Record<Family, ReadonlyMap<number, number>>> = {
  ipv4: bothWays([[8, 0], [13, 14], [15, 16], [17, 18]]),
  ipv6: bothWays([[128, 129], [139, 140]]),
};

function bothWays(pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(pairs.flatMap(([query, reply]) => [[query, reply], [reply, query]] as const));
}

/** Whether conntrack tells the protocol's flows apart by ports. */
export function hasPorts(protocol: number): boolean {
  return PORT_PROTOCOLS.has(protocol);
}

/** Whether packets of the protocol have ports that rules can ask for. */
export function carriesPorts(protocol: number): boolean {
  return hasPorts(protocol) || protocol === PROTOCOL.dccp;
}

/** Whether the protocol is the ICMP of either family. */
export function isIcmp(protocol: number | undefined): boolean {
  return protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
}

/** How conntrack keys the packet; parts are undefined where the packet leaves them open. */
export function tupleOf(packet: Packet, zone: number): Tuple {
  const { protocol, source, destination } = packet;
  if (isIcmp(protocol)) {
    const { icmpType: type, icmpCode: code } = packet;
    return { protocol, source, destination, sourcePort: packet.icmpId ?? 0, destinationPort: type === undefined ? undefined : (type << 8) | (code ?? 0), zone };
  }
  if (protocol !== undefined && !hasPorts(protocol)) return { protocol, source, destination, sourcePort: 0, destinationPort: 0, zone };
  return { protocol, source, destination, sourcePort: packet.sourcePort, destinationPort: packet.destinationPort, zone };
}

/** The tuple of the packets that answer `tuple`. */
export function inverse(tuple: Tuple): Tuple {
  const { protocol, source, destination, sourcePort, destinationPort, zone } = tuple;
  if (isIcmp(protocol)) return { protocol, source: destination, destination: source, sourcePort, destinationPort: answerOf(tuple), zone };
  return { protocol, source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort, zone };
}

/** Type and code of the answer to an ICMP tuple; other types answer themselves. */
function answerOf({ protocol, destinationPort }: Tuple): number | undefined {
  if (destinationPort === undefined) return undefined;
  const answers = ICMP_ANSWERS[protocol === PROTOCOL.icmp ? 'ipv4' : 'ipv6'];
  const type = destinationPort >> 8;
  return ((answers.get(type) ?? type) << 8) | (destinationPort & 0xff);
}

/** Whether a part of the tuple is not known. */
export function isOpen({ protocol, source, destination, sourcePort, destinationPort }: Tuple): boolean {
  return protocol === undefined || source === undefined || destination === undefined || sourcePort === undefined || destinationPort === undefined;
}

/** A string that is equal exactly for equal tuples; undefined when a part is open. */
export function keyOf({ protocol, source, destination, sourcePort, destinationPort, zone }: Tuple): string | undefined {
  if (protocol === undefined || source === undefined || destination === undefined || sourcePort === undefined || destinationPort === undefined) return undefined;
  if (typeof source === 'number' && typeof destination === 'number') {
    return String.fromCharCode(
      source >>> 16, source & 0xffff, destination >>> 16, destination & 0xffff, sourcePort, destinationPort, protocol, zone);
  }
  return `${String.fromCharCode(sourcePort, destinationPort, protocol, zone)}${packed(source)}${packed(destination)}`;
}

function packed(address: Address): string {
  if (typeof address === 'number') return String.fromCharCode(address >>> 16, address & 0xffff);
  const [a, b, c, d] = wordsOf(address);
  return String.fromCharCode(a >>> 16, a & 0xffff, b >>> 16, b & 0xffff, c >>> 16, c & 0xffff, d >>> 16, d & 0xffff);
}

const PARTS = ['protocol', 'source', 'destination', 'sourcePort', 'destinationPort', 'zone'] as const;

/** Whether both tuples may be the same one: they agree wherever both are known. */
export function mayEqual(a: Tuple, b: Tuple): boolean {
  return PARTS.every((part) => a[part] === undefined || b[part] === undefined || a[part] === b[part]);
}

/** Whether both tuples are alike in every part, open parts being alike too. */
export function sameTuple(a: Tuple, b: Tuple): boolean {
  return PARTS.every((part) => a[part] === b[part]);
}

/** `tuple` with its open parts taken from `other`. */
export function filledFrom(tuple: Tuple, other: Tuple): Tuple {
  return {
    protocol: tuple.protocol ?? other.protocol, source: tuple.source ?? other.source, destination: tuple.destination ?? other.destination,
    sourcePort: tuple.sourcePort ?? other.sourcePort, destinationPort: tuple.destinationPort ?? other.destinationPort, zone: tuple.zone,
  };
}
