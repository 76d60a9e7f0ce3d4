import { ChainSurvey } from '../ruleset/chain-survey.ts';
import type { Ruleset } from '../ruleset/model.ts';

/** Every interface pattern that rules ask for after `-i` and `-o`, sorted. */
export function interfacePatterns({ tables }: Ruleset): readonly string[] {
  const patterns = new Set<string>();
  for (const { chains } of tables.values()) {
    for (const chain of chains.values()) {
      for (const { header } of ChainSurvey.of(chain).interfaced) {
        if (header.in !== undefined) patterns.add(header.in.value);
        if (header.out !== undefined) patterns.add(header.out.value);
      }
    }
  }
  return [...patterns].sort();
}
