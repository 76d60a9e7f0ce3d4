import type { About } from '../../engine/knowledge.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { negation, type BoundOption } from '../definition.ts';

/**
 * Decides by a field of the packet; where the packet leaves it open, `question` is what it depends on (`the TTL is 64`),
 * put into words only then.
 */
export function decide<T>(value: T | undefined, question: () => string, test: (value: T) => boolean, about?: About): Truth {
  return value === undefined ? new Unknown(question(), about) : test(value);
}

/** What the packet has there, for traces: `the TTL is 64`. */
export function observed<T>(value: T | undefined, what: string, print: (value: T) => string = String): string {
  return `${what} is ${value === undefined ? 'open' : print(value)}`;
}

/** Applies an option's `!`. */
export const negate = (bound: Pick<BoundOption, 'negated'>, truth: Truth): Truth => (bound.negated ? negation(truth) : truth);

/** A question about one field of the packet, whose answer then holds for the rest of the packet's way. */
export interface FieldQuestion extends About {
  /** What is asked, without the option's `!`: `the destination port is 22`. */
  readonly key: string;
  /** Decides without the `!`; undefined = it depends on the key. */
  ask(traversal: Traversal): boolean | undefined;
  observe(traversal: Traversal): string;
}

/** The condition of an option that asks for one field. */
export function fieldCondition({ negated, text }: Pick<BoundOption, 'negated' | 'text'>, { key, ask, observe, ...about }: FieldQuestion): Condition {
  return {
    source: text, observe,
    test(traversal) {
      const answer = ask(traversal);
      return answer === undefined ? new Unknown(negated ? `not: ${key}` : key, about) : answer !== negated;
    },
  };
}
