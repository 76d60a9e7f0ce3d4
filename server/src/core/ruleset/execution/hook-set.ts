import { BUILT_IN_CHAINS, HOOKS, type Hook, type TableName } from '../../netfilter.ts';
import type { ExtensionUse } from '../../extensions/definition.ts';

/** Hooks as the bits of a number, in the order of `HOOKS`. */
export type HookSet = number;

export const ALL_HOOKS: HookSet = (1 << HOOKS.length) - 1;

/** The set of these hooks. */
export const hookSet = (hooks: readonly Hook[]): HookSet => hooks.reduce((set, hook) => set | 1 << HOOKS.indexOf(hook), 0);

/** The hooks of a set that have a chain in the table, in the order of its chains. */
export const hooksIn = (set: HookSet, table: TableName): readonly Hook[] => BUILT_IN_CHAINS[table].filter((hook) => (set & 1 << HOOKS.indexOf(hook)) !== 0);

/** Hooks that may lead to the use; `byOptions`: whether what its options ask for counts. */
export function hooksTaking(use: ExtensionUse, byOptions: boolean): HookSet {
  const { hooks, hooksFor } = use.definition;
  return (hooks === undefined ? ALL_HOOKS : hookSet(hooks)) & (byOptions && hooksFor !== undefined ? hookSet(use.definition.hooksFor!(use)) : ALL_HOOKS);
}
