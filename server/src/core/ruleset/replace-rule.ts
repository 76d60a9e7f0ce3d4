import { unfold } from './identity.ts';
import type { BoundRule, Chain, Ruleset, Table } from './model.ts';
import { Placements } from './placement.ts';

/**
 * The ruleset of a file in which one rule was written anew, sharing all tables and chains but the rule's own with the one
 * before; undefined where more may have changed than what the rule's chain holds. `before` may not stand before commands that do
 * anything but append.
 */
export function replaceRule(ruleset: Ruleset, before: BoundRule, after: BoundRule): Ruleset | undefined {
  if (!appends(before) || !appends(after) || before.command!.chain !== after.command!.chain || chainBehind(before) !== chainBehind(after)) return undefined;
  // What execution found at the line may be found no more, or elsewhere.
  if (ruleset.problems.some(({ line, related }) => line === before.line || related?.some((place) => place.line === before.line) === true)) return undefined;
  for (const table of ruleset.tables.values()) {
    const chain = table.chains.get(before.command!.chain!);
    const at = chain?.rules.findIndex(({ bound }) => bound === before) ?? -1;
    // A chain may hide a target of its name, and execution tells.
    if (at !== -1 && targetName(after) !== undefined && table.chains.has(targetName(after)!)) return undefined;
    if (at === -1) continue;
    const next = withChain(table, { ...chain!, rules: replaced(chain!, at, before, after) });
    Placements.carryOver(table, next);
    return withTable(ruleset, next);
  }
  return undefined;
}

/** Whether the rule is put at the end of a chain, whatever stands there. */
export const appends = ({ command, skipped, ends, unresolved }: BoundRule): boolean =>
  command?.kind === 'append' && command.chain !== undefined && !skipped && !ends && unresolved === undefined;

const chainBehind = ({ target }: BoundRule): string | undefined => (target?.kind === 'chain' ? target.chain : undefined);

const targetName = ({ target }: BoundRule): string | undefined => (target?.kind === 'extension' ? target.use.definition.name : undefined);

function replaced({ rules }: Chain, at: number, before: BoundRule, after: BoundRule): Chain['rules'] {
  const copy = [...rules];
  copy.splice(at, unfold(before).length, ...unfold(after));
  return copy;
}

const withChain = (table: Table, chain: Chain): Table => ({ ...table, chains: new Map(table.chains).set(chain.name, chain) });

const withTable = (ruleset: Ruleset, table: Table): Ruleset => ({ ...ruleset, tables: new Map(ruleset.tables).set(table.name, table) });
