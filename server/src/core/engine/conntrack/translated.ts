import type { Connection, Ports, Tuple } from './connection.ts';
import type { Manipulation } from './nat.ts';
import { isWithin, replaceReply, type ConntrackTable } from './table.ts';
import { inverse, isIcmp } from './tuple.ts';

/** The parts that a manipulation may change; the id of an ICMP query is its source port on either side. */
const partsOf = ({ protocol }: Tuple, kind: Manipulation): readonly ['source' | 'destination', 'sourcePort' | 'destinationPort'] =>
  [kind, kind === 'source' || isIcmp(protocol) ? 'sourcePort' : 'destinationPort'];

/** Whether one side of the connection really is translated, by which the kernel goes where it translates errors; undefined while it may have kept what it had. */
export function isTranslated({ original, reply, sourceTranslated, destinationTranslated }: Connection, kind: Manipulation): boolean | undefined {
  const translated = kind === 'source' ? sourceTranslated : destinationTranslated;
  if (translated !== 'possibly') return translated === 'yes';
  const sent = inverse(reply);
  const parts = partsOf(original, kind);
  if (parts.some((part) => original[part] !== undefined && sent[part] !== undefined && original[part] !== sent[part])) return true;
  return parts.some((part) => original[part] === undefined || sent[part] === undefined) ? undefined : false;
}

/**
 * Notes that the port which NAT has drawn for a connection, as packets of its original direction have it, is one of `left`.
 * Where that leaves one alone, which.
 */
export function learnPort(table: ConntrackTable, connection: Connection, part: 'sourcePort' | 'destinationPort', left: readonly Ports[]): number | undefined {
  const [drawn, translated] = part === 'sourcePort' ? ['drawnFrom', 'sourceTranslated'] as const : ['drawnTo', 'destinationTranslated'] as const;
  const { [drawn]: range, original, reply } = connection;
  if (range === undefined || isIcmp(original.protocol)) return undefined;
  if (!left.some((ports) => isWithin(ports, original[part]))) connection[translated] = 'yes';
  const [from, to] = [Math.max(range.from, Math.min(...left.map((ports) => ports.from))), Math.min(range.to, Math.max(...left.map((ports) => ports.to)))];
  connection[drawn] = from === to ? undefined : { from, to };
  if (from !== to) return undefined;
  replaceReply(table, connection, { ...reply, [part === 'sourcePort' ? 'destinationPort' : 'sourcePort']: from });
  return from;
}

/** Notes what turned out about a side of which that was open. */
export function learnTranslated(table: ConntrackTable, connection: Connection, kind: Manipulation, isChanged: boolean): void {
  connection[kind === 'source' ? 'sourceTranslated' : 'destinationTranslated'] = isChanged ? 'yes' : 'no';
  if (isChanged) return;
  const { original, reply } = connection;
  const [address, port] = partsOf(original, kind);
  if (kind === 'source') connection.drawnFrom = connection.drawnAddresses = undefined;
  else connection.drawnTo = undefined;
  replaceReply(table, connection, { ...inverse({ ...inverse(reply), [address]: original[address], [port]: original[port] }), zone: reply.zone });
}
