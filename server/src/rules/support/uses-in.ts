import { ChainSurvey, type RuleUse } from '../../core/ruleset/chain-survey.ts';
import type { Ruleset } from '../../core/ruleset/model.ts';

/** Every use in the ruleset of an extension that names something which other rules, or other programs, know as well. */
export function* usesIn({ tables }: Ruleset): Iterable<RuleUse> {
  for (const { chains } of tables.values()) for (const chain of chains.values()) yield* ChainSurvey.of(chain).naming;
}
