import type { Family } from '../../netfilter.ts';
import type { Packet } from '../packet.ts';
import type { Connection, Tuple, Zones } from './connection.ts';
import { inverse, isIcmp, isOpen, keyOf, mayEqual, sameTuple } from './tuple.ts';

/** A connection as found by one of its tuples. */
export interface Found {
  readonly connection: Connection;
  readonly direction: 'original' | 'reply';
}

/** The confirmed connections of a world; plain data. */
export interface ConntrackTable {
  readonly byTuple: Map<string, Found>;
  /** Those of which a tuple has an open part, and which `byTuple` therefore does not hold (wholly). */
  readonly open: Connection[];
  /** Connections whose source is translated, by protocol, source and port of their first packet, the latest first. */
  readonly bySource: Map<string, readonly Connection[]>;
  /** Whether it has held a connection whose directions lie in different zones. */
  isParted: boolean;
  /** Size at which the expired entries are cleared out next. */
  sweepAt: number;
}

const FIRST_SWEEP = 4096;

export function emptyTable(): ConntrackTable {
  return { byTuple: new Map(), open: [], bySource: new Map(), isParted: false, sweepAt: FIRST_SWEEP };
}

/** The living entry of which `tuple` is one direction; undefined for an open tuple. */
export function find(table: ConntrackTable, tuple: Tuple, now: number): Found | undefined {
  return findByKey(table, keyOf(tuple), now);
}

function findByKey(table: ConntrackTable, key: string | undefined, now: number): Found | undefined {
  if (key === undefined) return undefined;
  const found = table.byTuple.get(key);
  if (found === undefined) return undefined;
  if (found.connection.expires > now) return found;
  kill(table, found.connection);
  return undefined;
}

/**
 * The living entry of a packet of these zones: each of its directions is looked for in its own. `tuple` is of the zone of
 * the original direction.
 */
export function findIn(table: ConntrackTable, tuple: Tuple, zones: Zones, now: number): Found | undefined {
  const found = find(table, tuple, now);
  if (zones.original === zones.reply) return found;
  if (found?.direction === 'original') return found;
  const reply = find(table, { ...tuple, zone: zones.reply }, now);
  return reply?.direction === 'reply' ? reply : undefined;
}

/**
 * Whether a packet without an entry would begin a connection that meets another one in only some of their zones; what the
 * kernel makes of those depends on much that is not followed.
 */
export function meetsInPart(table: ConntrackTable, tuple: Tuple, zones: Zones, now: number): boolean {
  if (!table.isParted && zones.original === zones.reply) return false;
  return [tuple, inverse(tuple)].some((each) => [zones.original, zones.reply].some((zone) => find(table, { ...each, zone }, now) !== undefined));
}

const NO_CANDIDATES: readonly Found[] = [];

/** Living entries that `tuple` may belong to, where it or they have open parts; empty in the ordinary case. */
export function candidates(table: ConntrackTable, tuple: Tuple, now: number): readonly Found[] {
  const open = isOpen(tuple);
  if (!open && table.open.length === 0) return NO_CANDIDATES;
  const connections = open ? new Set([...table.byTuple.values()].map((found) => found.connection).concat(table.open)) : table.open;
  const result: Found[] = [];
  for (const connection of connections) {
    if (connection.expires <= now) continue;
    if (mayEqual(tuple, connection.original)) result.push({ connection, direction: 'original' });
    if (mayEqual(tuple, connection.reply) && mayBeDrawn(connection, tuple)) result.push({ connection, direction: 'reply' });
  }
  return result;
}

/** Whether the kernel can have drawn the address and ports that the reply has. */
function mayBeDrawn({ drawnFrom, drawnTo, drawnAddresses, original }: Connection, { destination, sourcePort, destinationPort }: Tuple): boolean {
  if (drawnAddresses !== undefined && destination !== undefined && (destination < drawnAddresses.from || destination > drawnAddresses.to)) return false;
  return isWithin(drawnFrom, isIcmp(original.protocol) ? sourcePort : destinationPort) && isWithin(drawnTo, sourcePort);
}

