import type { Family } from '../../netfilter.ts';
import { wordsOf } from '../address.ts';
import type { Address, Packet } from '../packet.ts';
import { PROTOCOL } from '../protocols.ts';
import type { Tuple } from './connection.ts';

/** ICMP queries and their replies, both ways. */
const ICMP_ANSWERS: Readonly<Record<Family, ReadonlyMap<number, number>>> = {
  ipv4: bothWays([[8, 0], [13, 14], [15, 16], [17, 18]]),
  ipv6: bothWays([[128, 129], [139, 140]]),
};

function bothWays(pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(pairs.flatMap(([query, reply]) => [[query, reply], [reply, query]] as const));
}

/** Whether conntrack tells the protocol's flows apart by ports. DCCP is tracked without them (seen in kernel 6.18). */
export function hasPorts(protocol: number): boolean {
  return protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp || protocol === PROTOCOL.sctp || protocol === PROTOCOL.udplite;
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

/** A number that is equal for equal tuples, and hardly ever for others; undefined when a part is open. */
export function hashOf({ protocol, source, destination, sourcePort, destinationPort, zone }: Tuple): number | undefined {
  if (protocol === undefined || source === undefined || destination === undefined || sourcePort === undefined || destinationPort === undefined) return undefined;
  const ends = mix(mixAddress(mixAddress(0x2c1b3c6d, source), destination), (sourcePort << 16) | destinationPort);
  return mix(ends, (zone << 8) | protocol);
}

/** A number that is equal for tuples with the same source, of which parts may be open. */
export function sourceHash({ protocol, source, sourcePort, zone }: Tuple): number {
  return mix(mixAddress(mix(zone, protocol ?? -1), source ?? 0), sourcePort ?? -1);
}

function mixAddress(hash: number, address: Address): number {
  return typeof address === 'bigint' ? wordsOf(address).reduce(mix, hash) : mix(hash, address);
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

const PARTS = ['protocol', 'source', 'destination', 'sourcePort', 'destinationPort', 'zone'] as const;

/** Whether both tuples may be the same one: they agree wherever both are known. */
export function mayEqual(a: Tuple, b: Tuple): boolean {
  return PARTS.every((part) => a[part] === undefined || b[part] === undefined || a[part] === b[part]);
}

/** Whether both tuples are alike in every part, open parts being alike too. */
export function sameTuple(a: Tuple, b: Tuple): boolean {
  return a.protocol === b.protocol && a.source === b.source && a.destination === b.destination && a.sourcePort === b.sourcePort && a.destinationPort === b.destinationPort && a.zone === b.zone;
}

/** `tuple` with its open parts taken from `other`. */
export function filledFrom(tuple: Tuple, other: Tuple): Tuple {
  return {
    protocol: tuple.protocol ?? other.protocol, source: tuple.source ?? other.source, destination: tuple.destination ?? other.destination,
    sourcePort: tuple.sourcePort ?? other.sourcePort, destinationPort: tuple.destinationPort ?? other.destinationPort, zone: tuple.zone,
  };
}
