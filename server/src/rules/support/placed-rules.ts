import { ChainSurvey } from '../../core/ruleset/chain-survey.ts';
import type { BoundRule, Table } from '../../core/ruleset/model.ts';

/** A rule of a user-defined chain whose worth depends on the hooks that lead to the chain. */
export interface PlacedRule {
  readonly chain: string;
  readonly bound: BoundRule;
}

/** The rules of a finished table's user-defined chains that ask for an interface or use what not every hook takes. */
export function* placedRules({ chains }: Table): Iterable<PlacedRule> {
  for (const chain of chains.values()) {
    if (chain.builtIn) continue;
    for (const bound of ChainSurvey.of(chain).hookDependent) yield { chain: chain.name, bound };
  }
}
