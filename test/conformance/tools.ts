import { readFileSync } from 'node:fs';
import type { Family } from '../../server/src/core/netfilter.ts';
import { Random } from '../kernel/random.ts';
import type { Reported } from './report.ts';
import { damage } from './damage.ts';
import { compareInputs, type Named } from './verdict.ts';

/** A ruleset as a well-known tool writes it. */
interface ToolRuleset {
  readonly tool: string;
  readonly family: Family;
  readonly text: string;
}

/** The rulesets of `tools.cases`. */
function toolRulesets(): ToolRuleset[] {
  const [, ...blocks] = readFileSync(new URL('tools.cases', import.meta.url), 'utf8').split(/^%% /mu);
  return blocks.map((block) => {
    const end = block.indexOf('\n');
    const [tool, family] = block.slice(0, end).split(': ') as [string, Family];
    return { tool, family, text: block.slice(end + 1) };
  });
}

/** Every ruleset as it is, and `count` of the seed that differ from one of them in one place. */
export function makeToolRulesets(seed: number, count: number): Named[] {
  const random = new Random(seed);
  const all = toolRulesets();
  const whole = all.map(({ tool, family, text }) => ({ group: tool, family, ruleset: text, what: `${tool}: as it is` }));
  const broken = Array.from({ length: count }, (_, index) => {
    const { tool, family, text } = all[index % all.length]!;
    const { text: ruleset, what } = damage(text, random);
    return { group: tool, family, ruleset, what: `${tool}: ${what}` };
  });
  return [...whole, ...broken];
}

/** Makes them and holds our findings against the programs' answers. */
export const compareTools = (seed: number, count: number): Promise<Reported[]> => compareInputs(makeToolRulesets(seed, count), [], {});
