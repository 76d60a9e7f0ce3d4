import type { Packet } from '../packet.ts';
import type { Connection, Tuple } from './connection.ts';
import type { Manipulation } from './nat.ts';
import { hasPorts, inverse, isIcmp } from './tuple.ts';

/** Whether packets of this direction are rewritten where the kernel does `kind`. */
function applies(connection: Connection, direction: 'original' | 'reply', kind: Manipulation): boolean {
  const source = (kind === 'source') === (direction === 'original');
  return source ? connection.sourceTranslated : connection.destinationTranslated;
}

/** What a packet of this direction looks like when all NAT is done to it. */
function finished(connection: Connection, direction: 'original' | 'reply'): Tuple {
  return inverse(direction === 'original' ? connection.reply : connection.original);
}

/** Rewrites a packet of the connection as far as `kind` goes; the same again changes nothing. */
export function rewrite(packet: Packet, connection: Connection, direction: 'original' | 'reply', kind: Manipulation): void {
  if (applies(connection, direction, kind)) put(packet, finished(connection, direction), kind);
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

/** Rewrites an ICMP error and, the other way round, the packet that it quotes. Errors never set NAT up. */
export function rewriteError(packet: Packet, connection: Connection, direction: 'original' | 'reply', kind: Manipulation): void {
  if (!applies(connection, direction, kind)) return;
  const target = finished(connection, direction);
  if (kind === 'source') packet.source = target.source;
  else packet.destination = target.destination;
  if (packet.inner !== undefined) {
    packet.inner = { ...packet.inner };
    put(packet.inner, inverse(target), kind === 'source' ? 'destination' : 'source');
  }
}
