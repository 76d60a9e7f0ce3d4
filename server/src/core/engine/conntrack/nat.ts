import { wordsOf } from '../address.ts';
import type { Address } from '../packet.ts';
import { PROTOCOL } from '../protocols.ts';
import type { NatRange } from '../traversal.ts';
import { Unknown } from '../truth.ts';
import type { Clash, Connection, Ports, Translated, Tuple } from './connection.ts';
import { jenkins, scale } from './jhash.ts';
import { earlierMappings, type Choice } from './mappings.ts';
import { find, mayBeDrawn, taken, type ConntrackTable } from './table.ts';
import { hasPorts, inverse, isIcmp, mayEqual, sameTuple } from './tuple.ts';
import { ATTEMPTS, portsOf, Use, type PortPart } from './use.ts';

export type Manipulation = 'source' | 'destination';

/**
 * Sets up one side of a connection's NAT the way the kernel chooses tuples; a port or address that it draws by chance is
 * left open. Without a range it only makes the reply unique. A confirmed connection keeps its NAT. Where every port of the
 * range is in use, the connection will clash when it is confirmed.
 */
export function bind(table: ConntrackTable, connection: Connection, kind: Manipulation, range: NatRange, now: number): void {
  if (connection.confirmed) return;
  if (staysAsItIs(table, connection, kind, range, now)) {
    settle(connection, kind);
    return;
  }
  const current = inverse(connection.reply);
  const use = new Use(table, connection, now);
  const { tuple, clash } = choose({ table, current, zone: connection.original.zone || connection.reply.zone, now }, kind, range, use);
  if (current.sourcePort !== undefined && tuple.sourcePort === undefined) connection.drawnFrom = range.ports ?? usualPorts(current.sourcePort, isIcmp(current.protocol));
  if (current.destinationPort !== undefined && tuple.destinationPort === undefined) connection.drawnTo = range.ports;
  if (current.source !== undefined && tuple.source === undefined && !(range.addresses instanceof Unknown)) connection.drawnAddresses = range.addresses;
  if (!sameTuple(tuple, current)) {
    connection.reply = inverse(tuple);
    // What another connection has, it can't have kept.
    const mayBeKept = mayEqual(tuple, current) && mayBeDrawn(connection, inverse(current)) && (clash === 'sure' || use.free(current));
    const translated: Translated = mayBeKept ? 'possibly' : 'yes';
    if (kind === 'source') connection.sourceTranslated = translated;
    else connection.destinationTranslated = translated;
  }
  // What clashes for its destination, the source is still made unique of.
  connection.clash = kind === 'source' ? clash : 'none';
  settle(connection, kind);
}

