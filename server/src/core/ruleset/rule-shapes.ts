import { findTarget } from '../extensions/catalogue.ts';
import type { Family } from '../netfilter.ts';
import { QUOTE, endOfWord, firstWord, nextWord, plainWord, type PlainRule } from '../syntax/plain-rule.ts';
import type { Line } from '../syntax/line.ts';
import type { BoundRule } from './model.ts';
import { looksLikeOption } from './reading.ts';
import { isSound, shapeOf, type Shape, type ShapedValues, type Slot } from './shape.ts';

/*
 * Thousands of rules of a file differ in their addresses, ports and chains only. iptables reads from left to right, so
 * the words up to a place tell what stands there: rules that were read are kept as paths in a tree, in which a value
 * leads on whatever it is, and any other word only where it is the same. What comes to the end of a path is made of its
 * values, without being taken apart once more.
 */

/** Words in all the paths of a family; more shapes than any file has, but not more than memory. */
const LIMIT = 20_000;

/** A place between two words, and what may come behind it. */
class Node {
  readonly words: Step[] = [];
  /** What a word is that is not among them, and where it leads. */
  slot: { readonly value: Slot; readonly next: Node; readonly read: Map<string, unknown> } | undefined;
  /** What a rule is that ends here. */
  shape: Shape | undefined;
}

/** A word that is the same in all rules which go this way. */
interface Step {
  readonly word: string;
  readonly next: Node;
}

/** Values of one place that are kept, since rules often say the same ports, interfaces and networks. */
const KEPT_VALUES = 1000;

/** The shapes of the rules of one family that were read so far. */
export class RuleShapes {
  private readonly family: Family;
  private root = new Node();
  private size = 0;
  /** The values of the rule that is being read, and their words. */
  private readonly values: unknown[] = [];
  private readonly words: string[] = [];

  constructor(family: Family) {
    this.family = family;
  }

  /** A plain rule without problems; undefined where no rule of its shape was read, or where its values need a closer look. */
  read({ text }: Line): ShapedValues | undefined {
    this.values.length = 0;
    this.words.length = 0;
    let node: Node | undefined = this.root;
    for (let start = nextWord(text, firstWord(text)); start < text.length;) {
      const end = endOfWord(text, start);
      node = stepAt(node, text, start, end) ?? this.readValue(node, plainWord(text, start, end));
      if (node === undefined) return undefined;
      start = nextWord(text, end);
    }
    if (node.shape === undefined) return undefined;
    const shaped = { shape: node.shape, values: this.values.slice() };
    return isSound(shaped, this.words, text) ? shaped : undefined;
  }

  /** Reads a word that is a value; answers where it leads, undefined where it is no value or one of which something has to be said. */
  private readValue({ slot }: Node, word: string): Node | undefined {
    if (slot === undefined) return undefined;
    let value = slot.read.get(word);
    if (value === undefined) {
      value = this.valueOf(slot.value, word);
      if (value === undefined) return undefined;
      if (slot.read.size === KEPT_VALUES) slot.read.clear();
      slot.read.set(word, value);
    }
    this.values.push(value);
    this.words.push(word);
    return slot.next;
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
    const known = node.words.find((step) => step.word === word);
    if (known !== undefined) return known.next;
    const next = new Node();
    node.words.push({ word, next });
    this.size++;
    return next;
  }

  private stepOver(node: Node, value: Slot): Node {
    if (node.slot === undefined) {
      node.slot = { value, next: new Node(), read: new Map() };
      this.size++;
    }
    return node.slot.next;
  }

  /** The value of the word; undefined where the word is none, or is one of which something has to be said. */
  private valueOf({ type, context, isTarget }: Slot, word: string): unknown {
    if (looksLikeOption(word)) return undefined;
    if (type === undefined) return isTarget === true && findTarget(word, this.family) !== undefined ? undefined : word;
    const parsed = type.parse(word, context);
    return parsed.ok && parsed.warning === undefined ? parsed.value : undefined;
  }
}

/** Where a word leads that is the same in several rules, found without cutting it from the text. */
function stepAt(node: Node, text: string, start: number, end: number): Node | undefined {
  const isQuoted = text.charCodeAt(start) === QUOTE;
  const from = isQuoted ? start + 1 : start;
  const length = isQuoted ? end - start - 2 : end - start;
  for (const { word, next } of node.words) if (word.length === length && text.startsWith(word, from)) return next;
  return undefined;
}
