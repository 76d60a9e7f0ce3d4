import type { Ruleset } from './model.ts';

/** The chains that ufw makes before it loads its files, by `iptables-restore -n`, into the ruleset that holds them. */
const MADE = /^ufw6?-(?:(?:before|after)(?:-logging)?-|reject-|track-|skip-to-policy-|user-(?:logging-)?)(?:input|output|forward)$|^ufw6?-(?:logging-(?:deny|allow)|user-limit(?:-accept)?)$/u;

/** Whether a chain of this name is one of those. */
export const isChainOfUfw = (name: string): boolean => MADE.test(name);

/**
 * Whether a ruleset is a part of ufw's (`/etc/ufw/before.rules`): it declares chains of ufw and leaves those of the kernel in
 * filter alone, which a saved ruleset names. What leads to its chains, and behind them, it does not say.
 */
export function isPartOfUfw({ tables }: Ruleset): boolean {
  const declared = [...tables.get('filter')?.chains.values() ?? []].filter(({ declaration }) => declaration !== undefined);
  return declared.some(({ name }) => isChainOfUfw(name)) && !declared.some(({ builtIn }) => builtIn);
}
