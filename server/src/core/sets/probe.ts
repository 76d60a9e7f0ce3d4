import type { FieldName } from './fields.ts';
import type { PacketSet } from './diagram.ts';
import { EVERY, NONE } from './diagram.ts';
import type { PacketSpace } from './space.ts';

/** Fields whose first bits rules are found by, in the order of their variables. */
export const LOOKED_UP = ['protocol', 'state', 'in', 'out', 'icmpType', 'destinationPort', 'sourcePort', 'destination', 'source', 'mark', 'connmark'] as const satisfies readonly FieldName[];

export type LookedUp = (typeof LOOKED_UP)[number];

/** The first bits of a field that are the same in every packet of a set, hashed. */
export interface Beginning {
  /** Of which field and how many bits it is, see `placeOf`. */
  readonly place: number;
  readonly hash: number;
}

/** The place of the hash of so many first bits of a field among all hashes of a packet. */
export const placeOf = (space: PacketSpace, field: LookedUp, length: number): number => space.fields[field].level + LOOKED_UP.indexOf(field) + length;

/** The hash of bits that are followed by one more. */
export const extended = (hash: number, bit: number): number => (Math.imul(hash ^ bit, 0x01000193) ^ (hash >>> 15)) | 0;

/** The hash of no bits. */
export const EMPTY_HASH = 0x811c9dc5 | 0;

/** The beginnings that the packets of the set have in common which are later fragments, or those which are not. */
export function beginningsOf(space: PacketSpace, set: PacketSet, fragments: boolean): readonly Beginning[] {
  const found: Beginning[] = [];
  const { level: split } = space.fields.fragment;
  const part = (each: PacketSet): PacketSet => (space.level(each) !== split ? each : fragments ? space.high(each) : space.low(each));
  // Where the diagram goes on below the fields that have been passed.
  let below: readonly PacketSet[] = passed(space, [set], split).map(part).filter((each) => each !== NONE);
  for (const field of LOOKED_UP) {
    const { level, bits } = space.fields[field];
    below = passed(space, below, level);
    const [only] = below;
    if (below.length !== 1 || only === EVERY) continue;
    const beginning = beginningAt(space, field, only!);
    if (beginning !== undefined) found.push(beginning);
    below = passed(space, below, level + bits);
  }
  return found;
}

/** Where the sets go on from the level on, each once; without those that end. */
function passed(space: PacketSpace, sets: readonly PacketSet[], level: number): readonly PacketSet[] {
  if (sets.length !== 1) return [...allPassed(space, sets, level)];
  // Most sets are for one value of each field: there is one way down.
  let at = sets[0]!;
  while (space.level(at) < level) {
    const low = space.low(at);
    const high = space.high(at);
    if (low !== NONE && high !== NONE) return [...allPassed(space, [low, high], level)];
    at = low === NONE ? high : low;
  }
  return [at];
}

function allPassed(space: PacketSpace, sets: readonly PacketSet[], level: number): Set<PacketSet> {
  const result = new Set<PacketSet>();
  const seen = new Set(sets);
  for (const set of seen) {
    if (set === NONE) continue;
    if (space.level(set) >= level) {
      result.add(set);
      continue;
    }
    seen.add(space.low(set));
    seen.add(space.high(set));
  }
  return result;
}

function beginningAt(space: PacketSpace, field: LookedUp, set: PacketSet): Beginning | undefined {
  const { level, bits } = space.fields[field];
  let at = set;
  let hash = EMPTY_HASH;
  let length = 0;
  while (length < bits && space.level(at) === level + length) {
    const low = space.low(at);
    if (low !== NONE && space.high(at) !== NONE) break;
    hash = extended(hash, low === NONE ? 1 : 0);
    at = low === NONE ? space.high(at) : low;
    length++;
  }
  return length === 0 ? undefined : { place: placeOf(space, field, length), hash };
}

/** Fields of which a rule may ask for several values. */
const LISTED = ['destinationPort', 'sourcePort'] as const satisfies readonly LookedUp[];

/** With more values than this a list of them tells little. */
const MOST_LISTED = 64;

/**
 * Several beginnings of one field, one of which every packet of the set has that is no later fragment; undefined where no field
 * has a short list of them.
 */
export function listedBeginningsOf(space: PacketSpace, set: PacketSet): readonly Beginning[] | undefined {
  const { level: split } = space.fields.fragment;
  let below: readonly PacketSet[] = passed(space, [set], split).map((each) => (space.level(each) === split ? space.low(each) : each)).filter((each) => each !== NONE);
  for (const field of LISTED) {
    below = passed(space, below, space.fields[field].level);
    const [only] = below;
    if (below.length !== 1 || only === EVERY) continue;
    const found: Beginning[] = [];
    list(space, field, only!, 0, EMPTY_HASH, found);
    if (found.length > 1 && found.length <= MOST_LISTED) return found;
  }
  return undefined;
}

/** Lists what the packets of the set may begin with that share so many bits with this hash. */
function list(space: PacketSpace, field: LookedUp, set: PacketSet, length: number, hash: number, found: Beginning[]): void {
  if (set === NONE || found.length > MOST_LISTED) return;
  const { level, bits } = space.fields[field];
  if (length === bits || space.level(set) !== level + length) {
    found.push({ place: placeOf(space, field, length), hash });
    return;
  }
  list(space, field, space.low(set), length + 1, extended(hash, 0), found);
  list(space, field, space.high(set), length + 1, extended(hash, 1), found);
}

/** One packet after another, ready to be looked up by. */
export class Probe {
  private readonly space: PacketSpace;
  private readonly hashes: Int32Array;
  /** Of which field each hash is. */
  private readonly fields: Uint8Array;
  /** Of which packet each field was hashed last; few fields of a packet are asked for. */
  private readonly hashed = new Int32Array(LOOKED_UP.length);
  private number = 0;
  private packet: Uint8Array = new Uint8Array();

  constructor(space: PacketSpace) {
    this.space = space;
    this.hashes = new Int32Array(space.firstQuestion + LOOKED_UP.length);
    this.fields = new Uint8Array(this.hashes.length);
    for (const [at, field] of LOOKED_UP.entries()) this.fields.fill(at, placeOf(space, field, 0), placeOf(space, field, space.fields[field].bits) + 1);
  }

  /** Takes the packet with these bits in place of the one before. */
  take(bits: Uint8Array): this {
    this.packet = bits;
    this.number = (this.number + 1) | 0;
    return this;
  }

  get bits(): Uint8Array {
    return this.packet;
  }

  /** Whether it is a later fragment. */
  get isFragment(): boolean {
    return this.packet[this.space.fields.fragment.level] === 1;
  }

  /** The hash of the first bits of a field, by its place. */
  hash(place: number): number {
    const field = this.fields[place]!;
    if (this.hashed[field] !== this.number) this.rehash(field);
    return this.hashes[place]!;
  }

  /** Whether it begins as packets do that have these beginnings in common, hashes that agree by chance included. */
  beginsAs(beginnings: readonly Beginning[]): boolean {
    for (const { place, hash } of beginnings) if (this.hash(place) !== hash) return false;
    return true;
  }

  private rehash(at: number): void {
    const { level, bits: width } = this.space.fields[LOOKED_UP[at]!];
    this.hashed[at] = this.number;
    let hash = this.hashes[level + at] = EMPTY_HASH;
    for (let bit = level; bit < level + width; bit++) hash = this.hashes[bit + at + 1] = extended(hash, this.packet[bit]!);
  }
}
