import { BUILT_IN_CHAINS, TABLE_NAMES, isBuiltIn } from '../../netfilter.ts';
import type { Span } from '../../text.ts';
import { nearest } from '../../values/spelling.ts';
import { makerOf } from '../makers.ts';
import type { BoundCommand, Chain, Table } from '../model.ts';
import type { ExecutionState } from './state.ts';

/** The chain that the command names; where there is none, the command is refused. */
export function existingChain(state: ExecutionState, table: Table, command: BoundCommand): Chain | undefined {
  if (command.chain === undefined) return undefined;
  const chain = table.chains.get(command.chain);
  if (chain === undefined) refuse(state, table, command.chain, command.chainSpan!);
  return chain;
}

/** What makes a chain of this name, for messages. */
export const declaration = ({ restoring }: ExecutionState, name: string): string =>
  (restoring === undefined ? `write \`-N ${name}\` before` : `write \`:${name} - [0:0]\` above`);

/** Reports that another program makes the chain; false where none is known for it. */
export function reportMaker(state: ExecutionState, name: string, span: Span): boolean {
  const maker = state.restoring === undefined && state.doubt === name ? makerOf(name) : undefined;
  if (maker === undefined) return false;
  state.problem('undefined-chain', `\`${name}\` is made by ${maker}; whether it is there by then, and what it holds, is not known here. A comment \`# iptables-lens from=FILE\` names what iptables-save prints on such a host.`, span);
  state.failure('out', `There is no chain \`${name}\`.`);
  return true;
}

function refuse(state: ExecutionState, table: Table, name: string, span: Span): void {
  if (reportMaker(state, name, span)) return;
  const elsewhere = TABLE_NAMES.filter((other) => isBuiltIn(other, name));
  const [best] = nearest(name, table.chains.keys());
  const several = name.includes(',') && name.split(',').every((each) => table.chains.has(each));
  if (several) {
    state.refuse('out', 'undefined-chain', `\`${name}\` is read as one name; a rule goes into one chain, so write a rule for each.`, span, {});
    return;
  }
  const message = elsewhere.length > 0
    ? `The table \`${table.name}\` has no chain \`${name}\`; write one of ${BUILT_IN_CHAINS[table.name].map((chain) => `\`${chain}\``).join(', ')}, or the rule in another table.`
    : `The table \`${table.name}\` has no chain \`${name}\` at this point; ${best === undefined ? `${declaration(state, name)}.` : `did you mean \`${best}\`?`}`;
  state.refuse('out', 'undefined-chain', message, span,
    best === undefined ? {} : { fix: { title: `Write ${best}`, span, newText: best, safe: false } });
}
