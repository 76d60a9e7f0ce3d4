import { NodeStore } from './node-store.ts';
import { SetCache } from './set-cache.ts';

/**
 * A set of packets: a node of its `Diagrams` with, in the lowest bit, whether it is the node's complement. Equal sets of
 * one `Diagrams` are equal numbers.
 */
export type PacketSet = number & { readonly __set?: never };

/** Every packet, and none. */
export const EVERY: PacketSet = 0;
export const NONE: PacketSet = 1;

const FIRST_CACHE = 1 << 12;

/**
 * Reduced ordered binary decision diagrams with complement edges over numbered variables: one node for each distinct
 * subset, so that equality and emptiness cost nothing. A variable's number is its level; low numbers are asked first.
 * Nodes are freed only by `forgetting`; a caller that has thrown away most sets starts anew. Sets that are made in
 * passing may be equal to others and have another number; what is empty or everything is told as ever.
 */
export class Diagrams extends NodeStore {
  private cache = new SetCache(FIRST_CACHE);
  /** What takes the place of the cache while the nodes that are made will be forgotten. */
  private readonly passing = new SetCache(FIRST_CACHE);
  /** Whether nodes that are made now may be freed soon. */
  protected forgets = false;

  /** The part where the set's first variable is 0, and where it is 1. */
  low(set: PacketSet): PacketSet {
    return this.nodes[((set & ~1) << 1) + 1]! ^ (set & 1);
  }

  high(set: PacketSet): PacketSet {
    return this.nodes[((set & ~1) << 1) + 2]! ^ (set & 1);
  }

  /** The level of the first variable on which the set depends; above every variable for EVERY and NONE. */
  level(set: PacketSet): number {
    return this.nodes[(set & ~1) << 1]!;
  }

  /** The set that is `low` where the variable is 0 and `high` where it is 1; both may only depend on later variables. */
  node(level: number, low: PacketSet, high: PacketSet): PacketSet {
    if (low === high) return low;
    const flip = high & 1;
    return (this.lookUp(level, low ^ flip, high ^ flip) << 1) ^ flip;
  }

  /**
   * Does work without pausing, and frees the nodes of all sets that it makes, and those from the number `from` on that were
   * made so before, unless its result needs them; once freed they must not be used.
   */
  forgetting<T>(work: () => T, from = this.size, needs: (result: T) => boolean = () => false): T {
    if (this.forgets) return work();
    const { cache } = this;
    let isNeeded = false;
    this.forgets = true;
    this.cache = this.passing;
    this.setApart();
    try {
      const result = work();
      isNeeded = needs(result);
      return result;
    } finally {
      this.putTogether();
      if (!isNeeded) this.free(from);
      this.passing.clear();
      this.cache = cache;
      this.forgets = false;
    }
  }

  /** The set, which is going to be kept; an error where it may be freed soon. */
  lasting(set: PacketSet): PacketSet {
    if (this.forgets) throw new Error('A set can not be kept that is made in passing.');
    return set;
  }

  complement(set: PacketSet): PacketSet {
    return set ^ 1;
  }

  union(a: PacketSet, b: PacketSet): PacketSet {
    return this.intersection(a ^ 1, b ^ 1) ^ 1;
  }

  difference(a: PacketSet, b: PacketSet): PacketSet {
    return this.intersection(a, b ^ 1);
  }

  intersection(a: PacketSet, b: PacketSet): PacketSet {
    if (a === b || b === EVERY) return a;
    if (a === EVERY) return b;
    if (a === NONE || b === NONE || (a ^ b) === 1) return NONE;
    if (a > b) return this.intersection(b, a);
    const known = this.cache.intersection(a, b);
    if (known !== -1) return known;
    const { nodes } = this;
    const atA = (a & ~1) << 1;
    const atB = (b & ~1) << 1;
    const levelA = nodes[atA]!;
    const levelB = nodes[atB]!;
    const flipA = a & 1;
    const flipB = b & 1;
    const lowA = levelA <= levelB ? nodes[atA + 1]! ^ flipA : a;
    const highA = levelA <= levelB ? nodes[atA + 2]! ^ flipA : a;
    const lowB = levelB <= levelA ? nodes[atB + 1]! ^ flipB : b;
    const highB = levelB <= levelA ? nodes[atB + 2]! ^ flipB : b;
    const low = this.intersection(lowA, lowB);
    const high = this.intersection(highA, highB);
    // Where nothing is taken away the set is there already.
    const result = low === lowA && high === highA ? a : low === lowB && high === highB ? b : this.node(levelA < levelB ? levelA : levelB, low, high);
    this.cache.store(a, b, result);
    return result;
  }

