import type { BoundCommand, BoundRule, CommandKind, Table } from '../model.ts';

/** Commands that fail or not by the rules that their chain holds. */
const BY_RULES: ReadonlySet<CommandKind> = new Set(['replace', 'delete', 'check', 'delete-chain']);

/** Why nobody knows how a command ends on a table of which not everything is known; undefined where it makes no difference. */
export function doubtOf(table: Table, command: BoundCommand, { target }: BoundRule): string | undefined {
  const { kind, chain, position, argument } = command;
  if (kind === 'delete-chain' && chain === undefined) return anyDoubt(table);
  const named = [chain, target?.kind === 'chain' ? target.chain : undefined, kind === 'rename-chain' ? argument?.text : undefined];
  for (const name of named) {
    const doubt = existence(table, name);
    if (doubt !== undefined) return doubt;
  }
  return chain !== undefined && (BY_RULES.has(kind) || position !== undefined) ? table.chains.get(chain)?.doubt : undefined;
}

/** Why nobody knows whether the table has the chain. */
function existence(table: Table, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const chain = table.chains.get(name);
  return chain === undefined ? table.doubt?.reason : chain.maybe;
}

function anyDoubt({ doubt, chains }: Table): string | undefined {
  if (doubt?.isEmptied === false) return doubt.reason;
  return [...chains.values()].map((chain) => chain.doubt ?? chain.maybe).find((reason) => reason !== undefined);
}
