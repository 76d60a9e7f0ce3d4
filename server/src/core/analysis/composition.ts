import type { Backend } from '../engine/traversal.ts';
import type { TableName } from '../netfilter.ts';
import type { PacketSet } from '../sets/diagram.ts';
import { inSomeRuleset } from '../sets/questions.ts';
import { partOf, UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import { AnalysedChain, type TableStep } from './chain.ts';
import type { Composition } from './fates.ts';
import type { Steps } from './steps.ts';
import type { TableAnalysis } from './table.ts';
import { variablesOf } from './variables.ts';

/** Puts tables together, in small steps, so that what one rewrites counts where another looks at it. */
export function* compose(tables: ReadonlyMap<TableName, TableAnalysis>, { space, backend, tracks }: { readonly space: PacketSpace; readonly backend: Backend; readonly tracks: boolean }): Steps<Composition> {
  const chains = [...tables.values()].flatMap(({ prepared }) => [...prepared.rules.values()]);
  const variables = chains.some(({ rewriting }) => rewriting !== UNCHANGED) ? yield* variablesOf(space, chains) : new Uint8Array();
  const { level, bits } = space.fields.destination;
  // Where a packet goes counts even where no rule asks for it.
  const counts = (at: number): boolean => variables[at] === 1 || (at >= level && at < level + bits);
  const known = new Map<Rewriting, Rewriting>();
  const rewritingOf = ({ rewriting: whole }: TableStep): Rewriting => {
    if (whole === UNCHANGED) return UNCHANGED;
    let rewriting = known.get(whole);
    if (rewriting === undefined) known.set(whole, rewriting = partOf(whole, counts, variables[space.firstQuestion] === 1));
    return rewriting;
  };
  const isVague = questionsIn(tables.values()) > MOST_QUESTIONS;
  const vague = isVague ? yield* vagueChains(space, tables.values()) : undefined;
  const chainOf = (analysis: TableAnalysis, name: string): AnalysedChain => {
    const chain = analysis.chain(name);
    return vague?.get(chain) ?? chain;
  };
  return { space, tables, backend, tracks, rewritingOf, chainOf, tellsRulesetsApart: space.tellsRulesetsApart && !isVague };
}

/** With more questions that tell rulesets apart fates are those of packets that meet each rule or not, whatever others they meet. */
const MOST_QUESTIONS = 32;

function questionsIn(tables: Iterable<TableAnalysis>): number {
  const questions = new Set<string>();
  for (const { table } of tables) {
    for (const { rules } of table.chains.values()) for (const { bound: { presence = [] } } of rules) for (const { question } of presence) questions.add(question);
  }
  return questions.size;
}

/** So many rules are looked at in one step. */
const AT_ONCE = 64;

/** The chains with rules that may match where they do in one of the rulesets, and surely do only where they do in all of them. */
function* vagueChains(space: PacketSpace, tables: Iterable<TableAnalysis>): Steps<ReadonlyMap<AnalysedChain, AnalysedChain>> {
  const known = new Map<PacketSet, PacketSet>();
  const vague = new Map<AnalysedChain, AnalysedChain>();
  let looked = 0;
  for (const { prepared } of tables) {
    for (const chain of prepared.chains.values()) {
      const steps: TableStep[] = [];
      for (const step of chain.steps) {
        const { may, must } = step.match;
        steps.push({ ...step, match: { may: inSomeRuleset(space, may, known), must: space.complement(inSomeRuleset(space, space.complement(must), known)) } });
        if (++looked % AT_ONCE === 0) yield undefined;
      }
      vague.set(chain, new AnalysedChain(space, chain.name, steps, chain.policiesFrom));
    }
  }
  return vague;
}
