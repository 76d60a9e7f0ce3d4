import type { TableName } from '../../netfilter.ts';
import { sameAnswers } from '../../shell/invocation.ts';
import type { Chain, Rule, Table } from '../model.ts';

/** The tables, with those of before in the place of tables and chains that have come to be the same. */
export function unchangedTables(tables: ReadonlyMap<TableName, Table>, before: ReadonlyMap<TableName, Table>): Map<TableName, Table> {
  return new Map(Array.from(tables, ([name, table]) => [name, unchangedTable(table, before.get(name))]));
}

function unchangedTable(table: Table, before: Table | undefined): Table {
  if (before === undefined) return table;
  const chains = new Map(Array.from(table.chains, ([name, chain]) => [name, unchangedChain(chain, before.chains.get(name))]));
  const isSame = sameTableButChains(table, before) && sameElements([...chains.values()], [...before.chains.values()]);
  return isSame ? before : { ...table, chains };
}

function unchangedChain(chain: Chain, before: Chain | undefined): Chain {
  return before !== undefined && sameChainButRules(chain, before) && sameRules(chain.rules, before.rules) ? before : chain;
}

/** Whether the same is known of two tables, but for their chains. */
export const sameTableButChains = (a: Table, b: Table): boolean =>
  a.line === b.line && a.made === b.made && a.doubt?.reason === b.doubt?.reason && a.doubt?.isEmptied === b.doubt?.isEmptied;

/** Whether the same is known of two chains, but for their rules. */
export const sameChainButRules = (a: Chain, b: Chain): boolean =>
  a.builtIn === b.builtIn && a.policy === b.policy && a.declaration === b.declaration && a.doubt === b.doubt && a.maybe === b.maybe && sameAnswers(a.presence, b.presence) && sameRules(a.policies ?? [], b.policies ?? []);

/** Whether two rules are of the same command and its same address. */
export const sameRule = (a: Rule, b: Rule): boolean => a === b || (a.bound === b.bound && a.source === b.source && a.destination === b.destination);

/** Whether two lists have the same rules: chains of thousands are compared after each edit. */
function sameRules(a: readonly Rule[], b: readonly Rule[]): boolean {
  if (a.length !== b.length) return false;
  if (a !== b) for (let index = 0; index < a.length; index++) if (!sameRule(a[index]!, b[index]!)) return false;
  return true;
}

const sameElements = <T>(a: readonly T[], b: readonly T[]): boolean => a.length === b.length && a.every((element, index) => element === b[index]);
