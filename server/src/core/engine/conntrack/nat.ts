import { wordsOf } from '../address.ts';
import type { Address } from '../packet.ts';
import type { NatRange } from '../traversal.ts';
import { Unknown } from '../truth.ts';
import type { Connection, Tuple } from './connection.ts';
import { jenkins, scale } from './jhash.ts';
import { earlierMappings, type Choice, type Ports, type Use } from './mappings.ts';
import { candidates, mayAnswerOpen, openRivals, taken, type ConntrackTable } from './table.ts';
import { hasPorts, inverse, isIcmp, sameTuple } from './tuple.ts';

export type Manipulation = 'source' | 'destination';

/**
 * Sets up one side of a connection's NAT the way the kernel chooses tuples; a port or address that it draws by chance is
 * left open. Without a range it only makes the reply unique. A confirmed connection keeps its NAT. False when every port
 * of the range is in use, so that the packet will be dropped.
 */
export function bind(table: ConntrackTable, connection: Connection, kind: Manipulation, range: NatRange, now: number): boolean {
  if (connection.confirmed) return true;
  if (staysAsItIs(table, connection, kind, range, now)) {
    settle(connection, kind);
    return true;
  }
  const current = inverse(connection.reply);
  const chosen = choose({ table, current, zone: connection.original.zone || connection.reply.zone, now }, kind, range, useOf(table, connection, now));
  if (chosen === undefined) return false;
  if (current.sourcePort !== undefined && chosen.sourcePort === undefined) connection.drawnFrom = range.ports ?? usualPorts(current.sourcePort, isIcmp(current.protocol));
  if (current.source !== undefined && chosen.source === undefined && !(range.addresses instanceof Unknown)) connection.drawnAddresses = range.addresses;
  if (!sameTuple(chosen, current)) {
    connection.reply = inverse(chosen);
    if (kind === 'source') connection.sourceTranslated = true;
    else connection.destinationTranslated = true;
  }
  settle(connection, kind);
  return true;
}

function settle(connection: Connection, kind: Manipulation): void {
  if (kind === 'source') connection.sourceNatDone = true;
  else connection.destinationNatDone = true;
}

/** Whether nothing is asked for, and the replies are unique anyway: the ordinary case, in which most packets are. */
function staysAsItIs(table: ConntrackTable, connection: Connection, kind: Manipulation, range: NatRange, now: number): boolean {
  if (range.addresses !== undefined || range.ports !== undefined || range.random !== undefined || table.open.length > 0) return false;
  // The id of an ICMP query is changed on either side.
  return (kind === 'destination' && !isIcmp(connection.original.protocol)) || !taken(table, connection.reply, connection, now);
}

function useOf(table: ConntrackTable, connection: Connection, now: number): Use {
  const isTaken = (tuple: Tuple): boolean => taken(table, inverse(tuple), connection, now);
  const rivals = (tuple: Tuple): readonly Ports[] => openRivals(table, inverse(tuple), now).filter(({ from, to }) => inside(tuple.sourcePort, { from, to }));
  const held = (tuple: Tuple, from: number, to: number): number => openRivals(table, inverse(tuple), now).filter((range) => range.from >= from && range.to <= to).length;
  // Where a small range is used up, each of its ports is taken, whoever has it.
  const isUsedUp = (tuple: Tuple, { from, to }: Ports): boolean => {
    if (to - from >= ATTEMPTS) return false;
    let count = held(tuple, from, to);
    for (let port = from; port <= to; port++) if (isTaken({ ...tuple, sourcePort: port })) count++;
    return count > to - from;
  };
  const isAnybodys = (tuple: Tuple): boolean => candidates(table, inverse(tuple), now).some((found) => found.connection !== connection);
  return {
    held, free: (tuple) => !isTaken(tuple) && !rivals(tuple).some((range) => isUsedUp(tuple, range)), contested: (tuple) => (tuple.sourcePort === undefined ? isAnybodys(tuple) : rivals(tuple).length > 0),
  };
}

