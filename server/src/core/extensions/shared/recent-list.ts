import type { Address } from '../../engine/packet.ts';
import { HZ } from './clock.ts';

/** Lists hold this many addresses (the module's default); the one not seen for longest makes room. */
const MOST_ENTRIES = 100;

/** What the kernel remembers of one address; plain data. */
interface Entry {
  /** Ticks of sightings, a ring of the list's size. */
  stamps: number[];
  next: number;
  ttl: number | undefined;
}

/** A `recent` list; plain data. The map is in the order of the last sighting, oldest first. */
export interface RecentList {
  readonly entries: Map<Address, Entry>;
  /** Whether an address that was not known has been put on it. */
  open: boolean;
}

export const emptyList = (): RecentList => ({ entries: new Map(), open: false });

/** What a check asks of an entry. */
export interface Check {
  readonly seconds: number | undefined;
  readonly hits: number | undefined;
}

/** Sightings remembered for an address in a list that a rule with this hit count creates: the next power of two, 32 without one. Seen in the kernel. */
export function ringSize(hits: number | undefined): number {
  return hits === undefined || hits === 0 ? 32 : 2 ** Math.ceil(Math.log2(hits));
}

/** The entry of an address; with a TTL, only if it was last seen with the same one. */
export function lookup(list: RecentList, address: Address, ttl: number | undefined): Entry | undefined {
  const entry = list.entries.get(address);
  if (entry === undefined || ttl === undefined || ttl === 0 || entry.ttl === 0 || entry.ttl === ttl) return entry;
  return undefined;
}

/** Puts a new address on the list. */
export function enter(list: RecentList, address: Address, now: number, ttl: number | undefined): void {
  if (!list.entries.has(address) && list.entries.size >= MOST_ENTRIES) list.entries.delete(list.entries.keys().next().value!);
  list.entries.delete(address);
  list.entries.set(address, { stamps: [now], next: 1, ttl });
}

/** Notes one more sighting. */
export function see(list: RecentList, address: Address, entry: Entry, now: number, ttl: number | undefined, ring: number): void {
  const at = entry.next % ring;
  entry.stamps[at] = now;
  entry.next = at + 1;
  entry.ttl = ttl;
  list.entries.delete(address);
  list.entries.set(address, entry);
}

/** Number of sightings in the last seconds, or in all. */
export function sightings(entry: Entry, seconds: number | undefined, now: number): number {
  return seconds === undefined ? entry.stamps.length : entry.stamps.filter((stamp) => stamp >= now - seconds * HZ).length;
}

/** Whether the entry was seen often enough lately. */
export function passes(entry: Entry, { seconds, hits }: Check, now: number): boolean {
  return sightings(entry, seconds, now) >= Math.max(1, hits ?? 1);
}

/** Forgets the address that was not seen for longest if its last sighting is older than the seconds; `spared` stays. */
export function reap(list: RecentList, seconds: number, now: number, spared: Entry | undefined): void {
  const oldest = list.entries.entries().next();
  if (oldest.done === true) return;
  const [address, entry] = oldest.value;
  if (entry === spared || entry.stamps[entry.next - 1]! >= now - seconds * HZ) return;
  list.entries.delete(address);
}
