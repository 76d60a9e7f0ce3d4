import type { TableName } from '../netfilter.ts';
import { placeOfPolicies, type Rule, type Table } from '../ruleset/model.ts';
import type { Bounds } from '../sets/bounds.ts';
import { EVERY, type PacketSet } from '../sets/diagram.ts';
import type { Analysis } from './analysis.ts';
import type { Covering, Place } from './cover.ts';
import { conditionsOf, matchOf } from './match.ts';
import { sameOutcome } from './outcome.ts';
import { consequenceOf } from './target.ts';

/** A rule of whose packets earlier rules of its chain take some, though not all, and do something else with them. */
export interface PartlyCovered extends Place {
  readonly rule: Rule;
  /** The first of these rules. */
  readonly by: readonly Covering[];
}

/** So many earlier rules are named. */
const MOST = 4;

const NO_LOOPS: ReadonlySet<Rule> = new Set();

/** Finds such rules in a table, among those that have conditions and an outcome. Yields now and then. */
export function* partlyCovered(analysis: Analysis, name: TableName): Generator<undefined, readonly PartlyCovered[]> {
  const table = analysis.ruleset.tables.get(name)!;
  const found: PartlyCovered[] = [];
  for (const chain of table.chains.values()) yield* inChain(analysis, table, chain.name, chain.rules.slice(0, placeOfPolicies(chain)), found);
  return found;
}

/** A rule that packets end at, with those that it surely matches. */
interface End extends Covering {
  readonly match: Bounds;
}

/** Rules with one outcome, and what any of them surely matches. */
interface Ends {
  readonly rules: End[];
  matched: PacketSet;
}

function* inChain(analysis: Analysis, table: Table, chain: string, rules: readonly Rule[], found: PartlyCovered[]): Generator<undefined, void> {
  const { space } = analysis;
  const outcomes: Ends[] = [];
  for (const [index, rule] of rules.entries()) {
    yield undefined;
    if (!hasOutcome(table, rule) || !analysis.canMatch(table.name, { chain, index })) continue;
    const match = matchOf(space, rule, table.name);
    const others = outcomes.filter(({ rules: [first], matched }) => !sameOutcome(table, chain, rule, first!) && space.intersects(matched, match.may));
    const by = conditionsOf(space, rule, table.name).must === EVERY ? [] : others.flatMap((other) => takers(analysis, table.name, other, match.may)).sort((a, b) => a.index - b.index).slice(0, MOST);
    if (by.length > 0) found.push({ chain, index, rule, by });
    note(analysis, table, outcomes, { chain, index, rule, how: 'takes', match });
  }
}

/** The first rules that take packets of the set. */
function takers(analysis: Analysis, table: TableName, { rules }: Ends, set: PacketSet): Covering[] {
  const { space } = analysis;
  const found: Covering[] = [];
  for (const end of rules) {
    const taken = space.intersection(end.match.must, set);
    if (space.intersects(taken, analysis.left(table, end))) found.push(end);
    if (found.length === MOST) break;
  }
  return found;
}

function note({ space }: Analysis, table: Table, outcomes: Ends[], end: End): void {
  const same = outcomes.find(({ rules: [first] }) => sameOutcome(table, end.chain, end.rule, first!));
  if (same === undefined) outcomes.push({ rules: [end], matched: end.match.must });
  else {
    same.rules.push(end);
    same.matched = space.union(same.matched, end.match.must);
  }
}

/** Whether packets that match always end at the rule itself. */
function hasOutcome(table: Table, rule: Rule): boolean {
  const consequence = consequenceOf(table, rule, NO_LOOPS);
  return consequence.kind === 'result' && !consequence.outcomes.includes('continue');
}