/** The ports of a range used up that the kernel may take from a closed connection, if sequence numbers say that it is over, and whose they are. */
export function* yieldedPorts(table: ConntrackTable, { original, reply, tcp, drawnFrom }: Connection, now: number): Generator<{ readonly port: number; readonly holder: Connection }> {
  if (tcp?.state !== 'SYN_SENT' || drawnFrom === undefined || original.protocol !== PROTOCOL.tcp) return;
  for (const port of portsOf(drawnFrom)) {
    const found = find(table, { ...reply, destinationPort: port }, now);
    if (found?.direction === 'reply' && found.connection.tcp?.state === 'TIME_WAIT') yield { port, holder: found.connection };
  }
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

/** A tuple that NAT chooses, and whether it clashes with that of another connection. */
interface Chosen {
  readonly tuple: Tuple;
  readonly clash: Clash;
}

/** The connection's tuple after the manipulation. */
function choose(choice: Choice, kind: Manipulation, range: NatRange, use: Use): Chosen {
  const { current } = choice;
  const anew = (): Chosen => chooseAnew(choice, kind, range, use);
  if (kind === 'destination' || range.random === true) return anew();
  if (fits(current, range)) {
    if (!use.free(current)) return anew();
    return use.contested(current) ? orElse([current], anew()) : { tuple: current, clash: 'none' };
  }
  const { sure, possible } = earlierMappings(choice, range, use);
  return sure && possible.length > 0 ? { tuple: possible[0]!, clash: 'none' } : orElse(possible, anew());
}

/** One of the tuples, which are free if they are chosen, or what else would be. */
function orElse(possible: readonly Tuple[], anew: Chosen): Chosen {
  if (possible.length === 0) return anew;
  if (anew.clash === 'sure') return { tuple: possible.reduce(commonParts), clash: 'possible' };
  return { tuple: possible.reduce(commonParts, anew.tuple), clash: anew.clash };
}

function chooseAnew({ current, zone }: Choice, kind: Manipulation, range: NatRange, use: Use): Chosen {
  const tuple = withAddress(current, kind, range, zone);
  if (!keepsPort(tuple, kind, range, use)) return withPort(tuple, kind, range, use);
  if (!use.contested(tuple)) return { tuple, clash: 'none' };
  // Where a connection of which not all is known may have the tuple, nobody knows which port it gets.
  if (kind === 'source') return withPort(tuple, kind, range, use);
  return { tuple: range.ports === undefined || range.ports.from === range.ports.to ? tuple : { ...tuple, [partOf(tuple, kind)]: undefined }, clash: 'none' };
}

/** The port that is chosen: of ICMP queries the id, on either side. */
const partOf = ({ protocol }: Tuple, kind: Manipulation): PortPart => (kind === 'source' || isIcmp(protocol) ? 'sourcePort' : 'destinationPort');

const portOf = (tuple: Tuple, kind: Manipulation): number | undefined => (kind === 'source' ? tuple.sourcePort : tuple.destinationPort);

function inside(port: number | undefined, ports: Ports): boolean {
  return port !== undefined && port >= ports.from && port <= ports.to;
}

/** Whether the source already lies in the range. */
function fits({ source, sourcePort }: Tuple, { addresses, ports }: NatRange): boolean {
  if (addresses instanceof Unknown || (addresses !== undefined && (source === undefined || source < addresses.from || source > addresses.to))) return false;
  return ports === undefined || inside(sourcePort, ports);
}

/** The tuple with its source left open as far as it differs in `other`. */
function commonParts(tuple: Tuple, other: Tuple): Tuple {
  return { ...tuple, source: tuple.source === other.source ? tuple.source : undefined, sourcePort: tuple.sourcePort === other.sourcePort ? tuple.sourcePort : undefined };
}

function withAddress(current: Tuple, kind: Manipulation, range: NatRange, zone: number): Tuple {
  const { addresses } = range;
  if (addresses === undefined) return current;
  if (addresses instanceof Unknown) return { ...current, [kind]: undefined };
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

function keepsPort(tuple: Tuple, kind: Manipulation, { ports, random }: NatRange, use: Use): boolean {
  if (random === true) return false;
  if (ports === undefined) return use.free(tuple);
  if (ports.base !== undefined || !inside(portOf(tuple, kind), ports)) return false;
  return ports.from === ports.to || use.free(tuple);
}

/** `tuple` with a port of the range that makes it free; the port is open where the kernel draws it by chance. */
function withPort(tuple: Tuple, kind: Manipulation, range: NatRange, use: Use): Chosen {
  const part = partOf(tuple, kind);
  if (!mayChangePort(tuple, part, range)) return asItIs(tuple, use);
  const ports = range.ports ?? usualPorts(tuple[part], isIcmp(tuple.protocol));
  if (ports.from === ports.to) return asItIs({ ...tuple, [part]: ports.from }, use);
  const base = range.ports?.base;
  if (base === undefined && (range.random === true || kind === 'source')) return drawn(tuple, part, ports, use);
  return { tuple: nextFree(tuple, part, ports, use, base), clash: 'none' };
}

function asItIs(tuple: Tuple, use: Use): Chosen {
  if (!use.free(tuple)) return { tuple, clash: 'sure' };
  return { tuple, clash: use.contested(tuple) ? 'possible' : 'none' };
}

/** The first port that is free, counted from the start or by the distance to `base`; open where another may have it. */
function nextFree(tuple: Tuple, part: PortPart, { from, to }: Ports, use: Use, base: number | undefined): Tuple {
  const size = to - from + 1;
  // The kernel reckons the distance in 16 bits.
  const start = base === undefined ? 0 : ((tuple[part] ?? base) - base) & 0xffff;
  let candidate = tuple;
  for (let attempt = 0; attempt < Math.min(size, ATTEMPTS); attempt++) {
    candidate = { ...tuple, [part]: from + (((start + attempt) & 0xffff) % size) };
    if (!use.free(candidate, part)) continue;
    return use.contested(candidate) ? { ...tuple, [part]: undefined } : candidate;
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
function drawn(tuple: Tuple, part: PortPart, ports: Ports, use: Use): Chosen {
  const open = { ...tuple, [part]: undefined };
  if (ports.to - ports.from >= ATTEMPTS) return { tuple: open, clash: 'none' };
  const left = portsOf(ports).filter((port) => use.free({ ...tuple, [part]: port }, part));
  if (left.length === 0) return { tuple: open, clash: 'sure' };
  return { tuple: left.length === 1 ? { ...tuple, [part]: left[0] } : open, clash: use.mayBeUsedUp(tuple, part, left) ? 'possible' : 'none' };
}
