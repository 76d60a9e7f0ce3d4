import type { BoundRule, Table } from '../core/ruleset/model.ts';
import { Placements } from '../core/ruleset/placement.ts';
import { defineRule, type RelatedPlace, type Report } from './rule.ts';
import { declarationOf } from './support/chain-declaration.ts';
import { examinedTables } from './support/dead-lines.ts';
import { ruleSpan } from './support/dead-rule-words.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'unreachable-chain',
  severity: 'information',
  saysIdle: true,
  docs: page({
    what: 'Finds chains with rules into which no packet can come, although rules of other chains lead there: no packet can '
      + 'match any of those. Of chains that lead to one another, the first is named.',
    why: 'Nothing in the chain has any effect. What is wrong is said at the rules that lead there.',
    example: [':SSH - [0:0]', '-A INPUT -p tcp -j DROP', '-A INPUT -p tcp -m tcp --dport 22 -j SSH', '-A SSH -s 10.0.0.0/8 -j ACCEPT'],
    instead: [':SSH - [0:0]', '-A INPUT -p tcp -m tcp --dport 22 -j SSH', '-A INPUT -p tcp -j DROP', '-A SSH -s 10.0.0.0/8 -j ACCEPT'],
  }),
  *checkAnalysis(file) {
    for (const { table, chains } of yield* examinedTables(file)) {
      const dead = new Set(chains);
      for (const name of chains) {
        yield undefined;
        // A chain behind one that is named itself has no cause of its own.
        const jumps = jumpsTo(table, name).filter(({ from }) => !dead.has(from));
        const place = declarationOf(file, table.chains.get(name)!);
        if (jumps.length > 0 && place !== undefined) yield report(name, place, jumps);
      }
    }
  },
});

/** So many jumps are listed. */
const MOST = 12;

interface Jump {
  readonly from: string;
  readonly bound: BoundRule;
}

function jumpsTo(table: Table, name: string): Jump[] {
  const placements = Placements.of(table);
  const callers = [...table.chains.values()].filter((chain) => placements.jumpsOf(chain.name).has(name));
  return callers.flatMap(({ name: from, rules }) => rules.filter(({ bound: { target } }) => target?.kind === 'chain' && target.chain === name).map(({ bound }) => ({ from, bound })));
}

function report(name: string, place: Omit<RelatedPlace, 'message'>, jumps: readonly Jump[]): Report {
  return {
    ...place, tag: 'unnecessary', message: `No packet can come into \`${name}\`: none is left for the rules that lead there.`,
    related: jumps.slice(0, MOST).map(({ bound: { line } }) => ({ line, span: ruleSpan(line), message: 'No packet can match this rule' })),
  };
}
