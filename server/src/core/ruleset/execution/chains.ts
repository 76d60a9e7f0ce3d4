import { BUILT_IN_CHAINS, TABLE_NAMES, type TableName } from '../../netfilter.ts';
import type { Line } from '../../syntax/line.ts';
import type { Span } from '../../text.ts';
import type { Chain, LocatedProblem, Rule, Ruleset, Table } from '../model.ts';

/** A table as the kernel has it at first: built-in chains that accept. */
export function emptyTable(name: TableName, line: Line | undefined): Table {
  const chains = new Map<string, Chain>();
  for (const hook of BUILT_IN_CHAINS[name]) chains.set(hook, { name: hook, builtIn: true, policy: 'ACCEPT', declaration: undefined, rules: [] });
  return { name, line, made: false, chains };
}

/** A user-defined chain without rules. */
export function userChain(name: string, declaration: Line): Chain {
  return { name, builtIn: false, policy: undefined, declaration, rules: [] };
}

/** The tables of a ruleset as a start for another execution, which may change them; rules are shared. */
export function copyTables({ tables }: Ruleset): Map<TableName, Table> {
  return new Map([...tables].map(([name, table]) => [name, { ...copyTable(table), line: undefined }]));
}

/** Lists of rules that several copies of a table have. */
const shared = new WeakSet<readonly Rule[]>();

/** The table with chains of its own, which share their rules as long as nobody changes them. */
export function copyTable(table: Table): Table {
  const chains = new Map<string, Chain>();
  for (const [name, chain] of table.chains) {
    shared.add(chain.rules);
    chains.set(name, { ...chain });
  }
  return { ...table, chains };
}

/** The rules of a chain, to be changed: no other chain has the list. */
export function ownRules(chain: Chain): Rule[] {
  if (shared.has(chain.rules)) chain.rules = [...chain.rules];
  return chain.rules;
}

/** Where the chain is declared, as a place beside a problem. */
export function declaredAt(chain: Chain): Pick<LocatedProblem, 'related'> {
  const line = chain.declaration;
  return line === undefined ? {} : { related: [{ line, span: whole(line), message: `\`${chain.name}\` is declared here` }] };
}

/** The line from its first to its last character that is no blank. */
export const whole = (line: Line): Span => ({ start: line.text.length - line.text.trimStart().length, end: line.text.trimEnd().length });

/** Which numbers name a rule of the chain, behind how many it has. */
export const upTo = ({ rules }: Chain): string => (rules.length === 0 ? '; put rules into it before' : `; write a number from 1 to ${rules.length}`);

export const countRules = (chain: Chain): string => (chain.rules.length === 1 ? '1 rule' : `${chain.rules.length} rules`);

export const namedTables = (): string => TABLE_NAMES.map((name) => `\`${name}\``).join(', ');