/** The connection's tuple after the manipulation; undefined when the range has none left. */
function choose(choice: Choice, kind: Manipulation, range: NatRange, use: Use): Tuple | undefined {
  const { current } = choice;
  if (range.addresses instanceof Unknown) return atUnknownAddress(choice, kind, range);
  if (kind === 'destination' || range.random === true) return chooseAnew(choice, kind, range, use);
  if (fits(current, range)) return use.free(current) ? ifUncontested(current, range, use) : chooseAnew(choice, kind, range, use);
  const { sure, possible } = earlierMappings(choice, range, use);
  if (sure && possible.length > 0) return possible[0];
  return possible.reduce((tuple, other) => tuple && commonParts(tuple, other), chooseAnew(choice, kind, range, use));
}

function chooseAnew({ current, zone }: Choice, kind: Manipulation, range: NatRange, use: Use): Tuple | undefined {
  const tuple = withAddress(current, kind, range, zone);
  if (!keepsPort(tuple, kind, range, use.free)) return withPort(tuple, kind, range, use);
  return kind === 'source' ? ifUncontested(tuple, range, use) : destinationIfUncontested(tuple, range, use);
}

function atUnknownAddress({ current, table, now }: Choice, kind: Manipulation, range: NatRange): Tuple {
  const ports = range.ports;
  const port = ports !== undefined && ports.from === ports.to ? ports.from : portOf(current, kind);
  const keeps = range.random !== true && (ports === undefined || inside(port, ports) || ports.from === ports.to);
  const source: Tuple = { ...current, source: undefined, sourcePort: keeps ? port : undefined };
  // Another one may have that port at the same address, so that the kernel draws one.
  if (kind === 'source') return ports === undefined && mayAnswerOpen(table, inverse(source), now) ? { ...source, sourcePort: undefined } : source;
  return { ...current, destination: undefined, destinationPort: keeps ? port : undefined };
}

const portOf = (tuple: Tuple, kind: Manipulation): number | undefined => (kind === 'source' ? tuple.sourcePort : tuple.destinationPort);

function inside(port: number | undefined, ports: Ports): boolean {
  return port !== undefined && port >= ports.from && port <= ports.to;
}

/** The tuple as it is; but where a connection whose port is not known may hold its source port, nobody knows which it gets. */
function ifUncontested(tuple: Tuple, range: NatRange, use: Use): Tuple | undefined {
  return use.contested(tuple) ? withPort(tuple, 'source', range, use) : tuple;
}

/** The same for a destination, whose port is the first of the range that is free. */
function destinationIfUncontested(tuple: Tuple, { ports }: NatRange, use: Use): Tuple {
  return ports !== undefined && ports.from !== ports.to && use.contested(tuple) ? { ...tuple, destinationPort: undefined } : tuple;
}

/** Whether the source already lies in the range. */
function fits({ source, sourcePort }: Tuple, { addresses, ports }: NatRange): boolean {
  if (addresses !== undefined && !(addresses instanceof Unknown) && (source === undefined || source < addresses.from || source > addresses.to)) return false;
  return ports === undefined || inside(sourcePort, ports);
}

/** The tuple with its source left open as far as it differs in `other`. */
function commonParts(tuple: Tuple, other: Tuple): Tuple {
  return { ...tuple, source: tuple.source === other.source ? tuple.source : undefined, sourcePort: tuple.sourcePort === other.sourcePort ? tuple.sourcePort : undefined };
}

function withAddress(current: Tuple, kind: Manipulation, range: NatRange, zone: number): Tuple {
  const { addresses } = range;
  if (addresses === undefined || addresses instanceof Unknown) return current;
  const address = addresses.from === addresses.to ? addresses.from : spread(current, kind, { ...addresses, seed: range.persistent === true ? undefined : zone });
  return kind === 'source' ? { ...current, source: address } : { ...current, destination: address };
}

