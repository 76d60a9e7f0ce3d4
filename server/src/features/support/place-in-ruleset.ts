import type { TableName } from '../../core/netfilter.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { Chain, Ruleset } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';

/** Where a line stands in the ruleset that its file leaves behind. */
export interface PlaceInRuleset {
  readonly ruleset: Ruleset;
  readonly table: TableName;
  readonly chain: Chain;
  /** Of the rules that the line made, from 0; several for a list of addresses, none for a chain. */
  readonly indices: readonly number[];
}

/** The chain that the line declares or puts a rule into; undefined for other lines. */
export function placeInRuleset(document: RulesetDocument, line: Line): PlaceInRuleset | undefined {
  const { table } = document.context(line);
  const ruleset = document.ruleset(document.stackOf(line));
  const name = line.content.kind === 'chain' ? line.content.name.text : document.boundRule(line)?.command?.chain;
  const chain = table === undefined || name === undefined ? undefined : ruleset.tables.get(table)?.chains.get(name);
  if (table === undefined || chain === undefined) return undefined;
  return { ruleset, table, chain, indices: chain.rules.flatMap(({ bound }, index) => (bound.line === line ? [index] : [])) };
}
