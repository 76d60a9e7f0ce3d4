import { EVERY, NONE, type PacketSet } from './diagram.ts';
import { EMPTY_HASH, extended, LOOKED_UP, placeOf, type Beginning, type LookedUp } from './probe.ts';
import type { PacketSpace } from './space.ts';

/** What all packets of a set have in common in the first bits of fields, so that rules about other values are told by a glance. */
export class Common {
  /** By their places. */
  private readonly hashes: (number | undefined)[] = [];

  constructor(space: PacketSpace, set: PacketSet) {
    if (set === NONE) return;
    const values = valuesOf(space, set);
    // What rules begin with is known of packets that are no later fragments.
    if (values[space.fields.fragment.level] !== ZERO) return;
    for (const field of LOOKED_UP) this.note(space, values, field);
  }

  /** Whether none of the packets begins so. */
  excludes({ place, hash }: Beginning): boolean {
    const own = this.hashes[place];
    return own !== undefined && own !== hash;
  }

  /** Notes the hashes of the first bits of the field, as far as all packets share them. */
  private note(space: PacketSpace, values: Uint8Array, field: LookedUp): void {
    const { level, bits } = space.fields[field];
    let hash = EMPTY_HASH;
    for (let bit = 0; bit < bits && values[level + bit] !== (ZERO | ONE); bit++) {
      hash = extended(hash, values[level + bit] === ONE ? 1 : 0);
      this.hashes[placeOf(space, field, bit + 1)] = hash;
    }
  }
}

const ZERO = 1;
const ONE = 2;

/** Which values each variable has among the packets of a set: ZERO, ONE, or both together. */
function valuesOf(space: PacketSpace, set: PacketSet): Uint8Array {
  const values = new Uint8Array(space.variables);
  const seen = new Set([set]);
  // Variables that a way leaves out begin to be free at some levels and end at others.
  const free = new Int32Array(space.variables + 1);
  const skip = (from: number, to: PacketSet): void => {
    free[from]!++;
    free[to === EVERY ? space.variables : space.level(to)]!--;
  };
  skip(0, set);
  for (const at of seen) {
    if (at === EVERY) continue;
    const level = space.level(at);
    for (const [value, next] of [[ZERO, space.low(at)], [ONE, space.high(at)]] as const) {
      if (next === NONE) continue;
      values[level]! |= value;
      skip(level + 1, next);
      seen.add(next);
    }
  }
  for (let level = 0, ways = 0; level < values.length; level++) {
    ways += free[level]!;
    if (ways > 0) values[level] = ZERO | ONE;
  }
  return values;
}
