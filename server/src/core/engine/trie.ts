/** Whoever may change the nodes of a trie in place; told apart by identity. */
export type Owner = object;

interface Leaf<V> {
  readonly key: number;
  readonly value: V;
}

interface Node<V> {
  readonly owner: Owner;
  readonly slots: (Node<V> | Leaf<V> | undefined)[];
}

const BITS = 5;
const WIDTH = 1 << BITS;

/**
 * Values by whole numbers of 32 bits. A branch is made in no time: both share all nodes, and each copies those that it
 * changes, as long as neither goes on with the owner of before.
 */
export class Trie<V> {
  private root: Node<V>;

  constructor(owner: Owner) {
    this.root = emptyNode(owner);
  }

  get(key: number): V | undefined {
    let node: Node<V> | Leaf<V> | undefined = this.root;
    for (let rest = key; ; rest >>>= BITS) {
      if (node === undefined) return undefined;
      if (!('slots' in node)) return node.key === key ? node.value : undefined;
      node = node.slots[rest & (WIDTH - 1)];
    }
  }

  set(key: number, value: V, owner: Owner): void {
    this.replace(key, { key, value }, owner);
  }

  delete(key: number, owner: Owner): void {
    this.replace(key, undefined, owner);
  }

  /** Every value, in no order that means anything. */
  values(): V[] {
    const values: V[] = [];
    const nodes: Node<V>[] = [this.root];
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      for (const slot of node.slots) {
        if (slot === undefined) continue;
        if ('slots' in slot) nodes.push(slot);
        else values.push(slot.value);
      }
    }
    return values;
  }

  /** Another trie of the same values. */
  branch(): Trie<V> {
    const branch = new Trie<V>(this.root.owner);
    branch.root = this.root;
    return branch;
  }

  private replace(key: number, leaf: Leaf<V> | undefined, owner: Owner): void {
    let node = this.root = owned(this.root, owner);
    let shift = 0;
    for (;;) {
      const at = (key >>> shift) & (WIDTH - 1);
      const slot = node.slots[at];
      if (slot === undefined || (!('slots' in slot) && slot.key === key)) {
        node.slots[at] = leaf;
        return;
      }
      if (!('slots' in slot)) {
        if (leaf === undefined) return;
        // Two keys alike so far part further down.
        const deeper = emptyNode<V>(owner);
        deeper.slots[(slot.key >>> (shift + BITS)) & (WIDTH - 1)] = slot;
        node.slots[at] = deeper;
        node = deeper;
      } else {
        const below: Node<V> = owned(slot, owner);
        node.slots[at] = below;
        node = below;
      }
      shift += BITS;
    }
  }
}

const emptyNode = <V>(owner: Owner): Node<V> => ({ owner, slots: new Array<undefined>(WIDTH).fill(undefined) });

const owned = <V>(node: Node<V>, owner: Owner): Node<V> => (node.owner === owner ? node : { owner, slots: [...node.slots] });
