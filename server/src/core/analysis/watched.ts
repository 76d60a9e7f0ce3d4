import type { Bounds } from '../sets/bounds.ts';
import { UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';

/** Finds out which variables of those that rules rewrite matches look at. */
export class Watching {
  /** Everything that rules rewrite. */
  readonly rewriting: Rewriting;
  private readonly space: PacketSpace;
  private readonly levels = new Set<number>();
  /** Of each node that was looked at, whether anything below it depends on what is rewritten. */
  private known: Uint8Array;

  constructor(space: PacketSpace, rewriting: Rewriting) {
    this.space = space;
    this.rewriting = rewriting;
    this.known = new Uint8Array(rewriting === UNCHANGED ? 0 : space.size);
  }

  /** Whether a match looks at the variable, or, from the first question on, at any question, as far as that is rewritten. */
  has(level: number): boolean {
    return this.levels.has(Math.min(level, this.space.firstQuestion));
  }

  /** Looks at a match, and says whether it depends on anything that is rewritten. */
  note({ may, must }: Bounds): boolean {
    if (this.rewriting === UNCHANGED) return false;
    if (this.space.size > this.known.length) this.known = grown(this.known, this.space.size);
    const depends = this.noteNode(may >> 1);
    return this.noteNode(must >> 1) || depends;
  }

  private noteNode(node: number): boolean {
    if (node === 0) return false;
    const { space, known } = this;
    if (known[node] !== UNKNOWN) return known[node] === DEPENDS;
    const level = Math.min(space.level(node << 1), space.firstQuestion);
    const isOwn = level === space.firstQuestion ? this.rewriting.questions : this.rewriting.bits.has(level);
    if (isOwn) this.levels.add(level);
    const low = this.noteNode(space.low(node << 1) >> 1);
    const depends = this.noteNode(space.high(node << 1) >> 1) || low || isOwn;
    known[node] = depends ? DEPENDS : STANDS;
    return depends;
  }
}

const UNKNOWN = 0;
const STANDS = 1;
const DEPENDS = 2;

function grown(known: Uint8Array, size: number): Uint8Array {
  const larger = new Uint8Array(size * 2);
  larger.set(known);
  return larger;
}
