import type { ConntrackState, Packet } from '../packet.ts';
import { PROTOCOL } from '../protocols.ts';
import { prolong, type Connection, type Tuple, type Zones } from './connection.ts';
import { icmpRole } from './icmp.ts';
import { confirm, kill, newConnection, type ConntrackTable, type Found } from './table.ts';
import { advance, goOrdinaryWay, mayBegin, newProgress, ordinaryFlags, sensibleFlags, tcpKind } from './tcp.ts';
import { inverse, isIcmp, tupleOf } from './tuple.ts';

/** What conntrack says of a packet. */
export interface Tracked {
  readonly state: ConntrackState;
  readonly connection: Connection | undefined;
  readonly direction: 'original' | 'reply';
}

export const INVALID: Tracked = { state: 'INVALID', connection: undefined, direction: 'original' };
export const UNTRACKED: Tracked = { state: 'UNTRACKED', connection: undefined, direction: 'original' };

/** Whether the packet is an ICMP error, which belongs to the connection of the packet inside it. */
export function isIcmpError(packet: Packet): boolean {
  return isIcmp(packet.protocol) && packet.icmpType !== undefined && icmpRole(packet.family, packet.icmpType) === 'error';
}

/** The tuple by which conntrack looks for the packet's connection. */
export function lookupTuple(packet: Packet, zone: number): Tuple {
  if (!isIcmpError(packet)) return tupleOf(packet, zone);
  if (packet.inner !== undefined) return inverse(tupleOf(packet.inner, zone));
  // Nothing is known of the quoted packet but that its sender gets the error.
  return { protocol: undefined, source: undefined, destination: packet.destination, sourcePort: undefined, destinationPort: undefined, zone };
}

/** What a packet that begins a connection gives it: its zones, and the name of its timeout policy. */
export interface Start {
  readonly zones: Zones;
  readonly policy: string | undefined;
}

/** What conntrack makes of a packet whose connection is `found`; moves the connection, enters nothing into the table. */
export function track(table: ConntrackTable, packet: Packet, found: Found | undefined, now: number, start: Start): Tracked {
  if (isIcmp(packet.protocol) && packet.icmpType !== undefined) {
    const role = icmpRole(packet.family, packet.icmpType);
    if (role === 'untracked') return UNTRACKED;
    if (role === 'other') return INVALID;
    if (role === 'error') return related(packet, found);
    if (role === 'answer' && found === undefined) return INVALID;
  }
  if (packet.protocol === PROTOCOL.tcp) return trackTcp(table, packet, found, now, start);
  const tracked = found === undefined ? begun(packet, now, start) : met(found);
  if (found !== undefined && isInitAgain(found)) return tracked;
  refresh(tracked.connection!, now);
  count(tracked, packet);
  return answered(tracked);
}

/** What an SCTP client sends before it is answered begins its association again, which prolongs nothing and is not counted. Seen in kernel 6.18. */
const isInitAgain = ({ connection: { original, replied }, direction }: Found): boolean => original.protocol === PROTOCOL.sctp && direction === 'original' && !replied;

/** Counts a packet that conntrack takes for one of the connection. */
function count({ connection, direction }: Tracked, { length }: Packet): void {
  const counted = connection?.counted?.[direction];
  if (counted === undefined) return;
  counted.packets++;
  counted.bytes = counted.bytes === undefined || length === undefined ? undefined : counted.bytes + length;
}

/** An ICMP error is RELATED to a connection when it goes to where the quoted packet came from. */
function related(packet: Packet, found: Found | undefined): Tracked {
  if (found === undefined) return INVALID;
  const { connection, direction } = found;
  const receiver = (direction === 'reply' ? connection.reply : connection.original).destination;
  if (receiver !== undefined && packet.destination !== undefined && receiver !== packet.destination) return INVALID;
  return { state: 'RELATED', connection, direction };
}

function trackTcp(table: ConntrackTable, packet: Packet, found: Found | undefined, now: number, start: Start): Tracked {
  if (found !== undefined && found.connection.tcp === undefined) goOrdinaryWay(found.connection, now);
  const flags = packet.tcpFlags ?? ordinaryFlags(found?.connection, found?.direction ?? 'original');
  if (!sensibleFlags(flags)) return INVALID;
  if (found === undefined) {
    if (!mayBegin(flags)) return INVALID;
    const tracked = begun(packet, now, start);
    // A connection that is picked up in the middle is taken as it comes.
    tracked.connection!.tcp!.heard = tcpKind(flags) === 'ack';
    advance(tracked.connection!, 'original', flags, now);
    count(tracked, packet);
    return tracked;
  }
  const tracked = met(found);
  switch (advance(found.connection, found.direction, flags, now)) {
    case 'invalid': return INVALID;
    case 'again':
      kill(table, found.connection);
      return trackTcp(table, packet, undefined, now, start);
    case 'closed':
      kill(table, found.connection);
      count(tracked, packet);
      return answered(tracked);
    case 'valid':
      count(tracked, packet);
      return answered(tracked);
    case 'repeated': case 'ignored': return answered(tracked);
  }
}

/** A packet that begins a connection. */
function begun(packet: Packet, now: number, { zones, policy }: Start): Tracked {
  const connection = newConnection(tupleOf(packet, zones.original), now, zones.reply);
  if (policy !== undefined) connection.policy = { name: policy, prolonged: now };
  if (packet.protocol === PROTOCOL.tcp) connection.tcp = newProgress();
  return { state: 'NEW', connection, direction: 'original' };
}

