import type { Family } from '../netfilter.ts';

/** An IPv4 address as an unsigned 32-bit number, an IPv6 address as a 128-bit bigint. */
export type Address = number | bigint;

/** Bits of the TCP flags, as they stand in the header. */
export const TCP_FLAGS = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 } as const;

export type ConntrackState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';

/** How the packet comes to the host: to be delivered, to be forwarded, or from a local process. */
export type Path = 'in' | 'forward' | 'out';

/**
 * A packet as the engine sees it. A field that is undefined is left open (a class of packets); what depends on it is
 * unknown. Fields change while targets rewrite the packet.
 */
export interface Packet {
  readonly family: Family;
  path: Path;
  /** Whether the path was said outright; only then it stands against what the facts about the host say. */
  pathGiven: boolean;
  /** Names of the interfaces; undefined = left open. */
  in: string | undefined;
  out: string | undefined;
  /** IP protocol number (6 tcp, 17 udp, 1 icmp, 58 ipv6-icmp). */
  protocol: number | undefined;
  source: Address | undefined;
  destination: Address | undefined;
  /** TCP, UDP, SCTP, DCCP, UDP-Lite ports; undefined for other protocols too. */
  sourcePort: number | undefined;
  destinationPort: number | undefined;
  /** Undefined = those of the ordinary next packet of its connection, SYN where it has none; or, with `anyFlags`, left open. */
  tcpFlags: number | undefined;
  anyFlags: boolean;
  icmpType: number | undefined;
  icmpCode: number | undefined;
  /** Identifier of an ICMP query, which conntrack keys on; undefined counts as 0. */
  icmpId: number | undefined;
  /** Security parameters index of an ESP or AH packet. */
  spi: number | undefined;
  /** Numbers of the IPv6 extension headers in front of the protocol, in their order; a fragment header is told by the fragment. */
  headers: readonly number[];
  /** Whether IPv4 options, of which no more is told, lie in front of the protocol. */
  hasOptions: boolean;
  /** The packet quoted inside an ICMP error. */
  inner: Packet | undefined;
  mark: number | undefined;
  tos: number | undefined;
  ttl: number | undefined;
  /** Total length in bytes. */
  length: number | undefined;
  /** Source hardware address, in lower case with colons. */
  mac: string | undefined;
  /** Owner of the socket that it comes from; NO_OWNER where the kernel itself made it. */
  uid: number | undefined;
  gid: number | undefined;
  /** Offset in bytes of a fragment's data; 0 or undefined = not a later fragment. */
  fragmentOffset: number | undefined;
  moreFragments: boolean;
  /** Conntrack state where it is asserted instead of computed. */
  state: ConntrackState | undefined;
  /** Time of arrival in seconds on the world's clock; undefined = right after the packet before. */
  at: number | undefined;
}

/** Whether the packet is a fragment that does not begin with the transport header. */
export const isLaterFragment = ({ fragmentOffset = 0 }: Packet): boolean => fragmentOffset > 0;

/** User and group of a packet that comes from no socket. */
export const NO_OWNER = -1;

/** A packet with every field left open except those given, the family and the path. */
export function makePacket(fields: Partial<Packet> & Pick<Packet, 'family' | 'path'>): Packet {
  return {
    pathGiven: true, in: undefined, out: undefined, protocol: undefined, source: undefined, destination: undefined,
    sourcePort: undefined, destinationPort: undefined, tcpFlags: undefined, anyFlags: false, icmpType: undefined, icmpCode: undefined,
    icmpId: undefined, spi: undefined, headers: [], hasOptions: false, inner: undefined, mark: undefined, tos: undefined, ttl: undefined, length: undefined, mac: undefined,
    uid: undefined, gid: undefined, fragmentOffset: undefined, moreFragments: false, state: undefined, at: undefined,
    ...fields,
  };
}

/** A copy of the packet; written field by field, as one is made of every packet of a stream and a spread costs ten times as much. */
export function copyPacket(packet: Packet): Packet {
  return {
    family: packet.family, path: packet.path, pathGiven: packet.pathGiven, in: packet.in, out: packet.out, protocol: packet.protocol,
    source: packet.source, destination: packet.destination, sourcePort: packet.sourcePort, destinationPort: packet.destinationPort,
    tcpFlags: packet.tcpFlags, anyFlags: packet.anyFlags, icmpType: packet.icmpType, icmpCode: packet.icmpCode, icmpId: packet.icmpId,
    spi: packet.spi, headers: packet.headers, hasOptions: packet.hasOptions, inner: packet.inner, mark: packet.mark, tos: packet.tos, ttl: packet.ttl, length: packet.length, mac: packet.mac, uid: packet.uid,
    gid: packet.gid, fragmentOffset: packet.fragmentOffset, moreFragments: packet.moreFragments, state: packet.state, at: packet.at,
  };
}
