import type { FieldName } from './fields.ts';
import type { PacketSet } from './diagram.ts';
import { EVERY, NONE } from './diagram.ts';
import type { PacketSpace } from './space.ts';

/** Fields whose first bits rules are found by, in the order of their variables. */
export const LOOKED_UP = ['protocol', 'in', 'out', 'icmpType', 'destinationPort', 'sourcePort', 'destination', 'source', 'mark', 'connmark'] as const satisfies readonly FieldName[];

export type LookedUp = (typeof LOOKED_UP)[number];

/** The first bits of a field that are the same in every packet of a set, hashed. */
export interface Beginning {
  readonly field: LookedUp;
  readonly length: number;
  readonly hash: number;
}

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
    if (beginning.length > 0) found.push(beginning);
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

function beginningAt(space: PacketSpace, field: LookedUp, set: PacketSet): Beginning {
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
  return { field, length, hash };
}

/** One packet, ready to be looked up by. */
export class Probe {
  readonly bits: Uint8Array;
  private readonly space: PacketSpace;
  private readonly hashes: Partial<Record<LookedUp, Int32Array>> = {};

  constructor(space: PacketSpace, bits: Uint8Array) {
    this.space = space;
    this.bits = bits;
  }

  /** Whether it is a later fragment. */
  get isFragment(): boolean {
    return this.bits[this.space.fields.fragment.level] === 1;
  }

  /** The hash of the first bits of a field. */
  hash(field: LookedUp, length: number): number {
    return (this.hashes[field] ??= this.hashed(field))[length]!;
  }

  /** Whether it begins as packets do that have these beginnings in common, hashes that agree by chance included. */
  beginsAs(beginnings: readonly Beginning[]): boolean {
    for (const { field, length, hash } of beginnings) if (this.hash(field, length) !== hash) return false;
    return true;
  }

  private hashed(field: LookedUp): Int32Array {
    const { level, bits } = this.space.fields[field];
    const hashes = new Int32Array(bits + 1);
    let hash = hashes[0] = EMPTY_HASH;
    for (let bit = 0; bit < bits; bit++) hash = hashes[bit + 1] = extended(hash, this.bits[level + bit]!);
    return hashes;
  }
}
