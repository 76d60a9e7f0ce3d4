import { readFileSync } from 'node:fs';
import type { Family } from '../../server/src/core/netfilter.ts';
import type { Reported } from './report.ts';
import { compareInputs, type Named } from './verdict.ts';

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** The lines of `people.cases`, each alone in its table and for both families. */
export function peoplesRules(): Named[] {
  const [, ...sections] = readFileSync(new URL('people.cases', import.meta.url), 'utf8').split(/^%% /mu);
  return sections.flatMap((section) => {
    const [written, ...lines] = section.trimEnd().split('\n');
    return lines.flatMap((line) => FAMILIES.map((family) => {
      const bar = line.indexOf('|');
      return { family, ruleset: `*${line.slice(0, bar)}\n${line.slice(bar + 1)}\nCOMMIT\n`, group: `written for ${written!}`, what: `${family} ${line}` };
    }));
  });
}

/** Holds our findings on them against the programs' answers. */
export const comparePeople = (): Promise<Reported[]> => compareInputs(peoplesRules(), [], {});
