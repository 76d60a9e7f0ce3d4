import { readFileSync } from 'node:fs';
import type { Family } from '../../server/src/core/netfilter.ts';
import type { Reported } from './report.ts';
import { compareInputs, type Named } from './verdict.ts';

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** The rulesets that stand in `commands.cases`, between lines of `%%`, for each family: what the disagreements of before came down to. */
export function writtenRulesets(): Named[] {
  const texts = readFileSync(new URL('commands.cases', import.meta.url), 'utf8').split(/^%%\n/mu);
  return texts.flatMap((ruleset) => FAMILIES.map((family) => ({ family, ruleset, group: 'commands', what: `${family} ${oneLine(ruleset)}` })));
}

/** Holds our findings on them against the programs' answers. */
export const compareWritten = (): Promise<Reported[]> => compareInputs(writtenRulesets(), [], {});

/** The ruleset on one line of a report. */
export const oneLine = (ruleset: string): string => ruleset.trimEnd().split('\n').join(' ⏎ ');
