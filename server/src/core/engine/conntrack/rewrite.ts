import type { Packet } from '../packet.ts';
import type { Connection, Tuple } from './connection.ts';
import type { Manipulation } from './nat.ts';
import { PROTOCOL } from '../protocols.ts';
import { isTranslated } from './translated.ts';
import { hasPorts, inverse, isIcmp } from './tuple.ts';

/** The side of the connection by whose translation packets of this direction are rewritten where the kernel does `kind`. */
export const sideOf = (direction: 'original' | 'reply', kind: Manipulation): Manipulation => ((kind === 'source') === (direction === 'original') ? 'source' : 'destination');

/** Whether packets of this direction are, or may be, rewritten where the kernel does `kind`. */
const applies = (connection: Connection, direction: 'original' | 'reply', kind: Manipulation): boolean => isTranslated(connection, sideOf(direction, kind)) !== false;

/** What a packet of this direction looks like when all NAT is done to it. */
function finished(connection: Connection, direction: 'original' | 'reply'): Tuple {
  return inverse(direction === 'original' ? connection.reply : connection.original);
}

/** Why a packet is dropped of which `isTooShort` holds. */
export const TOO_SHORT = 'NAT drops GRE packets with fewer than 8 bytes behind the IP header';

/** Whether NAT finds less of a GRE packet than it wants to look at. Seen in the kernel. */
function isTooShort({ protocol, length, family }: Packet): boolean {
  return protocol === PROTOCOL.gre && length !== undefined && length < (family === 'ipv4' ? 20 : 40) + 8;
}

/** Rewrites a packet of the connection as far as `kind` goes; the same again changes nothing. False where it is too short. */
export function rewrite(packet: Packet, connection: Connection, direction: 'original' | 'reply', kind: Manipulation): boolean {
  if (!applies(connection, direction, kind)) return true;
  if (isTooShort(packet)) return false;
  put(packet, finished(connection, direction), kind);
  return true;
}

function put(packet: Packet, target: Tuple, kind: Manipulation): void {
  const ports = packet.protocol !== undefined && hasPorts(packet.protocol);
  if (kind === 'source') {
    packet.source = target.source;
    if (ports) packet.sourcePort = target.sourcePort;
  } else {
    packet.destination = target.destination;
    if (ports) packet.destinationPort = target.destinationPort;
  }
  if (isIcmp(packet.protocol) && packet.icmpId !== target.sourcePort) packet.icmpId = target.sourcePort;
}

/** Rewrites an ICMP error and, the other way round, the packet that it quotes. Errors never set NAT up. False where that one is too short. */
export function rewriteError(packet: Packet, connection: Connection, direction: 'original' | 'reply', kind: Manipulation): boolean {
  if (!applies(connection, direction, kind)) return true;
  if (packet.inner !== undefined && isTooShort(packet.inner)) return false;
  const target = finished(connection, direction);
  if (kind === 'source') packet.source = target.source;
  else packet.destination = target.destination;
  if (packet.inner !== undefined) {
    packet.inner = { ...packet.inner };
    put(packet.inner, inverse(target), kind === 'source' ? 'destination' : 'source');
  }
  return true;
}
