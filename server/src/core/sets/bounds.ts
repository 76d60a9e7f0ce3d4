import { EVERY, NONE, type PacketSet } from './diagram.ts';
import type { PacketSpace } from './space.ts';

/**
 * What is known of when something holds: surely of the packets in `must`, possibly of those in `may`, never of others.
 * Where it depends on the packet alone both are equal; in between it depends on the moment (a limit, a counter, chance).
 */
export interface Bounds {
  readonly may: PacketSet;
  readonly must: PacketSet;
}

export const ALWAYS: Bounds = { may: EVERY, must: EVERY };
export const NEVER: Bounds = { may: NONE, must: NONE };
/** Of every packet possibly, of none surely. */
export const SOMETIMES: Bounds = { may: EVERY, must: NONE };

/** Holds of exactly these packets. */
export const exactly = (set: PacketSet): Bounds => ({ may: set, must: set });

/** Holds of some of these packets, nobody knows when. */
export const sometimes = (set: PacketSet): Bounds => ({ may: set, must: NONE });

/** Holds when both do. */
export function both(space: PacketSpace, a: Bounds, b: Bounds): Bounds {
  const may = space.intersection(a.may, b.may);
  return { may, must: a.may === a.must && b.may === b.must ? may : space.intersection(a.must, b.must) };
}

/** Holds when one does. */
export function either(space: PacketSpace, a: Bounds, b: Bounds): Bounds {
  return { may: space.union(a.may, b.may), must: space.union(a.must, b.must) };
}

/** Holds when all do. */
export const all = (space: PacketSpace, parts: readonly Bounds[]): Bounds => parts.reduce((so, part) => both(space, so, part), ALWAYS);

/** Holds when it does not. */
export function opposite(space: PacketSpace, { may, must }: Bounds): Bounds {
  return { may: space.complement(must), must: space.complement(may) };
}

/** Applies an option's `!`. */
export const negatedIf = (space: PacketSpace, negated: boolean, bounds: Bounds): Bounds => (negated ? opposite(space, bounds) : bounds);
