import type { Family } from '../../netfilter.ts';
import { BranchingMap } from '../branching-map.ts';
import type { Entry, Kind, Ledger } from '../ledger.ts';
import { copyState } from '../state.ts';
import { mayBeGone, type Connection, type Tuple, type Zones } from './connection.ts';
import { hashOf, inverse, isIcmp, isOpen, mayEqual, sameTuple, sourceHash } from './tuple.ts';

/** A connection as found by one of its tuples. What is found must not be changed, as other worlds may have it too; see `own`. */
export interface Found {
  readonly connection: Connection;
  readonly direction: 'original' | 'reply';
}

/** The confirmed connections of a world. */
export interface ConntrackTable {
  /** What of them is the world's own. */
  readonly ledger: Ledger;
  /** By number. */
  readonly connections: BranchingMap<Entry<Connection>>;
  /** The numbers of those with a tuple of this hash; tuples with an open part have none. */
  readonly byTuple: BranchingMap<readonly number[]>;
  /** Those whose source is translated, by the hash of their first packet's protocol, source and port, the latest first. */
  readonly bySource: BranchingMap<readonly number[]>;
  /** Those of which a tuple has an open part, or of which a timeout policy says how long they live, in their order. */
  open: readonly number[];
  /** The number of the one entered last. */
  last: number;
  /** How many tuples are kept, and at how many the expired entries are cleared out next. */
  tuples: number;
  sweepAt: number;
  /** Whether it has held a connection whose directions lie in different zones. */
  isParted: boolean;
}

const FIRST_SWEEP = 4096;

export function emptyTable(ledger: Ledger): ConntrackTable {
  return { ledger, connections: new BranchingMap(), byTuple: new BranchingMap(), bySource: new BranchingMap(), open: [], last: 0, tuples: 0, sweepAt: FIRST_SWEEP, isParted: false };
}

const connectionOf = ({ connections }: ConntrackTable, id: number): Connection => connections.get(id)!.value;

/** The connection as this world may change it. */
export function own({ connections, ledger }: ConntrackTable, { id }: Connection): Connection {
  return ledger.own(connections.get(id)!, (copied) => { connections.set(id, copied); });
}

/** The living entry of which `tuple` is one direction; undefined for an open tuple. */
export function find(table: ConntrackTable, tuple: Tuple, now: number): Found | undefined {
  const hash = hashOf(tuple);
  const ids = hash === undefined ? undefined : table.byTuple.get(hash);
  if (ids === undefined) return undefined;
  for (const id of ids) {
    const connection = connectionOf(table, id);
    const direction = directionOf(connection, tuple);
    if (direction === undefined) continue;
    if (connection.expires > now) return { connection, direction };
    kill(table, connection);
    return undefined;
  }
  return undefined;
}

/** What begins and ends at the same place is its own answer, and counts as one. */
function directionOf({ original, reply }: Connection, tuple: Tuple): Found['direction'] | undefined {
  if (sameTuple(reply, tuple)) return 'reply';
  return sameTuple(original, tuple) ? 'original' : undefined;
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
  const connections = open ? all(table) : openOnes(table);
  const result: Found[] = [];
  for (const connection of connections) {
    if (connection.expires <= now) continue;
    if (mayEqual(tuple, connection.original)) result.push({ connection, direction: 'original' });
    if (mayEqual(tuple, connection.reply) && mayBeDrawn(connection, tuple)) result.push({ connection, direction: 'reply' });
  }
  return result;
}

const openOnes = (table: ConntrackTable): readonly Connection[] => table.open.map((id) => connectionOf(table, id));

/** All connections: those that are kept by a tuple, then the others. */
function all(table: ConntrackTable): readonly Connection[] {
  const others = new Set(openOnes(table).filter((connection) => ![connection.original, connection.reply].some((tuple) => isKept(table, tuple, connection.id))));
  const kept = table.connections.values().flatMap(({ value }) => (others.has(value) ? [] : [value]));
  return [...kept.sort((a, b) => a.id - b.id), ...others];
}

function isKept({ byTuple }: ConntrackTable, tuple: Tuple, id: number): boolean {
  const hash = hashOf(tuple);
  return hash !== undefined && byTuple.get(hash)?.includes(id) === true;
}

