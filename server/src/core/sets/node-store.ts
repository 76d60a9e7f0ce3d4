const FIRST_NODES = 1 << 12;
const FIRST_SCRATCH = 1 << 12;
/** Level of the terminal, below every variable. */
const BOTTOM = 0x7fffffff;

/** Where nodes are looked up: the first of a chain of nodes for each place, 0 where there is none. */
interface Places {
  firsts: Int32Array;
  /** Nodes from this number on are found in it. */
  readonly from: number;
}

/**
 * The nodes of decision diagrams. Node 0 is the terminal. Among those that are kept each is there once; nodes that are
 * made while others are set apart are found among themselves only, which is quick because they are few.
 */
export class NodeStore {
  /** Four numbers for each node: its level, where it leads for 0 and for 1, and the next node that is found in the same place. */
  protected nodes: Int32Array;
  private used = 1;
  private readonly kept: Places;
  private scratch: Places = { firsts: new Int32Array(FIRST_SCRATCH), from: 0 };
  private places: Places;

  /** `expected` is how many nodes there will be, more or less: for so many nothing has to grow. */
  constructor(expected = 0) {
    const size = Math.max(FIRST_NODES, 2 ** Math.ceil(Math.log2(expected + 1)));
    this.nodes = new Int32Array(size * 4);
    this.nodes[0] = BOTTOM;
    this.places = this.kept = { firsts: new Int32Array(size), from: 1 };
  }

  /** How many nodes there are; a measure of memory. */
  get size(): number {
    return this.used;
  }

  /** The number of the node, made if there is none. */
  protected lookUp(level: number, low: number, high: number): number {
    const { nodes, places: { firsts } } = this;
    const place = placeOf(level, low, high) & (firsts.length - 1);
    for (let node = firsts[place]!; node !== 0; node = nodes[(node << 2) + 3]!) {
      const at = node << 2;
      if (nodes[at + 1] === low && nodes[at + 2] === high && nodes[at] === level) return node;
    }
    return this.add(level, low, high, place);
  }

  private add(level: number, low: number, high: number, place: number): number {
    if (this.used << 2 === this.nodes.length) this.nodes = grown(this.nodes);
    const { nodes, places } = this;
    const node = this.used++;
    const at = node << 2;
    nodes[at] = level;
    nodes[at + 1] = low;
    nodes[at + 2] = high;
    this.link(node, place);
    if (this.used - places.from > places.firsts.length) this.growPlaces();
    return node;
  }

  private link(node: number, place: number): void {
    const { firsts } = this.places;
    this.nodes[(node << 2) + 3] = firsts[place]!;
    firsts[place] = node;
  }

  private growPlaces(): void {
    const before = this.places.firsts;
    const { nodes } = this;
    this.places.firsts = new Int32Array(before.length * 2);
    for (const first of before) {
      for (let node = first; node !== 0;) {
        const at = node << 2;
        const next = nodes[at + 3]!;
        this.link(node, placeOf(nodes[at]!, nodes[at + 1]!, nodes[at + 2]!) & (before.length * 2 - 1));
        node = next;
      }
    }
  }

  /** From here on nodes are made apart from those that there are. */
  protected setApart(): void {
    this.places = this.scratch = { firsts: this.scratch.firsts, from: this.used };
  }

  /** Ends that. What was made can be used as long as it is not freed, but is found no more. */
  protected putTogether(): void {
    const { firsts } = this.scratch;
    if (firsts.length > FIRST_SCRATCH) this.scratch.firsts = new Int32Array(FIRST_SCRATCH);
    else firsts.fill(0);
    this.places = this.kept;
  }

  /** Frees the nodes from this number on, all of which have been made apart. */
  protected free(from: number): void {
    this.used = from;
  }
}

/**
 * Where a node is looked up: near the newer one of those that it leads to, so that nodes that are made one after another
 * are found in places side by side.
 */
function placeOf(level: number, low: number, high: number): number {
  const newer = low > high ? low : high;
  const older = low > high ? high : low;
  return (newer >> 1) + (hash(older, level) >>> 24);
}

/** Mixes two numbers well enough for tables whose size is a power of two. */
export function hash(a: number, b: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