/** A packet of a connection that is in the table. */
function met({ connection, direction }: Found): Tracked {
  if (direction === 'reply' || connection.replied) return { state: 'ESTABLISHED', connection, direction };
  return { state: connection.expected ? 'RELATED' : 'NEW', connection, direction };
}

/** Notes a reply, which only later packets see. */
function answered(tracked: Tracked): Tracked {
  if (tracked.direction === 'reply') tracked.connection!.replied = true;
  return tracked;
}

/** Seconds that entries of protocols without states live on (the kernel's defaults). */
const LIFE = { udp: 30, udpStream: 120, icmp: 30, gre: 30, greStream: 180, sctpFirst: 10, sctp: 210, other: 600 } as const;

/** A UDP flow that goes both ways for longer than this is a stream, and lives longer; one of UDP-Lite is at once. Seen in the kernel. */
const STREAM_AFTER = 2;

function refresh(connection: Connection, now: number): void {
  prolong(connection, life(connection, now), now);
  if (isUdpStream(connection, now) || (connection.replied && connection.original.protocol === PROTOCOL.gre)) connection.assured = true;
}

function isUdpStream({ original: { protocol }, replied, began }: Connection, now: number): boolean {
  return replied && (protocol === PROTOCOL.udplite || (protocol === PROTOCOL.udp && now > began + STREAM_AFTER));
}

function life(connection: Connection, now: number): number {
  const { original: { protocol }, replied } = connection;
  switch (protocol) {
    case PROTOCOL.udp: case PROTOCOL.udplite: return isUdpStream(connection, now) ? LIFE.udpStream : LIFE.udp;
    case PROTOCOL.icmp: case PROTOCOL.icmpv6: return LIFE.icmp;
    case PROTOCOL.gre: return replied ? LIFE.greStream : LIFE.gre;
    case PROTOCOL.sctp: return replied ? LIFE.sctp : LIFE.sctpFirst;
    default: return LIFE.other;
  }
}

/** Seconds that a connection which exists only because a packet asserts it lives on. */
const ASSERTED_LIFE = 600;

/** What conntrack would have to know for the packet's asserted state; what it implies is entered into the table. */
export function assertState(table: ConntrackTable, packet: Packet, found: Found | undefined, now: number, zones: Zones): Tracked {
  switch (packet.state!) {
    case 'INVALID': return INVALID;
    case 'UNTRACKED': return UNTRACKED;
    case 'ESTABLISHED': return established(table, packet, found, now, zones);
    case 'RELATED': return isIcmpError(packet) ? relatedError(table, packet, found, now, zones) : announced(table, packet, found, now, zones);
    case 'NEW': {
      if (found !== undefined) kill(table, found.connection);
      return asserted(packet, now, zones);
    }
  }
}

function asserted(packet: Packet, now: number, zones: Zones): Tracked {
  const tracked = begun(packet, now, { zones, policy: undefined });
  const connection = tracked.connection!;
  refresh(connection, now);
  count(tracked, packet);
  const flags = packet.tcpFlags ?? ordinaryFlags(undefined, 'original');
  if (connection.tcp !== undefined) connection.tcp.state = tcpKind(flags) === 'ack' ? 'ESTABLISHED' : 'SYN_SENT';
  if (connection.tcp?.state === 'ESTABLISHED') connection.tcp.heard = true;
  return tracked;
}

function established(table: ConntrackTable, packet: Packet, found: Found | undefined, now: number, zones: Zones): Tracked {
  if (found !== undefined) {
    found.connection.replied = true;
    return met(found);
  }
  const tuple = tupleOf(packet, zones.original);
  const isAnswer = isIcmp(packet.protocol) && packet.icmpType !== undefined && icmpRole(packet.family, packet.icmpType) === 'answer';
  const connection = existing(table, isAnswer ? inverse(tuple) : tuple, now);
  return { state: 'ESTABLISHED', connection, direction: isAnswer ? 'reply' : 'original' };
}

function relatedError(table: ConntrackTable, packet: Packet, found: Found | undefined, now: number, zones: Zones): Tracked {
  if (found !== undefined) return { state: 'RELATED', ...found };
  const connection = existing(table, inverse(lookupTuple(packet, zones.original)), now);
  return { state: 'RELATED', connection, direction: 'reply' };
}

/** The first packet of a connection that another one announced: it goes through nat like a NEW one. */
function announced(table: ConntrackTable, packet: Packet, found: Found | undefined, now: number, zones: Zones): Tracked {
  if (found !== undefined) kill(table, found.connection);
  const tracked = asserted(packet, now, zones);
  tracked.connection!.expected = true;
  return { ...tracked, state: 'RELATED' };
}

/** A connection that was there before the world began. */
function existing(table: ConntrackTable, original: Tuple, now: number): Connection {
  const connection: Connection = { ...newConnection(original, now), counted: undefined };
  connection.expires = now + ASSERTED_LIFE;
  connection.replied = connection.assured = connection.sourceNatDone = connection.destinationNatDone = true;
  if (original.protocol === PROTOCOL.tcp) connection.tcp = { state: 'ESTABLISHED', lastKind: 'ack', lastDirection: 'original', heard: true, simultaneous: false, closing: false, mayChallenge: false };
  confirm(table, connection, now);
  return connection;
}