/** Whether the kernel can have drawn the address and ports that the reply has. */
export function mayBeDrawn({ drawnFrom, drawnTo, drawnAddresses, original }: Connection, { destination, sourcePort, destinationPort }: Tuple): boolean {
  if (drawnAddresses !== undefined && destination !== undefined && (destination < drawnAddresses.from || destination > drawnAddresses.to)) return false;
  return isWithin(drawnFrom, isIcmp(original.protocol) ? sourcePort : destinationPort) && isWithin(drawnTo, sourcePort);
}

/** Whether a port may be one of those that were drawn from; what is not known may be any. */
export const isWithin = (drawn: Connection['drawnFrom'], port: number | undefined): boolean => drawn === undefined || port === undefined || (port >= drawn.from && port <= drawn.to);

/** Whether a reply that looks like `reply` already surely belongs to a connection other than `except`. */
export function taken(table: ConntrackTable, reply: Tuple, except: Connection, now: number): boolean {
  const found = find(table, reply, now);
  return found !== undefined && found.connection.id !== except.id && !mayBeGone(found.connection, now);
}

/** The living connections of whose replies nothing is unknown but the port `part`, and which are otherwise like `reply`. */
export function rivals(table: ConntrackTable, reply: Tuple, part: 'sourcePort' | 'destinationPort', now: number): readonly Connection[] {
  const rest = { ...reply, [part]: 0 };
  if (table.open.length === 0 || isOpen(rest)) return [];
  return openOnes(table).filter((connection) => connection.expires > now && connection.reply[part] === undefined && sameTuple(rest, { ...connection.reply, [part]: 0 }));
}

/** Enters a connection under both of its tuples; false when one is taken. */
export function confirm(table: ConntrackTable, connection: Connection, now: number): boolean {
  if (taken(table, connection.original, connection, now) || taken(table, connection.reply, connection, now)) return false;
  if (table.tuples >= table.sweepAt) sweep(table, now);
  connection.confirmed = true;
  table.isParted ||= connection.original.zone !== connection.reply.zone;
  enter(table, connection);
  return true;
}

function enter(table: ConntrackTable, connection: Connection): void {
  const { connections, bySource, ledger } = table;
  const { original, reply } = connection;
  connection.id = ++table.last;
  connections.set(connection.id, ledger.add(connection, CONNECTION));
  keep(table, original, connection.id);
  keep(table, reply, connection.id);
  if (isOpen(original) || isOpen(reply) || connection.policy !== undefined) table.open = [...table.open, connection.id];
  if (connection.sourceTranslated !== 'no') {
    const key = sourceHash(original);
    bySource.set(key, [connection.id, ...bySource.get(key) ?? []]);
  }
}

/** Keeps a connection's number by its tuple, instead of that of another connection with the same one. */
function keep(table: ConntrackTable, tuple: Tuple, id: number): void {
  const { byTuple } = table;
  const hash = hashOf(tuple);
  if (hash === undefined) return;
  const before = byTuple.get(hash);
  const others = before?.filter((other) => directionOf(connectionOf(table, other), tuple) === undefined);
  table.tuples += 1 - (before === undefined ? 0 : before.length - others!.length);
  byTuple.set(hash, others === undefined ? [id] : [...others, id]);
}

/** Takes a connection out. */
export function kill(table: ConntrackTable, connection: Connection): void {
  const { id } = connection;
  const { connections, bySource, ledger } = table;
  const entry = connections.get(id);
  if (entry === undefined) return;
  ledger.remove(entry);
  connections.delete(id);
  for (const tuple of [connection.original, connection.reply]) letGo(table, tuple, id);
  if (table.open.includes(id)) table.open = table.open.filter((other) => other !== id);
  if (connection.sourceTranslated === 'no') return;
  const key = sourceHash(connection.original);
  bySource.set(key, (bySource.get(key) ?? []).filter((other) => other !== id));
}

