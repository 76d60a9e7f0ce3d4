import type { ExtensionUse } from '../../core/extensions/definition.ts';
import type { BoundRule, Ruleset } from '../../core/ruleset/model.ts';

/** An extension as one rule uses it. */
export interface RuleUse {
  readonly bound: BoundRule;
  readonly use: ExtensionUse;
}

const known = new WeakMap<BoundRule, readonly RuleUse[]>();
const NONE: readonly RuleUse[] = [];

/** Every use in the ruleset of an extension that names something which other rules, or other programs, know as well. */
export function* usesIn({ tables }: Ruleset): Iterable<RuleUse> {
  for (const { chains } of tables.values()) {
    for (const { rules } of chains.values()) {
      let last: BoundRule | undefined;
      for (const { bound } of rules) {
        // A list of addresses makes several rules of one line.
        if (bound !== last) yield* usesOf(bound);
        last = bound;
      }
    }
  }
}

function usesOf(bound: BoundRule): readonly RuleUse[] {
  if (bound.matches.length === 0 && bound.target?.kind !== 'extension') return NONE;
  let uses = known.get(bound);
  if (uses === undefined) {
    const all = bound.target?.kind === 'extension' ? [...bound.matches, bound.target.use] : bound.matches;
    known.set(bound, uses = all.filter(namesSomething).map((use) => ({ bound, use })));
  }
  return uses;
}

const namesSomething = ({ definition, options }: ExtensionUse): boolean =>
  definition.shared !== undefined || options.some(({ spec }) => spec.external !== undefined || spec.makes !== undefined);