  /** Whether the sets have a packet in common; makes no nodes. */
  intersects(a: PacketSet, b: PacketSet): boolean {
    if (a === NONE || b === NONE || (a ^ b) === 1) return false;
    if (a === EVERY || b === EVERY || a === b) return true;
    if (a > b) return this.intersects(b, a);
    const known = this.cache.intersection(a, b);
    if (known !== -1) return known !== NONE;
    const levelA = this.level(a);
    const levelB = this.level(b);
    const found = levelA === levelB
      ? this.intersects(this.low(a), this.low(b)) || this.intersects(this.high(a), this.high(b))
      : levelA < levelB
        ? this.intersects(this.low(a), b) || this.intersects(this.high(a), b)
        : this.intersects(a, this.low(b)) || this.intersects(a, this.high(b));
    if (!found) this.cache.store(a, b, NONE);
    return found;
  }

  /**
   * Looks for a packet of both sets; where it may have either value a variable keeps the one that it has in `bits`, which
   * become the packet's. Without any, `bits` stay as they are. Makes no nodes.
   */
  meet(a: PacketSet, b: PacketSet, bits: Uint8Array): boolean {
    if (a === NONE || b === NONE || (a ^ b) === 1) return false;
    if (a === EVERY && b === EVERY) return true;
    if (a > b) return this.meet(b, a, bits);
    const level = Math.min(this.level(a), this.level(b));
    const lowA = this.part(a, level, 0);
    const lowB = this.part(b, level, 0);
    const highA = this.part(a, level, 1);
    const highB = this.part(b, level, 1);
    const liked = bits[level]!;
    // Where there is one way to go on nothing is found twice.
    const canBeLow = lowA !== NONE && lowB !== NONE;
    const isFork = canBeLow && highA !== NONE && highB !== NONE;
    if (isFork && this.cache.intersection(a, b) === NONE) return false;
    for (let value = isFork ? liked : canBeLow ? 0 : 1, tries = isFork ? 2 : 1; tries > 0; value = 1 - value, tries--) {
      bits[level] = value;
      if (value === 0 ? this.meet(lowA, lowB, bits) : this.meet(highA, highB, bits)) return true;
    }
    bits[level] = liked;
    if (isFork) this.cache.store(a, b, NONE);
    return false;
  }

  /** What of a set is left, at a level not below its own, where the variable has the value. */
  private part(set: PacketSet, level: number, value: 0 | 1): PacketSet {
    return this.level(set) !== level ? set : value === 0 ? this.low(set) : this.high(set);
  }

  /** Whether every packet of `inner` is in `outer`. */
  includes(outer: PacketSet, inner: PacketSet): boolean {
    return !this.intersects(inner, outer ^ 1);
  }

  /** Whether the packet whose variables are `bits` is in the set. */
  has(set: PacketSet, bits: Uint8Array): boolean {
    let at = set;
    while (at > 1) at = bits[this.level(at)] === 0 ? this.low(at) : this.high(at);
    return at === EVERY;
  }

  /** The share of all packets that is in the set, from 0 to 1. */
  density(set: PacketSet): number {
    return this.densityOf(set, new Map());
  }

  private densityOf(set: PacketSet, known: Map<number, number>): number {
    if (set === EVERY) return 1;
    if (set === NONE) return 0;
    const regular = set & ~1;
    let share = known.get(regular);
    if (share === undefined) {
      share = (this.densityOf(this.low(regular), known) + this.densityOf(this.high(regular), known)) / 2;
      known.set(regular, share);
    }
    return regular === set ? share : 1 - share;
  }

  /** How many packets of `bits` variables there are in the set. */
  count(set: PacketSet, bits: number): bigint {
    return this.countFrom(set, 0, bits, new Map());
  }

  private countFrom(set: PacketSet, from: number, bits: number, known: Map<number, bigint>): bigint {
    if (set === NONE) return 0n;
    if (set === EVERY) return 1n << BigInt(bits - from);
    const level = this.level(set);
    let count = known.get(set);
    if (count === undefined) {
      count = this.countFrom(this.low(set), level + 1, bits, known) + this.countFrom(this.high(set), level + 1, bits, known);
      known.set(set, count);
    }
    return count << BigInt(level - from);
  }
}