function letGo(table: ConntrackTable, tuple: Tuple, id: number): void {
  if (!isKept(table, tuple, id)) return;
  const { byTuple } = table;
  const hash = hashOf(tuple)!;
  const left = byTuple.get(hash)!.filter((other) => other !== id);
  table.tuples--;
  if (left.length === 0) byTuple.delete(hash);
  else byTuple.set(hash, left);
}

/** Fills in what has turned out about an open connection's reply tuple. */
export function settle(table: ConntrackTable, connection: Connection, reply: Tuple): void {
  connection.drawnFrom = connection.drawnTo = connection.drawnAddresses = undefined;
  replaceReply(table, connection, reply);
}

/** Gives an entry another reply tuple; one that is not entered yet simply has it. */
export function replaceReply(table: ConntrackTable, connection: Connection, reply: Tuple): void {
  if (!connection.confirmed) {
    connection.reply = reply;
    return;
  }
  kill(table, connection);
  connection.reply = reply;
  enter(table, connection);
}

/** The connections whose source is translated that are, or may be, from the same source and port; the latest first. */
export function mappedSources(table: ConntrackTable, original: Tuple): readonly Connection[] {
  const { protocol, source, sourcePort, zone } = original;
  const alike = mapped(table, table.bySource.get(sourceHash(original)) ?? []).filter((connection) => isSameSource(connection.original, original));
  const others = isSourceOpen(original) ? mapped(table, table.bySource.values().flat()) : openOnes(table).filter((connection) => connection.sourceTranslated !== 'no' && isSourceOpen(connection.original));
  if (others.length === 0) return alike;
  const asked: Tuple = { protocol, source, sourcePort, zone, destination: undefined, destinationPort: undefined };
  return [...new Set([...others.filter((connection) => mayEqual(asked, connection.original)), ...alike])];
}

/** Those of the numbers that connections still have. */
const mapped = ({ connections }: ConntrackTable, ids: readonly number[]): Connection[] => ids.flatMap((id) => connections.get(id)?.value ?? []);

function isSourceOpen({ protocol, source, sourcePort }: Tuple): boolean {
  return protocol === undefined || source === undefined || sourcePort === undefined;
}

const isSameSource = (a: Tuple, b: Tuple): boolean => a.protocol === b.protocol && a.source === b.source && a.sourcePort === b.sourcePort && a.zone === b.zone;

function sweep(table: ConntrackTable, now: number): void {
  for (const { value } of table.connections.values()) if (value.expires <= now) kill(table, value);
  table.sweepAt = Math.max(FIRST_SWEEP, 2 * table.tuples);
}

/** The same connections for a world that branches off, which owns the copies in `entries`. */
export function branchTable(table: ConntrackTable, ledger: Ledger, entries: readonly Entry<unknown>[]): ConntrackTable {
  const branch: ConntrackTable = { ...table, ledger, connections: table.connections.branch(), byTuple: table.byTuple.branch(), bySource: table.bySource.branch() };
  for (const entry of entries) if (isConnection(entry) && !entry.isGone) branch.connections.set(entry.value.id, entry);
  return branch;
}

const isConnection = (entry: Entry<unknown>): entry is Entry<Connection> => entry.kind === CONNECTION as Kind<unknown>;

/** Numbers only tell connections apart that are alike. */
const CONNECTION: Kind<Connection> = { copy: copyConnection, essence: (connection) => ({ ...connection, id: undefined }) };

/** A copy of one connection (its tuples are immutable and shared). */
export function copyConnection(connection: Connection): Connection {
  const { tcp, extras, counted } = connection;
  return {
    ...connection, tcp: tcp && { ...tcp }, extras: copyState(extras),
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
    id: 0, original, reply: { ...inverse(original), zone: replyZone }, replied: false, expected: false, isTemplate: false, confirmed: false, assured: false, sourceNatDone: false, destinationNatDone: false,
    sourceTranslated: 'no', destinationTranslated: 'no', redirected: false, mark: 0, drawnFrom: undefined, drawnTo: undefined, drawnAddresses: undefined, clash: 'none', expires: now, policy: undefined, began: now, tcp: undefined, extras: {},
    counted: { original: { packets: 0, bytes: 0 }, reply: { packets: 0, bytes: 0 } },
  };
}
