import { hash } from './node-store.ts';

const LARGEST = 1 << 18;

/** What is known of pairs of sets; a newer pair takes the place of an older one. */
export class SetCache {
  private readonly first: number;
  /** Three numbers for each pair: both sets and their intersection. */
  private intersections: Int32Array;
  private mask: number;
  private stored = 0;
  /** Pairs that have nothing in common. */
  private pairs: Int32Array;
  private pairMask: number;
  private storedPairs = 0;

  /** `first` is for how many intersections, and disjoint pairs, there is room in the beginning, a power of two. */
  constructor(first: number) {
    this.first = first;
    this.pairs = new Int32Array(first * 2);
    this.pairMask = first - 1;
    this.intersections = new Int32Array(first * 3);
    this.mask = first - 1;
  }

  /** The intersection of two sets, the smaller number first; -1 where it is not known. */
  intersection(a: number, b: number): number {
    const slot = (hash(a, b) & this.mask) * 3;
    return this.intersections[slot] === a && this.intersections[slot + 1] === b ? this.intersections[slot + 2]! : -1;
  }

  store(a: number, b: number, intersection: number): void {
    if (++this.stored > this.mask && this.mask < LARGEST - 1) this.grow();
    const slot = (hash(a, b) & this.mask) * 3;
    this.intersections[slot] = a;
    this.intersections[slot + 1] = b;
    this.intersections[slot + 2] = intersection;
  }

  private grow(): void {
    const before = this.intersections;
    const size = (this.mask + 1) * 2;
    this.intersections = new Int32Array(size * 3);
    this.mask = size - 1;
    this.stored = 0;
    for (let slot = 0; slot < before.length; slot += 3) if (before[slot + 1] !== 0) this.store(before[slot]!, before[slot + 1]!, before[slot + 2]!);
  }

  /** Whether two sets, the smaller number first, are known to have nothing in common. */
  areDisjoint(a: number, b: number): boolean {
    const slot = (hash(a, b) & this.pairMask) * 2;
    return this.pairs[slot] === a && this.pairs[slot + 1] === b;
  }

  storeDisjoint(a: number, b: number): void {
    if (++this.storedPairs > this.pairMask && this.pairMask < LARGEST - 1) this.growPairs();
    const slot = (hash(a, b) & this.pairMask) * 2;
    this.pairs[slot] = a;
    this.pairs[slot + 1] = b;
  }

  private growPairs(): void {
    const before = this.pairs;
    const size = (this.pairMask + 1) * 2;
    this.pairs = new Int32Array(size * 2);
    this.pairMask = size - 1;
    this.storedPairs = 0;
    for (let slot = 0; slot < before.length; slot += 2) if (before[slot + 1] !== 0) this.storeDisjoint(before[slot]!, before[slot + 1]!);
  }

  /** Forgets everything. */
  clear(): void {
    if (this.mask >= this.first) {
      this.intersections = new Int32Array(this.first * 3);
      this.mask = this.first - 1;
    } else if (this.stored > 0) this.intersections.fill(0);
    if (this.pairMask >= this.first) {
      this.pairs = new Int32Array(this.first * 2);
      this.pairMask = this.first - 1;
    } else if (this.storedPairs > 0) this.pairs.fill(0);
    this.stored = 0;
    this.storedPairs = 0;
  }
}
