import type { BoundLine } from './bound-line.ts';
import type { BoundRule, Ruleset } from './model.ts';
import { appends, replaceRule } from './replace-rule.ts';

interface Built {
  readonly ruleset: Ruleset;
  /** Whether no rule of it could have been taken away, moved or counted by a later one; found out when that matters. */
  readonly onlyAppends: () => boolean;
}

/** The rulesets that were built of a text; of one in which a single rule is written anew, most is kept. */
export class RulesetCache {
  private readonly built = new Map<string, Built>();

  /** The ruleset of this key, built of the lines where it is not known. */
  get(key: string, lines: () => readonly BoundLine[], build: (lines: readonly BoundLine[]) => Ruleset): Ruleset {
    let known = this.built.get(key);
    if (known === undefined) {
      const executed = lines();
      known = { ruleset: build(executed), onlyAppends: once(() => executed.every(isHarmless)) };
      this.built.set(key, known);
    }
    return known.ruleset;
  }

  clear(): void {
    this.built.clear();
  }

  /** Carries the rulesets over to the text in which `after` stands in the place of `before`. */
  replaceRule(before: BoundRule, after: BoundRule): void {
    for (const [key, { ruleset, onlyAppends }] of this.built) {
      const next = onlyAppends() ? replaceRule(ruleset, before, after) : undefined;
      if (next === undefined) this.built.delete(key);
      else this.built.set(key, { ruleset: next, onlyAppends });
    }
  }
}

const isHarmless = ({ bound }: BoundLine): boolean => bound === undefined || appends(bound) || (bound.command === undefined && !bound.ends);

function once(find: () => boolean): () => boolean {
  let found: boolean | undefined;
  return () => found ??= find();
}