const isWithin = (drawn: Connection['drawnFrom'], port: number | undefined): boolean => drawn === undefined || port === undefined || (port >= drawn.from && port <= drawn.to);

/** Whether a reply that looks like `reply` already belongs to a connection other than `except`. */
export function taken(table: ConntrackTable, reply: Tuple, except: Connection, now: number): boolean {
  return isTaken(table, keyOf(reply), except, now);
}

function isTaken(table: ConntrackTable, key: string | undefined, except: Connection, now: number): boolean {
  const found = findByKey(table, key, now);
  return found !== undefined && found.connection !== except;
}

/** The living connections of whose replies nothing is unknown but the port `part`, and which are otherwise like `reply`. */
export function rivals({ open }: ConntrackTable, reply: Tuple, part: 'sourcePort' | 'destinationPort', now: number): readonly Connection[] {
  const rest = { ...reply, [part]: 0 };
  if (open.length === 0 || isOpen(rest)) return [];
  return open.filter((connection) => connection.expires > now && connection.reply[part] === undefined && sameTuple(rest, { ...connection.reply, [part]: 0 }));
}

/** Enters a connection under both of its tuples; false when one is taken. */
export function confirm(table: ConntrackTable, connection: Connection, now: number): boolean {
  const original = keyOf(connection.original);
  const reply = keyOf(connection.reply);
  if (isTaken(table, original, connection, now) || isTaken(table, reply, connection, now)) return false;
  if (table.byTuple.size >= table.sweepAt) sweep(table, now);
  connection.confirmed = true;
  table.isParted ||= connection.original.zone !== connection.reply.zone;
  enter(table, connection, original, reply);
  return true;
}

function enter(table: ConntrackTable, connection: Connection, original: string | undefined, reply: string | undefined): void {
  if (original !== undefined) table.byTuple.set(original, { connection, direction: 'original' });
  if (reply !== undefined) table.byTuple.set(reply, { connection, direction: 'reply' });
  if (original === undefined || reply === undefined) table.open.push(connection);
  if (connection.sourceTranslated) {
    const key = sourceKey(connection.original);
    table.bySource.set(key, [connection, ...table.bySource.get(key) ?? []]);
  }
}

/** Takes a connection out. */
export function kill(table: ConntrackTable, connection: Connection): void {
  for (const tuple of [connection.original, connection.reply]) {
    const key = keyOf(tuple);
    if (key !== undefined && table.byTuple.get(key)?.connection === connection) table.byTuple.delete(key);
  }
  const index = table.open.indexOf(connection);
  if (index >= 0) table.open.splice(index, 1);
  if (connection.sourceTranslated) forgetSource(table, connection);
}

function forgetSource({ bySource }: ConntrackTable, connection: Connection): void {
  const key = sourceKey(connection.original);
  const left = bySource.get(key)?.filter((other) => other !== connection) ?? [];
  if (left.length > 0) bySource.set(key, left);
  else bySource.delete(key);
}

/** Fills in what has turned out about an open connection's reply tuple. */
export function settle(table: ConntrackTable, connection: Connection, reply: Tuple): void {
  connection.drawnFrom = connection.drawnTo = connection.drawnAddresses = undefined;
  replaceReply(table, connection, reply);
}

function replaceReply(table: ConntrackTable, connection: Connection, reply: Tuple): void {
  kill(table, connection);
  connection.reply = reply;
  enter(table, connection, keyOf(connection.original), keyOf(reply));
}

/** Notes which port NAT has drawn for a connection, once a packet of its original direction is known to have it. */
export function learnPort(table: ConntrackTable, connection: Connection, packet: Packet, part: 'sourcePort' | 'destinationPort'): void {
  const drawn = part === 'sourcePort' ? 'drawnFrom' : 'drawnTo';
  if (connection[drawn] === undefined || isIcmp(packet.protocol)) return;
  const reply = { ...connection.reply, [part === 'sourcePort' ? 'destinationPort' : 'sourcePort']: packet[part] };
  connection[drawn] = undefined;
  if (connection.confirmed) replaceReply(table, connection, reply);
  else connection.reply = reply;
}

