import type { ExtensionUse } from '../../core/extensions/definition.ts';
import type { BoundRule, Table } from '../../core/ruleset/model.ts';

/** A rule of a user-defined chain whose worth depends on the hooks that lead to the chain. */
export interface PlacedRule {
  readonly chain: string;
  readonly bound: BoundRule;
}

const known = new WeakMap<Table, readonly PlacedRule[]>();

/** The rules of a finished table's user-defined chains that ask for an interface or use what not every hook takes; found once. */
export function placedRules(table: Table): readonly PlacedRule[] {
  let placed = known.get(table);
  if (placed === undefined) known.set(table, placed = found(table));
  return placed;
}

function found({ chains }: Table): readonly PlacedRule[] {
  const placed: PlacedRule[] = [];
  for (const { name, builtIn, rules } of chains.values()) {
    if (builtIn) continue;
    let last: BoundRule | undefined;
    for (const { bound } of rules) {
      // A list of addresses makes several rules of one line.
      if (bound !== last && dependsOnHooks(bound)) placed.push({ chain: name, bound });
      last = bound;
    }
  }
  return placed;
}

function dependsOnHooks({ header, matches, target }: BoundRule): boolean {
  if (header.in !== undefined || header.out !== undefined || (target?.kind === 'extension' && isChoosy(target.use))) return true;
  for (const use of matches) if (isChoosy(use)) return true;
  return false;
}

const isChoosy = ({ definition }: ExtensionUse): boolean => definition.hooks !== undefined || definition.hooksFor !== undefined;
