import type { BoundRule, RuleHeader, RuleTarget, RuleTraits } from './model.ts';
import { usesOf } from './uses.ts';

/** The traits of a rule with these parts. */
export function traitsOf({ in: incoming, out }: RuleHeader, matches: BoundRule['matches'], target: RuleTarget | undefined): RuleTraits {
  const uses = usesOf({ matches, target });
  return {
    extensions: uses.map(({ definition }) => definition),
    options: uses.flatMap(({ options }) => options.map(({ spec }) => spec)),
    asksInterface: incoming !== undefined || out !== undefined,
  };
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