/** The connections whose source is translated that are, or may be, from the same source and port; the latest first. */
export function mappedSources(table: ConntrackTable, original: Tuple): readonly Connection[] {
  const { protocol, source, sourcePort, zone } = original;
  const alike = table.bySource.get(sourceKey(original)) ?? [];
  const others = isSourceOpen(original) ? [...table.bySource.values()].flat() : table.open.filter((connection) => connection.sourceTranslated && isSourceOpen(connection.original));
  if (others.length === 0) return alike;
  const asked: Tuple = { protocol, source, sourcePort, zone, destination: undefined, destinationPort: undefined };
  return [...new Set([...others.filter((connection) => mayEqual(asked, connection.original)), ...alike])];
}

function isSourceOpen({ protocol, source, sourcePort }: Tuple): boolean {
  return protocol === undefined || source === undefined || sourcePort === undefined;
}

function sourceKey({ protocol, source, sourcePort, zone }: Tuple): string {
  return `${String(protocol)} ${String(source)} ${String(sourcePort)} ${zone}`;
}

function sweep(table: ConntrackTable, now: number): void {
  for (const { connection } of [...table.byTuple.values()]) if (connection.expires <= now) kill(table, connection);
  table.sweepAt = Math.max(FIRST_SWEEP, 2 * table.byTuple.size);
}

/** A copy that shares nothing with the table, and the copy of each connection in it. */
export function copyTable(table: ConntrackTable): { readonly table: ConntrackTable; readonly copies: ReadonlyMap<Connection, Connection> } {
  const copies = new Map<Connection, Connection>();
  const copied = (connection: Connection): Connection => {
    const known = copies.get(connection);
    if (known !== undefined) return known;
    const copy = copyConnection(connection);
    copies.set(connection, copy);
    return copy;
  };
  const byTuple = new Map<string, Found>();
  for (const [key, { connection, direction }] of table.byTuple) byTuple.set(key, { connection: copied(connection), direction });
  const bySource = new Map<string, readonly Connection[]>();
  for (const [key, connections] of table.bySource) bySource.set(key, connections.map(copied));
  return { table: { byTuple, open: table.open.map(copied), bySource, isParted: table.isParted, sweepAt: table.sweepAt }, copies };
}

/** A copy of one connection (its tuples are immutable and shared). */
export function copyConnection(connection: Connection): Connection {
  const { tcp, extras, counted } = connection;
  return {
    ...connection, tcp: tcp && { ...tcp }, extras: structuredClone(extras),
    counted: counted && { original: { ...counted.original }, reply: { ...counted.reply } },
  };
}

/** What a packet has from raw's CT target on until conntrack sees it: nothing is known of it, but it is confirmed. Seen in the kernel. */
export function templateConnection(family: Family): Connection {
  const nothing = family === 'ipv4' ? 0 : 0n;
  const connection = newConnection({ protocol: 0, source: nothing, destination: nothing, sourcePort: 0, destinationPort: 0, zone: 0 }, 0);
  return { ...connection, isTemplate: true, confirmed: true };
}

/** A connection as its first packet makes it; its replies may lie in another zone. */
export function newConnection(original: Tuple, now: number, replyZone = original.zone): Connection {
  return {
    original, reply: { ...inverse(original), zone: replyZone }, replied: false, expected: false, isTemplate: false, confirmed: false, assured: false, sourceNatDone: false, destinationNatDone: false,
    sourceTranslated: false, destinationTranslated: false, redirected: false, mark: 0, drawnFrom: undefined, drawnTo: undefined, drawnAddresses: undefined, clash: 'none', expires: now, began: now, tcp: undefined, extras: {},
    counted: { original: { packets: 0, bytes: 0 }, reply: { packets: 0, bytes: 0 } },
  };
}
