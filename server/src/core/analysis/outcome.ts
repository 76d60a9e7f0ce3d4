import { saveUse } from '../extensions/save.ts';
import type { Rule, Table } from '../ruleset/model.ts';
import { consequenceOf } from './target.ts';

/** A rule in its chain. */
interface Standing {
  readonly chain: string;
  readonly rule: Rule;
}

/**
 * Whether a rule of the chain and the other surely do the same with packets that end at them. What chains let back that
 * they lead to is for the caller to say.
 */
export function sameOutcome(table: Table, chain: string, rule: Rule, other: Standing): boolean {
  const own = { chain, rule };
  if (saysTheSame(table, own, other)) return true;
  const verdict = verdictOf(table, own);
  return verdict !== undefined && verdict === verdictOf(table, other);
}

/** Whether two rules do the same with every packet by what their targets say. */
export const saysTheSame = (table: Table, one: Standing, other: Standing): boolean => statedBy(table, one) === statedBy(table, other);

/** What the rule's target says, in one spelling for what means the same. */
function statedBy(table: Table, { chain, rule: { bound: { target } } }: Standing): string {
  switch (target?.kind) {
    case undefined: return 'continue';
    case 'extension': return saveUse(target.use);
    case 'chain': return `${target.goto ? `goto from ${chain}` : 'jump'} ${target.chain}`;
    case 'verdict': return target.verdict === 'RETURN' ? table.chains.get(chain)!.policy ?? `RETURN from ${chain}` : target.verdict;
  }
}

const NO_LOOPS: ReadonlySet<Rule> = new Set();

/** The one target by which packets end at the rule or in the chains behind it; undefined where there are several. */
function verdictOf(table: Table, standing: Standing): string | undefined {
  const consequence = consequenceOf(table, standing.rule, NO_LOOPS);
  if (consequence.kind === 'chain') return verdictBehind(table, consequence.chain);
  return consequence.outcomes.some((outcome) => outcome !== 'continue') ? statedBy(table, standing) : undefined;
}

const verdicts = new WeakMap<Table, Map<string, string | undefined>>();

/** The same of a chain, found once: thousands of rules may lead there. */
function verdictBehind(table: Table, chain: string): string | undefined {
  let known = verdicts.get(table);
  if (known === undefined) verdicts.set(table, known = new Map());
  if (!known.has(chain)) known.set(chain, findVerdictBehind(table, chain));
  return known.get(chain);
}

function findVerdictBehind(table: Table, name: string): string | undefined {
  const ends = new Set<string>();
  const pending = new Set([name]);
  for (const chain of pending) {
    for (const rule of table.chains.get(chain)!.rules) {
      const consequence = consequenceOf(table, rule, NO_LOOPS);
      if (consequence.kind === 'chain') pending.add(consequence.chain);
      else if (consequence.outcomes.some((outcome) => outcome !== 'continue') && !consequence.outcomes.every((outcome) => outcome === 'return')) ends.add(statedBy(table, { chain, rule }));
      if (ends.size > 1) return undefined;
    }
  }
  return [...ends][0];
}