/** Bytes of a word as the kernel's memory holds them on the machines that matter (little-endian). */
const swapped = (word: number): number =>
  (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;

/** The address of a range that the kernel's hash of source and destination picks; undefined when either is open. A persistent choice has no `seed` and goes by the source alone. */
function spread({ source, destination }: Tuple, kind: Manipulation, { from, to, seed }: { readonly from: Address; readonly to: Address; readonly seed: number | undefined }): Address | undefined {
  if (source === undefined || destination === undefined) return undefined;
  const split = (address: Address): readonly number[] => (typeof address === 'bigint' ? wordsOf(address).map((word) => word >>> 0) : [address]);
  const [low, high, target] = [split(from), split(to), split(destination).map(swapped)];
  const words = split(source).map(swapped);
  while (words.length < 4) words.push(0);
  let hash = jenkins(words, seed === undefined ? 0 : target.at(-1)! ^ seed);
  let below = false;
  const picked = low.map((minimum, index) => {
    const word = below ? scale(hash, 0xffffffff) : minimum + scale(hash, high[index]! - minimum + 1);
    if (word !== high[index]) below = true;
    // The kernel mixes the destination in as it stands by then: for DNAT the words picked so far.
    if (seed !== undefined) hash = (hash ^ (kind === 'source' ? target[index]! : swapped(word))) >>> 0;
    return word;
  });
  return typeof from === 'number' ? picked[0]! : picked.reduce((value, word) => (value << 32n) | BigInt(word), 0n);
}

function keepsPort(tuple: Tuple, kind: Manipulation, { ports, random }: NatRange, free: (tuple: Tuple) => boolean): boolean {
  if (random === true) return false;
  if (ports === undefined) return free(tuple);
  if (ports.base !== undefined || !inside(portOf(tuple, kind), ports)) return false;
  return ports.from === ports.to || free(tuple);
}

/** Most ports that the kernel tries in a row. */
const ATTEMPTS = 128;

/** `tuple` with a port of the range that makes it free; the port is open where the kernel draws it by chance. */
function withPort(tuple: Tuple, kind: Manipulation, range: NatRange, use: Use): Tuple | undefined {
  const query = isIcmp(tuple.protocol);
  const part = kind === 'source' || query ? 'sourcePort' : 'destinationPort';
  if (!mayChangePort(tuple, part, range)) return tuple;
  const { from, to } = range.ports ?? usualPorts(tuple[part], query);
  if (from === to) return { ...tuple, [part]: from };
  const base = range.ports?.base;
  if (base === undefined && (range.random === true || kind === 'source')) return drawn(tuple, part, from, to, use);
  const size = to - from + 1;
  // The kernel reckons the distance in 16 bits.
  const start = base === undefined ? 0 : ((tuple[part] ?? base) - base) & 0xffff;
  let candidate = tuple;
  for (let attempt = 0; attempt < Math.min(size, ATTEMPTS); attempt++) {
    candidate = { ...tuple, [part]: from + (((start + attempt) & 0xffff) % size) };
    if (use.free(candidate)) break;
  }
  // When all are taken, the kernel stays at the last it tried; source NAT then makes the reply unique.
  return candidate;
}

/** Whether the protocol has ports or ids that NAT may change; a destination port changes only by a range. */
function mayChangePort({ protocol }: Tuple, part: 'sourcePort' | 'destinationPort', { ports }: NatRange): boolean {
  if (protocol === undefined || !(isIcmp(protocol) || hasPorts(protocol))) return false;
  return ports !== undefined || part === 'sourcePort';
}

/** Without a range, a source port stays in its class: below 512, below 1024, or above. Seen in the kernel. */
function usualPorts(port: number | undefined, query: boolean): Ports {
  if (query) return { from: 0, to: 65535 };
  if (port !== undefined && port < 512) return { from: 1, to: 511 };
  if (port !== undefined && port < 1024) return { from: 600, to: 1023 };
  return { from: 1024, to: 65535 };
}

/** A port drawn by chance is known only when one alone is free. */
function drawn(tuple: Tuple, part: 'sourcePort' | 'destinationPort', from: number, to: number, { free, held }: Use): Tuple | undefined {
  if (to - from >= ATTEMPTS) return { ...tuple, [part]: undefined };
  const left: number[] = [];
  for (let port = from; port <= to; port++) if (free({ ...tuple, [part]: port })) left.push(port);
  if (left.length <= (part === 'sourcePort' ? held(tuple, from, to) : 0)) return undefined;
  return { ...tuple, [part]: left.length === 1 ? left[0] : undefined };
}
