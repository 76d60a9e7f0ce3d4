import { sharedEnds } from '../../shared-ends.ts';
import type { Chain, CommandFailure, LocatedProblem, Rule, Table } from '../model.ts';
import { isChoosy, usesOf } from '../uses.ts';
import { ownRules } from './chains.ts';
import type { ExecutionState } from './state.ts';
import { sameChainButRules, sameTableButChains, sameRule } from './unchanged.ts';

/** Elements of a list that stand in the place of others. */
interface Exchange<T> {
  readonly at: number;
  readonly taken: number;
  readonly put: readonly T[];
}

/** Rules of a chain that are others. */
export interface ChainDifference extends Exchange<Rule> {
  readonly table: Table['name'];
  readonly chain: string;
  /** Those and the ones in whose place they stand. */
  readonly rules: readonly Rule[];
  /** Whether one of them is not taken by every hook. */
  readonly isChoosy: boolean;
}

/**
 * How two executions differ that have come to the same place of a script in two ways: by rules without which their chains
 * lead where they lead, and by what was said of the commands. Most lines do the same after both.
 */
export interface Difference {
  readonly chains: readonly ChainDifference[];
  readonly problems: Exchange<LocatedProblem>;
  readonly failures: Exchange<CommandFailure>;
}

/** The difference by which one state is another one; undefined where there is more of it. */
export function differenceOf(before: ExecutionState, after: ExecutionState): Difference | undefined {
  const [tables, others] = [[...after.tables], [...before.tables]];
  const chains: ChainDifference[] = [];
  const isComparable = before.spared.size === 0 && after.spared.size === 0 && tables.length === others.length
    && tables.every(([name, table], index) => name === others[index]![0] && addDifferences(chains, others[index]![1], table));
  return isComparable ? { chains, problems: exchange(before.problems, after.problems), failures: exchange(before.failures, after.failures) } : undefined;
}

/** Makes the difference in a state that has come farther since, by lines that do not heed it. */
export function makeDifferent(state: ExecutionState, { chains, problems, failures }: Difference): void {
  for (const each of chains) carryOut(ownRules(state.tables.get(each.table)!.chains.get(each.chain)!), each);
  carryOut(state.problems, problems);
  carryOut(state.failures, failures);
}

/** Adds what is different in the chains of a table; answers whether that is all that is different in it. */
function addDifferences(chains: ChainDifference[], before: Table, after: Table): boolean {
  if (before.chains.size !== after.chains.size || !sameTableButChains(before, after)) return false;
  const others = before.chains.values();
  for (const chain of after.chains.values()) {
    const other = others.next().value!;
    if (chain.name !== other.name || !sameChainButRules(chain, other)) return false;
    const found = exchange(other.rules, chain.rules, sameRule);
    if (found.taken === 0 && found.put.length === 0) continue;
    const rules = [...found.put, ...other.rules.slice(found.at, found.at + found.taken)];
    const asks = rules.some(isAsking);
    if ((rules.some(isJump) && !leadAlike(other, chain)) || (asks && (!chain.builtIn || isLedTo(after, chain)))) return false;
    chains.push({ table: after.name, chain: chain.name, ...found, rules, isChoosy: asks });
  }
  return true;
}

const isJump = ({ bound: { target } }: Rule): boolean => target?.kind === 'chain';

/** Whether two chains lead to the same chains, and first so in the same order. */
const leadAlike = (a: Chain, b: Chain): boolean => [...ledTo(a)].join(' ') === [...ledTo(b)].join(' ');

const ledTo = ({ rules }: Chain): ReadonlySet<string> => new Set(rules.flatMap(({ bound: { target } }) => (target?.kind === 'chain' ? [target.chain] : [])));

/** Whether not every hook takes the rule, so that jumps to its chain may be refused. */
const isAsking = ({ bound }: Rule): boolean => usesOf(bound).some(({ definition }) => isChoosy(definition));

/** Whether rules of the table lead to the chain. */
const isLedTo = ({ chains }: Table, { name }: Chain): boolean =>
  [...chains.values()].some(({ rules }) => rules.some(({ bound: { target } }) => target?.kind === 'chain' && target.chain === name));

function exchange<T>(before: readonly T[], after: readonly T[], isSame: (a: T, b: T) => boolean = (a, b) => a === b): Exchange<T> {
  if (before === after) return { at: 0, taken: 0, put: [] };
  const { start, end } = sharedEnds(after, before, (place, placeBefore) => isSame(after[place]!, before[placeBefore]!));
  return { at: start, taken: before.length - start - end, put: after.slice(start, after.length - end) };
}

function carryOut<T>(list: T[], { at, taken, put }: Exchange<T>): void {
  if (taken > 0 || put.length > 0) list.splice(at, taken, ...put);
}
