/** Puts in the place of a value that is gone from a layer below. */
const GONE = Symbol('gone');

type Layer<V> = ReadonlyMap<number, V | typeof GONE>;

/**
 * Values by number, of which a branch is made in no time: both go on from the same layers, which change no more, each with a
 * layer of its own on top. Layers that have grown alike become one, so that there are never many.
 */
export class BranchingMap<V> {
  private own = new Map<number, V | typeof GONE>();
  /** The lowest first. */
  private below: readonly Layer<V>[] = [];

  get(key: number): V | undefined {
    let value = this.own.get(key);
    for (let at = this.below.length - 1; value === undefined && at >= 0; at--) value = this.below[at]!.get(key);
    return value === GONE ? undefined : value;
  }

  set(key: number, value: V): void {
    this.own.set(key, value);
  }

  delete(key: number): void {
    if (this.below.length === 0) this.own.delete(key);
    else this.own.set(key, GONE);
  }

  /** Every value, in no order that means anything. */
  values(): V[] {
    const whole = this.below.length === 0 ? this.own : merged([...this.below, this.own]);
    return [...whole.values()].filter((value): value is V => value !== GONE);
  }

  /** Another map of the same values. */
  branch(): BranchingMap<V> {
    if (this.own.size > 0) {
      this.below = settled([...this.below, this.own]);
      this.own = new Map();
    }
    const branch = new BranchingMap<V>();
    branch.below = this.below;
    return branch;
  }
}

/** The layers, with those on top made one until each is at most half as large as the one below. */
function settled<V>(layers: readonly Layer<V>[]): readonly Layer<V>[] {
  let first = layers.length - 1;
  for (let size = layers[first]!.size; first > 0 && layers[first - 1]!.size < 2 * size; first--) size += layers[first - 1]!.size;
  if (first === layers.length - 1) return layers;
  const top = merged(layers.slice(first));
  if (first === 0) for (const [key, value] of top) if (value === GONE) top.delete(key);
  return [...layers.slice(0, first), top];
}

function merged<V>([lowest, ...others]: readonly Layer<V>[]): Map<number, V | typeof GONE> {
  const whole = new Map(lowest);
  for (const layer of others) for (const [key, value] of layer) whole.set(key, value);
  return whole;
}
