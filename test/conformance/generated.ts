import { Random } from '../kernel/random.ts';
import { BREAKS } from './breaks.ts';
import { draftText, rulesetOf } from './draft.ts';
import { Generator } from './generate.ts';
import { CATALOGUE, Pools } from './pools.ts';
import type { Reported } from './report.ts';
import { compareInputs, type Input } from './verdict.ts';
import { oneLine } from './written.ts';

/** A rule made from the catalogue. */
export interface Made extends Input {
  readonly extension: string;
  readonly broken: string;
  readonly rule: string;
}

/** `count` rules of the seed: every extension in turn, about a third of them meant to load. */
export function makeRules(seed: number, count: number, pools: Pools): Made[] {
  const random = new Random(seed);
  const generator = new Generator(pools, random);
  const names = Object.keys(BREAKS);
  return Array.from({ length: count }, (_, index) => {
    const definition = CATALOGUE[index % CATALOGUE.length]!;
    const broken = random.chance(0.3) ? 'nothing' : random.pick(names);
    const draft = generator.draft(definition);
    const use = [...draft.matches, ...(draft.target === undefined ? [] : [draft.target])].find((each) => each.definition === definition)!;
    BREAKS[broken]!({ draft, use, generator, random });
    const rule = draftText(draft);
    return { extension: `${definition.kind} ${definition.name}`, broken, rule, family: draft.family, ruleset: rulesetOf(draft, rule) };
  });
}

/** Makes the rules of a seed and holds our findings against the programs' answers. */
export async function compareGenerated(seed: number, count: number): Promise<Reported[]> {
  const pools = await Pools.read();
  const made = makeRules(seed, count, pools);
  const named = made.map((each) => ({ ...each, group: each.extension, what: `${each.family} (${each.broken}) ${oneLine(each.ruleset.replace(/COMMIT\n$/u, ''))}` }));
  return compareInputs(named, pools.ipsets, pools.host);
}
