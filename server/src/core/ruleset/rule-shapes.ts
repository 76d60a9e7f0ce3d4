import { findTarget } from '../extensions/catalogue.ts';
import type { Family } from '../netfilter.ts';
import { WORD_LIMIT } from '../syntax/limits.ts';
import { plainWord, type PlainRule } from '../syntax/plain-rule.ts';
import type { Line } from '../syntax/line.ts';
import type { BoundRule } from './model.ts';
import { looksLikeOption } from './reading.ts';
import { partsOf, shapeOf, type Shape, type ShapedParts, type Slot } from './shape.ts';

/*
 * Thousands of rules of a file differ in their addresses, ports and chains only. iptables reads from left to right, so
 * the words up to a place tell what stands there: rules that were read are kept as paths in a tree, in which a value
 * leads on whatever it is, and any other word only where it is the same. What comes to the end of a path is made of its
 * values, without being taken apart once more.
 */

/** Words in all the paths of a family; more shapes than any file has, but not more than memory. */
const LIMIT = 20_000;

/** Characters of a word that may be as many bytes as iptables-restore refuses. */
const CLOSER_LOOK = WORD_LIMIT / 3;

/** A place between two words, and what may come behind it. */
class Node {
  readonly words = new Map<string, Node>();
  /** What a word is that is not among them, and where it leads. */
  slot: { readonly value: Slot; readonly next: Node } | undefined;
  /** What a rule is that ends here. */
  shape: Shape | undefined;
}

/** The shapes of the rules of one family that were read so far. */
export class RuleShapes {
  private readonly family: Family;
  private root = new Node();
  private size = 0;

  constructor(family: Family) {
    this.family = family;
  }

  /** The parts of a rule without problems; undefined where no rule of its shape was read, or where its values need a closer look. */
  read({ text }: Line, rule: PlainRule): ShapedParts | undefined {
    const { places } = rule;
    const values: unknown[] = [];
    let node = this.root;
    for (let at = 0; at < places.length; at += 2) {
      const word = plainWord(text, places[at]!, places[at + 1]!);
      const next = node.words.get(word);
      if (next === undefined) {
        const { slot } = node;
        const value = slot === undefined ? undefined : this.valueOf(slot.value, word);
        if (value === undefined) return undefined;
        values.push(value);
        node = slot!.next;
      } else {
        values.push(undefined);
        node = next;
      }
    }
    return node.shape === undefined ? undefined : partsOf(node.shape, values, text);
  }

  /** Keeps the shape of a rule that was read without problems, if it is one that others can have. */
  learn({ text }: Line, rule: PlainRule, bound: BoundRule): void {
    const { places } = rule;
    const known = shapeOf(bound, places);
    if (known === undefined) return;
    if (this.size > LIMIT) {
      this.root = new Node();
      this.size = 0;
    }
    let node = this.root;
    for (let at = 0; at < places.length; at += 2) {
      const slot = known.slots.get(at / 2);
      node = slot === undefined ? this.step(node, plainWord(text, places[at]!, places[at + 1]!)) : this.stepOver(node, slot);
    }
    node.shape = known.shape;
  }

  private step(node: Node, word: string): Node {
    let next = node.words.get(word);
    if (next === undefined) {
      node.words.set(word, next = new Node());
      this.size++;
    }
    return next;
  }

  private stepOver(node: Node, value: Slot): Node {
    if (node.slot === undefined) {
      node.slot = { value, next: new Node() };
      this.size++;
    }
    return node.slot.next;
  }

  /** The value of the word; undefined where the word is none, or is one of which something has to be said. */
  private valueOf({ type, context, isTarget }: Slot, word: string): unknown {
    if (word.length > CLOSER_LOOK || looksLikeOption(word)) return undefined;
    if (type === undefined) return isTarget === true && findTarget(word, this.family) !== undefined ? undefined : word;
    const parsed = type.parse(word, context);
    return parsed.ok && parsed.warning === undefined ? parsed.value : undefined;
  }
}
