import type { TableName } from '../../netfilter.ts';
import type { Chain, Rule, Table } from '../model.ts';

/** The tables, with those of before in the place of tables and chains that have come to be the same. */
export function unchangedTables(tables: ReadonlyMap<TableName, Table>, before: ReadonlyMap<TableName, Table>): Map<TableName, Table> {
  return new Map(Array.from(tables, ([name, table]) => [name, unchangedTable(table, before.get(name))]));
}

function unchangedTable(table: Table, before: Table | undefined): Table {
  if (before === undefined) return table;
  const chains = new Map(Array.from(table.chains, ([name, chain]) => [name, unchangedChain(chain, before.chains.get(name))]));
  const isSame = table.line === before.line && table.made === before.made && table.doubt?.reason === before.doubt?.reason && table.doubt?.isEmptied === before.doubt?.isEmptied
    && sameLists([...chains.values()], [...before.chains.values()], (chain, other) => chain === other);
  return isSame ? before : { ...table, chains };
}

function unchangedChain(chain: Chain, before: Chain | undefined): Chain {
  const isSame = before !== undefined && chain.builtIn === before.builtIn && chain.policy === before.policy && chain.declaration === before.declaration
    && chain.doubt === before.doubt && chain.maybe === before.maybe && sameLists(chain.policies ?? [], before.policies ?? [], sameRule) && sameLists(chain.rules, before.rules, sameRule);
  return isSame ? before : chain;
}

const sameRule = (a: Rule, b: Rule): boolean => a === b || (a.bound === b.bound && a.source === b.source && a.destination === b.destination);

const sameLists = <T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean): boolean => a.length === b.length && a.every((element, index) => isSame(element, b[index]!));
