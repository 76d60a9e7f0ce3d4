import type { BoundRule, RuleHeader, RuleTarget, RuleTraits } from './model.ts';
import { usesOf } from './uses.ts';

/** Traits that are kept: more than the rules of a file have. */
const MOST_TRAITS = 10_000;

/** All traits by the numbers of what they consist of. */
const traits = new Map<string, RuleTraits>();

/** Extensions and options in the order in which they were first seen. */
const numbers = new WeakMap<object, number>();
let seen = 0;

/** The traits of a rule with these parts, the same for all rules that have them. */
export function traitsOf({ in: incoming, out }: RuleHeader, matches: BoundRule['matches'], target: RuleTarget | undefined): RuleTraits {
  const uses = usesOf({ matches, target });
  const asksInterface = incoming !== undefined || out !== undefined;
  let key = asksInterface ? '!' : '';
  for (const { definition, options } of uses) {
    key += `:${numberOf(definition)}`;
    for (const { spec } of options) key += `,${numberOf(spec)}`;
  }
  let known = traits.get(key);
  if (known === undefined) {
    if (traits.size === MOST_TRAITS) traits.clear();
    traits.set(key, known = { extensions: uses.map(({ definition }) => definition), options: uses.flatMap(({ options }) => options.map(({ spec }) => spec)), asksInterface });
  }
  return known;
}

function numberOf(part: object): number {
  let number = numbers.get(part);
  if (number === undefined) numbers.set(part, number = seen++);
  return number;
}

/** A question about the traits of rules, worked out once for all that share them. */
export function ofTraits<T>(answer: (traits: RuleTraits) => T): (bound: BoundRule) => T {
  const known = new WeakMap<RuleTraits, { readonly answer: T }>();
  return ({ traits }) => {
    let kept = known.get(traits);
    if (kept === undefined) known.set(traits, kept = { answer: answer(traits) });
    return kept.answer;
  };
}
