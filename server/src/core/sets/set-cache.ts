import { hash } from './node-store.ts';

const LARGEST = 1 << 18;

/** Four numbers for each pair: both sets, their intersection, and since which time that holds. */
const WIDTH = 4;

/** What is known of the intersections of sets; a newer pair takes the place of an older one. */
export class SetCache {
  private readonly first: number;
  private slots: Int32Array;
  /** So many slots less one are in use, of those that there is room for. */
  private mask: number;
  private stored = 0;
  /** What was noted before is forgotten; 0 is in slots that nothing was noted in. */
  private time = 1;

  /** `first` is for how many pairs there is room in the beginning, a power of two. */
  constructor(first: number) {
    this.first = first;
    this.slots = new Int32Array(first * WIDTH);
    this.mask = first - 1;
  }

  /** The intersection of two sets, the smaller number first; -1 where it is not known. */
  intersection(a: number, b: number): number {
    const { slots } = this;
    const at = (hash(a, b) & this.mask) * WIDTH;
    return slots[at] === a && slots[at + 1] === b && slots[at + 3] === this.time ? slots[at + 2]! : -1;
  }

  store(a: number, b: number, intersection: number): void {
    if (++this.stored > this.mask && this.mask < LARGEST - 1) this.grow();
    const { slots } = this;
    const at = (hash(a, b) & this.mask) * WIDTH;
    slots[at] = a;
    slots[at + 1] = b;
    slots[at + 2] = intersection;
    slots[at + 3] = this.time;
  }

  /** Twice the room: a pair stays in its slot or goes to the one as far behind as there were slots. */
  private grow(): void {
    const size = this.mask + 1;
    if (size * 2 * WIDTH > this.slots.length) {
      const larger = new Int32Array(size * 2 * WIDTH);
      larger.set(this.slots);
      this.slots = larger;
    }
    this.mask = size * 2 - 1;
    this.stored = 0;
    const { slots } = this;
    for (let at = 0; at < size * WIDTH; at += WIDTH) {
      if (slots[at + 3] !== this.time) continue;
      this.stored++;
      if ((hash(slots[at]!, slots[at + 1]!) & size) !== 0) slots.copyWithin(at + size * WIDTH, at, at + WIDTH);
    }
  }

  /** Forgets everything; the room is kept for later. */
  clear(): void {
    this.time++;
    this.stored = 0;
    this.mask = this.first - 1;
  }
}
