import type { Bounds } from '../sets/bounds.ts';
import type { PacketSet } from '../sets/diagram.ts';
import { UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';

/** Finds out which variables of those that rules rewrite matches look at. */
export class Watching {
  /** Everything that rules rewrite. */
  readonly rewriting: Rewriting;
  private readonly space: PacketSpace;
  private readonly levels = new Set<number>();
  private seen: Uint8Array;

  constructor(space: PacketSpace, rewriting: Rewriting) {
    this.space = space;
    this.rewriting = rewriting;
    this.seen = new Uint8Array(rewriting === UNCHANGED ? 0 : space.size);
  }

  /** Whether a match looks at the variable, or, from the first question on, at any question. */
  has(level: number): boolean {
    return this.levels.has(Math.min(level, this.space.firstQuestion));
  }

  /** Looks at a match; nothing where nothing is rewritten. */
  note({ may, must }: Bounds): void {
    if (this.rewriting === UNCHANGED) return;
    this.noteSet(may);
    this.noteSet(must);
  }

  private noteSet(set: PacketSet): void {
    const { space } = this;
    if (space.size > this.seen.length) this.seen = grown(this.seen, space.size);
    const { seen } = this;
    const pending = [set >> 1];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node === 0 || seen[node] === 1) continue;
      seen[node] = 1;
      this.levels.add(Math.min(space.level(node << 1), space.firstQuestion));
      pending.push(space.low(node << 1) >> 1, space.high(node << 1) >> 1);
    }
  }
}

function grown(seen: Uint8Array, size: number): Uint8Array {
  const larger = new Uint8Array(size * 2);
  larger.set(seen);
  return larger;
}
