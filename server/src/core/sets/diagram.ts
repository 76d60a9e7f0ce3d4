/**
 * A set of packets: a node of its `Diagrams` with, in the lowest bit, whether it is the node's complement. Equal sets of
 * one `Diagrams` are equal numbers.
 */
export type PacketSet = number & { readonly __set?: never };

/** Every packet, and none. */
export const EVERY: PacketSet = 0;
export const NONE: PacketSet = 1;

const FIRST_NODES = 1 << 12;
const FIRST_CACHE = 1 << 12;
const LARGEST_CACHE = 1 << 18;
/** Nodes are looked up in as many parts, so that none takes long to grow. */
const PARTS = 1 << 6;
const FIRST_PART = 1 << 7;
const DISJOINT_CACHE = 1 << 17;
/** Level of the terminal, below every variable. */
const BOTTOM = 0x7fffffff;

/**
 * Reduced ordered binary decision diagrams with complement edges over numbered variables: one node for each distinct
 * subset, so that equality and emptiness cost nothing. A variable's number is its level; low numbers are asked first.
 * Nodes are never freed; a caller that has thrown away most sets starts anew.
 */
export class Diagrams {
  private levels = new Int32Array(FIRST_NODES);
  private lows = new Int32Array(FIRST_NODES);
  /** Never a complement, which makes diagrams canonical. */
  private highs = new Int32Array(FIRST_NODES);
  private used = 1;
  /** Where nodes are looked up, in parts by their hash, with how many each has. Open addressing; 0 is free, because the terminal is never looked up. */
  private readonly unique = Array.from({ length: PARTS }, () => new Int32Array(FIRST_PART));
  private readonly filled = new Int32Array(PARTS);
  /** Known intersections, three numbers each; a newer one takes the place of an older one. */
  private intersections = new Int32Array(FIRST_CACHE * 3);
  private intersectionMask = FIRST_CACHE - 1;
  /** Pairs known to have nothing in common. */
  private readonly disjoint = new Int32Array(DISJOINT_CACHE * 2);

  constructor() {
    this.levels[0] = BOTTOM;
  }

  /** How many nodes there are; a measure of memory. */
  get size(): number {
    return this.used;
  }

  /** The level of the first variable on which the set depends; above every variable for EVERY and NONE. */
  level(set: PacketSet): number {
    return this.levels[set >> 1]!;
  }

  /** The part where the set's first variable is 0, and where it is 1. */
  low(set: PacketSet): PacketSet {
    return this.lows[set >> 1]! ^ (set & 1);
  }

  high(set: PacketSet): PacketSet {
    return this.highs[set >> 1]! ^ (set & 1);
  }

  /** The set that is `low` where the variable is 0 and `high` where it is 1; both may only depend on later variables. */
  node(level: number, low: PacketSet, high: PacketSet): PacketSet {
    if (low === high) return low;
    if ((high & 1) !== 0) return this.lookUp(level, low ^ 1, high ^ 1) ^ 1;
    return this.lookUp(level, low, high);
  }

  private lookUp(level: number, low: number, high: number): PacketSet {
    const hashed = hash(level + Math.imul(low, 0x2c1b3c6d), high);
    const part = hashed >>> 26;
    const unique = this.unique[part]!;
    const mask = unique.length - 1;
    let slot = hashed & mask;
    for (let node = unique[slot]!; node !== 0; node = unique[slot]!) {
      if (this.lows[node] === low && this.highs[node] === high && this.levels[node] === level) return node << 1;
      slot = (slot + 1) & mask;
    }
    if (this.used === this.levels.length) this.grow();
    const node = this.used++;
    this.levels[node] = level;
    this.lows[node] = low;
    this.highs[node] = high;
    unique[slot] = node;
    if (++this.filled[part]! * 2 > unique.length) this.growPart(part);
    return node << 1;
  }

