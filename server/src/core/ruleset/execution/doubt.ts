import { conditionalRule } from '../bind.ts';
import { bringsRule } from '../legal-options.ts';
import { makerOf } from '../makers.ts';
import type { BoundCommand, BoundRule, CommandKind, Rule, Table } from '../model.ts';

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

/** The chain of another program that a rule is to be put into, or to jump to: it is there where that program runs. */
export function madeByAnother({ chains }: Table, command: BoundCommand, { target }: BoundRule): string | undefined {
  if (!bringsRule(command)) return undefined;
  return [command.chain, target?.kind === 'chain' ? target.chain : undefined].find((name) => name !== undefined && !chains.has(name) && makerOf(name) !== undefined);
}

/** Whether it names a rule by a number that nobody knows which rule has. */
export function isUncounted({ chains }: Table, { chain, position, kind }: BoundCommand): boolean {
  const rules = chain === undefined ? undefined : chains.get(chain)?.rules;
  return position !== undefined && rules !== undefined && !hasCertain(rules, kind === 'insert' ? position - 1 : position);
}

/** Whether the first rules are known to be there, so that they have these numbers. */
export const hasCertain = (rules: readonly Rule[], count: number): boolean => rules.slice(0, count).every(({ bound }) => bound.unresolved === undefined);

/** The rule of a command, which is refused where it jumps to a chain that is not there. */
export function dependent({ chains }: Table, command: BoundCommand, bound: BoundRule): BoundRule {
  const { target } = bound;
  const reason = target?.kind === 'chain' && bringsRule(command) ? chains.get(target.chain)?.maybe : undefined;
  return reason === undefined ? bound : conditionalRule(bound, reason);
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
