import type { Outcome, TargetDefinition, TargetResult } from '../extensions/definition.ts';
import type { Rule, Table } from '../ruleset/model.ts';

/** Where a rule leads the packets that match: to another chain, or to one of its target's outcomes. */
export type Consequence = { readonly kind: 'chain'; readonly chain: string; readonly goto: boolean } | ({ readonly kind: 'result' } & TargetResult);

/** What a target may do of which nothing is known. */
const ANYTHING: TargetResult = {
  outcomes: ['continue', 'accept', 'drop'],
  rewrites: [{ field: 'mark' }, { field: 'connmark' }, { field: 'tos' }, { field: 'ttl' }, { field: 'length' }, { field: 'questions' }],
};

const sure = (outcome: Outcome): Consequence => ({ kind: 'result', outcomes: [outcome], rewrites: [] });

const VERDICTS = { ACCEPT: sure('accept'), DROP: sure('drop'), RETURN: sure('return'), QUEUE: sure('queue') } as const;

const UNKNOWN: Consequence = { kind: 'result', ...ANYTHING };
const NOTHING: Consequence = sure('continue');

/** What becomes of packets that match the rule; `looping` are the rules whose jumps run in a circle. */
export function consequenceOf(table: Table, rule: Rule, looping: ReadonlySet<Rule>): Consequence {
  const { target, broken, unknownWord } = rule.bound;
  if (broken || unknownWord !== undefined || looping.has(rule)) return UNKNOWN;
  switch (target?.kind) {
    case undefined: return NOTHING;
    case 'verdict': return VERDICTS[target.verdict];
    case 'chain': {
      const chain = table.chains.get(target.chain);
      return chain === undefined || chain.builtIn ? UNKNOWN : { kind: 'chain', chain: target.chain, goto: target.goto };
    }
    case 'extension': {
      const definition = target.use.definition as TargetDefinition;
      const result = definition.result?.(target.use);
      if (result !== undefined) return { kind: 'result', ...result };
      return { kind: 'result', ...ANYTHING, outcomes: definition.terminating ? ['accept', 'drop'] : ['continue', 'drop'] };
    }
  }
}

/** Whether the same rule has the same consequence before and after an edit. */
export function sameConsequence(a: Consequence, b: Consequence): boolean {
  if (a.kind === 'chain') return b.kind === 'chain' && a.chain === b.chain && a.goto === b.goto;
  return b.kind === 'result' && (a === UNKNOWN) === (b === UNKNOWN);
}
