import type { Bounds } from '../sets/bounds.ts';
import { UNCHANGED, unsettles, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';

/** Tells of matches whether they look at anything that a rewriting changes. */
export class Watching {
  private readonly rewriting: Rewriting;
  private readonly space: PacketSpace;
  /** Of each node that was looked at, whether anything below it depends on what is rewritten. */
  private known: Uint8Array;

  constructor(space: PacketSpace, rewriting: Rewriting) {
    this.space = space;
    this.rewriting = rewriting;
    this.known = new Uint8Array(rewriting === UNCHANGED ? 0 : space.size);
  }

  /** Whether the match depends on anything that is rewritten. */
  concerns({ may, must }: Bounds): boolean {
    if (this.rewriting === UNCHANGED) return false;
    if (this.space.size > this.known.length) this.known = grown(this.known, this.space.size);
    return this.isBelow(may >> 1) || this.isBelow(must >> 1);
  }

  private isBelow(node: number): boolean {
    if (node === 0) return false;
    const { space, known, rewriting } = this;
    if (known[node] !== UNKNOWN) return known[node] === DEPENDS;
    const level = space.level(node << 1);
    const isOwn = level >= space.firstQuestion ? unsettles(space, rewriting, level) : rewriting.bits.has(level);
    const depends = isOwn || this.isBelow(space.low(node << 1) >> 1) || this.isBelow(space.high(node << 1) >> 1);
    known[node] = depends ? DEPENDS : STANDS;
    return depends;
  }
}

const UNKNOWN = 0;
const STANDS = 1;
const DEPENDS = 2;

function grown(array: Uint8Array, size: number): Uint8Array {
  const larger = new Uint8Array(size * 2);
  larger.set(array);
  return larger;
}