  private grow(): void {
    const size = this.levels.length * 2;
    this.levels = grown(this.levels, size);
    this.lows = grown(this.lows, size);
    this.highs = grown(this.highs, size);
    if (this.intersectionMask + 1 >= LARGEST_CACHE) return;
    this.intersections = new Int32Array(size * 3);
    this.intersectionMask = size - 1;
  }

  private growPart(part: number): void {
    const before = this.unique[part]!;
    const unique = this.unique[part] = new Int32Array(before.length * 2);
    const mask = unique.length - 1;
    for (const node of before) {
      if (node === 0) continue;
      let slot = hash(this.levels[node]! + Math.imul(this.lows[node]!, 0x2c1b3c6d), this.highs[node]!) & mask;
      while (unique[slot] !== 0) slot = (slot + 1) & mask;
      unique[slot] = node;
    }
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
    const slot = (hash(a, b) & this.intersectionMask) * 3;
    if (this.intersections[slot] === a && this.intersections[slot + 1] === b) return this.intersections[slot + 2]!;
    const nodeA = a >> 1;
    const nodeB = b >> 1;
    const levelA = this.levels[nodeA]!;
    const levelB = this.levels[nodeB]!;
    let low: number;
    let high: number;
    if (levelA === levelB) {
      low = this.intersection(this.lows[nodeA]! ^ (a & 1), this.lows[nodeB]! ^ (b & 1));
      high = this.intersection(this.highs[nodeA]! ^ (a & 1), this.highs[nodeB]! ^ (b & 1));
    } else if (levelA < levelB) {
      low = this.intersection(this.lows[nodeA]! ^ (a & 1), b);
      high = this.intersection(this.highs[nodeA]! ^ (a & 1), b);
    } else {
      low = this.intersection(a, this.lows[nodeB]! ^ (b & 1));
      high = this.intersection(a, this.highs[nodeB]! ^ (b & 1));
    }
    const result = this.node(levelA < levelB ? levelA : levelB, low, high);
    // The cache may have grown meanwhile.
    const place = (hash(a, b) & this.intersectionMask) * 3;
    this.intersections[place] = a;
    this.intersections[place + 1] = b;
    this.intersections[place + 2] = result;
    return result;
  }

  /** Whether the sets have a packet in common; makes no nodes. */
  intersects(a: PacketSet, b: PacketSet): boolean {
    if (a === NONE || b === NONE || (a ^ b) === 1) return false;
    if (a === EVERY || b === EVERY || a === b) return true;
    if (a > b) return this.intersects(b, a);
    const slot = (hash(a, b) & (DISJOINT_CACHE - 1)) * 2;
    if (this.disjoint[slot] === a && this.disjoint[slot + 1] === b) return false;
    const levelA = this.level(a);
    const levelB = this.level(b);
    const found = levelA === levelB
      ? this.intersects(this.low(a), this.low(b)) || this.intersects(this.high(a), this.high(b))
      : levelA < levelB
        ? this.intersects(this.low(a), b) || this.intersects(this.high(a), b)
        : this.intersects(a, this.low(b)) || this.intersects(a, this.high(b));
    if (!found) {
      this.disjoint[slot] = a;
      this.disjoint[slot + 1] = b;
    }
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
    const slot = (hash(a, b) & (DISJOINT_CACHE - 1)) * 2;
    if (this.disjoint[slot] === a && this.disjoint[slot + 1] === b) return false;
    const levelA = this.level(a);
    const levelB = this.level(b);
    const level = levelA < levelB ? levelA : levelB;
    const liked = bits[level]!;
    for (const value of [liked, 1 - liked]) {
      const nextA = levelA > level ? a : value === 0 ? this.low(a) : this.high(a);
      const nextB = levelB > level ? b : value === 0 ? this.low(b) : this.high(b);
      bits[level] = value;
      if (this.meet(nextA, nextB, bits)) return true;
    }
    bits[level] = liked;
    this.disjoint[slot] = a;
    this.disjoint[slot + 1] = b;
    return false;
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

/** Mixes two numbers well enough for tables whose size is a power of two. */
function hash(a: number, b: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

function grown(array: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(array);
  return larger;
}
