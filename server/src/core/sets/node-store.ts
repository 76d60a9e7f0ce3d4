const FIRST_NODES = 1 << 12;
/** Nodes are looked up in as many parts, so that none takes long to grow. */
const PARTS = 1 << 6;
const FIRST_PART = 1 << 6;
/** Level of the terminal, below every variable. */
const BOTTOM = 0x7fffffff;

/** The nodes of decision diagrams, each once. Node 0 is the terminal. */
export class NodeStore {
  /** Four numbers for each node: its level, where it leads for 0 and for 1, and the next node that is found in the same place. */
  protected nodes = new Int32Array(FIRST_NODES * 4);
  private used = 1;
  /** Where nodes are looked up, in parts by their hash, with how many each has: the first of a chain of nodes, 0 where there is none. */
  private readonly parts = Array.from({ length: PARTS }, () => new Int32Array(FIRST_PART));
  private readonly filled = new Int32Array(PARTS);

  constructor() {
    this.nodes[0] = BOTTOM;
  }

  /** How many nodes there are; a measure of memory. */
  get size(): number {
    return this.used;
  }

  /** The number of the node, made if there is none. */
  protected lookUp(level: number, low: number, high: number): number {
    const hashed = hash(level + Math.imul(low, 0x2c1b3c6d), high);
    const partOf = hashed >>> 26;
    const part = this.parts[partOf]!;
    const place = hashed & (part.length - 1);
    const first = part[place]!;
    const { nodes } = this;
    for (let node = first; node !== 0; node = nodes[(node << 2) + 3]!) {
      const at = node << 2;
      if (nodes[at + 1] === low && nodes[at + 2] === high && nodes[at] === level) return node;
    }
    return this.add(level, low, high, partOf, place);
  }

  private add(level: number, low: number, high: number, partOf: number, place: number): number {
    if (this.used << 2 === this.nodes.length) this.nodes = grown(this.nodes);
    const part = this.parts[partOf]!;
    const node = this.used++;
    const at = node << 2;
    this.nodes[at] = level;
    this.nodes[at + 1] = low;
    this.nodes[at + 2] = high;
    this.nodes[at + 3] = part[place]!;
    part[place] = node;
    if (++this.filled[partOf]! > part.length) this.growPart(partOf);
    return node;
  }

  private growPart(partOf: number): void {
    const before = this.parts[partOf]!;
    const part = this.parts[partOf] = new Int32Array(before.length * 2);
    const { nodes } = this;
    for (const first of before) {
      for (let node = first; node !== 0;) {
        const next = nodes[(node << 2) + 3]!;
        const place = this.hashOf(node) & (part.length - 1);
        nodes[(node << 2) + 3] = part[place]!;
        part[place] = node;
        node = next;
      }
    }
  }

  /** Frees the nodes from this number on. */
  protected forget(from: number): void {
    while (this.used > from) {
      const node = --this.used;
      const hashed = this.hashOf(node);
      const part = this.parts[hashed >>> 26]!;
      this.filled[hashed >>> 26]!--;
      this.unlink(part, hashed & (part.length - 1), node);
    }
  }

  private unlink(part: Int32Array, place: number, node: number): void {
    const { nodes } = this;
    const next = nodes[(node << 2) + 3]!;
    if (part[place] === node) {
      part[place] = next;
      return;
    }
    let before = part[place]!;
    while (nodes[(before << 2) + 3] !== node) before = nodes[(before << 2) + 3]!;
    nodes[(before << 2) + 3] = next;
  }

  private hashOf(node: number): number {
    const at = node << 2;
    return hash(this.nodes[at]! + Math.imul(this.nodes[at + 1]!, 0x2c1b3c6d), this.nodes[at + 2]!);
  }
}

/** Mixes two numbers well enough for tables whose size is a power of two. */
export function hash(a: number, b: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
