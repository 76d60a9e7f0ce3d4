import { isUfwChain } from './makers.ts';
import type { Ruleset } from './model.ts';

/**
 * Whether a ruleset is a part of ufw's (`/etc/ufw/before.rules`): it declares chains of ufw and leaves those of the kernel in
 * filter alone, which a saved ruleset names. What leads to its chains, and behind them, it does not say.
 */
export function isPartOfUfw({ tables }: Ruleset): boolean {
  const declared = [...tables.get('filter')?.chains.values() ?? []].filter(({ declaration }) => declaration !== undefined);
  return declared.some(({ name }) => isUfwChain(name)) && !declared.some(({ builtIn }) => builtIn);
}
