import { VERDICTS } from '../../netfilter.ts';
import type { Span } from '../../text.ts';
import { chainNameProblems } from '../chain-name.ts';
import type { BoundCommand, Chain, Rule, Table } from '../model.ts';
import { countRules, declaredAt, upTo, userChain } from './chains.ts';
import { existingChain } from './existing-chain.ts';
import { leadingTo } from './led-to.ts';
import { setPolicy } from './policy.ts';
import { reportSelfEditing } from './self-editing.ts';
import type { ExecutionState } from './state.ts';

/** Carries out `-P`, `-N`, `-X`, `-E`, `-F`, `-Z`, `-L` and `-S`, and answers the exit status. */
export function executeOnChains(state: ExecutionState, table: Table, command: BoundCommand): number {
  switch (command.kind) {
    case 'policy': return policy(state, table, command);
    case 'new-chain': return newChain(state, table, command);
    case 'delete-chain': return deleteChains(state, table, command);
    case 'rename-chain': return renameChain(state, table, command);
    case 'flush': return flush(state, table, command);
    case 'zero': return zero(state, table, command);
    default: return named(state, table, command) === undefined ? 1 : 0;
  }
}

function flush(state: ExecutionState, table: Table, command: BoundCommand): number {
  // In a table that it has emptied already, iptables-nft 1.8.9 leaves the file's own rules.
  if (command.chain === undefined && state.restoring === 'flush' && state.backend === 'nft') {
    for (const { rules } of table.chains.values()) for (const rule of rules) state.spared.add(rule);
    reportSelfEditing(state, '`-F` without a chain leaves the rules of this file in place with iptables-nft-restore; iptables-legacy-restore deletes them. Name the chain.', command.span);
    return 0;
  }
  const chains = named(state, table, command);
  if (chains === undefined) return 1;
  for (const chain of chains) {
    chain.rules = [];
    chain.doubt = undefined;
    state.reach.changed(table, chain);
  }
  if (command.chain === undefined && table.doubt !== undefined) table.doubt = { ...table.doubt, isEmptied: true };
  if (command.chain !== undefined) table.made = true;
  return 0;
}

/** Finds out whether `-Z` is refused; what it does to counters is not followed. All of it seen in 1.8.9. */
function zero(state: ExecutionState, table: Table, command: BoundCommand): number {
  const chains = named(state, table, command);
  if (chains === undefined) return 1;
  const { position, chain, lists, span } = command;
  if (position !== undefined) zeroRule(state, table, chains[0]!, position, span);
  if ((chain === undefined && lists === undefined) || table.made || state.backend === 'legacy' || state.status !== 0) return state.status;
  if (state.restoring !== undefined) {
    const { name } = chains[0]!;
    state.problem('undefined-chain', `iptables-nft refuses to zero the counters of \`${name}\` before anything was put into the table, iptables-legacy takes it; declare \`:${name} ACCEPT [0:0]\` above.`, span, { accepted: true });
  }
  return state.failure('out', `The table \`${table.name}\` has not been made yet.`);
}

function zeroRule(state: ExecutionState, table: Table, chain: Chain, position: number, span: Span): void {
  const missing = `There is no rule \`${position}\`: \`${chain.name}\` has ${countRules(chain)}${upTo(chain)}.`;
  if (position <= chain.rules.length) {
    reportSelfEditing(state, '`-Z` zeroes a rule of the same file: iptables-nft refuses the ruleset (iptables-nft-restore crashes), iptables-legacy takes it. New rules start at zero; remove the line.', span);
  } else if (!table.made || state.backend === 'legacy') {
    state.refuse('out', 'missing-rule', missing, span);
  } else {
    state.problem('missing-rule', `${missing} iptables-legacy refuses this, iptables-nft takes it and does nothing.`, span, { accepted: true });
  }
}

function policy(state: ExecutionState, table: Table, command: BoundCommand): number {
  const { argument } = command;
  if (argument === undefined) return state.failure('unusable', '`-P` needs a chain and a policy.');
  if (table.name === 'nat' && argument.text === 'DROP') {
    return state.refuse('unusable', 'nat-filtering', 'iptables refuses a `DROP` policy in `nat`, which sees only the first packet of a connection; write it in `filter`.', command.span);
  }
  const chain = existingChain(state, table, command);
  if (chain === undefined) return 1;
  if (!chain.builtIn) return state.refuse('out', 'invalid-policy', `\`${chain.name}\` is a user-defined chain, and only built-in chains have a policy; leave it out, and end the chain with a rule for the rest.`, command.span);
  const status = setPolicy(state, chain, argument.text, argument.span, false);
  if (status !== 0) return status;
  table.made = true;
  delete chain.policies;
  return 0;
}

function newChain(state: ExecutionState, table: Table, command: BoundCommand): number {
  const { chain: name } = command;
  if (name === undefined) return state.failure('unusable', '`-N` needs the name of a chain.');
  const [wrong] = chainNameProblems(name, command.span, state.family, 'command');
  if (wrong !== undefined) return state.failure('unusable', wrong.message);
  const before = table.chains.get(name);
  if (before?.maybe !== undefined) before.maybe = before.presence = undefined;
  if (before !== undefined) return state.refuse('out', 'chain-exists', `The chain \`${name}\` already exists at this point; write \`-F ${name}\` to empty it, or choose another name.`, command.chainSpan!, declaredAt(before));
  table.chains.set(name, userChain(name, state.line));
  table.made = true;
  return 0;
}

/** Deletes all that it names or, where one of them has to stay, none. */
function deleteChains(state: ExecutionState, table: Table, command: BoundCommand): number {
  const chains = named(state, table, command)?.filter((chain) => command.chain !== undefined || !chain.builtIn);
  if (chains === undefined) return 1;
  const rules = [...table.chains.values()].flatMap((chain) => chain.rules);
  const [referenced, stillReferenced] = [jumpedTo(rules), jumpedTo(rules.filter((rule) => !state.spared.has(rule)))];
  const isCommand = state.restoring === undefined;
  let status = 0;
  for (const chain of chains) {
    const why = whyBusy(chain, referenced);
    const isSpared = !chain.builtIn && chain.rules.every((rule) => state.spared.has(rule)) && !stillReferenced.has(chain.name);
    if (why !== undefined && isSpared) status = spared(state, chain, command.chainSpan ?? command.span);
    else if (why !== undefined) status = busy(state, chain, command.chainSpan ?? command.span, why);
    else if (!isCommand) table.chains.delete(chain.name);
    if (status !== 0 && isCommand) return status;
  }
  if (isCommand) for (const chain of chains) table.chains.delete(chain.name);
  if (command.chain === undefined && table.doubt?.isEmptied === true) table.doubt = undefined;
  return status;
}

const jumpedTo = (rules: readonly Rule[]): Set<string> => new Set(rules.flatMap(({ bound }) => (bound.target?.kind === 'chain' ? [bound.target.chain] : [])));

interface Busy {
  readonly kind: 'out' | 'kernel';
  readonly why: string;
}

function whyBusy(chain: Chain, referenced: ReadonlySet<string>): Busy | undefined {
  if (chain.builtIn) return { kind: 'out', why: 'it is built in; `-F` empties it' };
  if (chain.rules.length > 0) return { kind: 'kernel', why: `it holds ${countRules(chain)}; write \`-F ${chain.name}\` before` };
  return referenced.has(chain.name) ? { kind: 'kernel', why: 'rules still jump to it; delete them before' } : undefined;
}

function busy(state: ExecutionState, chain: Chain, span: Span, { kind, why }: Busy): number {
  return state.refuse(kind, 'busy-chain', `\`${chain.name}\` can't be deleted here: ${why}.`, span, declaredAt(chain));
}

/** Only the rules that a `-F` above has left in place are in the way. */
function spared(state: ExecutionState, chain: Chain, span: Span): number {
  const message = `iptables-nft refuses this \`-X\` for \`${chain.name}\`, as the \`-F\` above leaves the rules of this file in place; iptables-legacy takes it. Name the chains to flush.`;
  state.problem('busy-chain', message, span, { accepted: true, ...declaredAt(chain) });
  return state.failure('kernel', message);
}

function renameChain(state: ExecutionState, table: Table, command: BoundCommand): number {
  const { argument } = command;
  if (argument === undefined) return state.failure('unusable', '`-E` needs an old and a new chain name: `-E OLD NEW`.');
  const chain = existingChain(state, table, command);
  if (chain === undefined) return 1;
  if (chain.builtIn) return state.refuse('out', 'busy-chain', `\`${chain.name}\` is built in and keeps its name; write the name of a user-defined chain.`, command.span);
  if (table.chains.has(argument.text)) return state.refuse('out', 'chain-exists', `The chain \`${argument.text}\` already exists at this point; choose another name.`, argument.span);
  // Names of verdicts are taken for iptables-legacy, and iptables-nft renames no chain of the same file.
  if (VERDICTS.has(argument.text) && (state.backend === 'legacy' || state.restoring === 'flush')) {
    return state.refuse('out', 'invalid-chain-name', `\`${argument.text}\` is the name of a target; a chain needs another name.`, argument.span);
  }
  reportSelfEditing(state, '`-E` renames a chain of the same file: iptables-nft refuses this, iptables-legacy takes it. Declare the chain by its new name.', command.span);
  table.chains.delete(chain.name);
  table.chains.set(argument.text, { ...chain, name: argument.text, declaration: state.line });
  redirect(state, table, chain.name, argument.text);
  state.reach.regrouped(table);
  return 0;
}

/** Jumps follow a renamed chain. */
function redirect({ reach }: ExecutionState, table: Table, from: string, to: string): void {
  for (const chain of table.chains.values()) {
    if (!jumpedTo(chain.rules).has(from)) continue;
    chain.rules = chain.rules.map((rule) => {
      const { target } = rule.bound;
      return target?.kind === 'chain' && target.chain === from ? { ...rule, bound: leadingTo(rule.bound, to) } : rule;
    });
    reach.changed(table, chain);
  }
}

/** The chain that a command names, or all of the table where it names none; undefined where there is no such chain. */
function named(state: ExecutionState, table: Table, command: BoundCommand): Chain[] | undefined {
  if (command.chain === undefined) return [...table.chains.values()];
  const chain = existingChain(state, table, command);
  return chain === undefined ? undefined : [chain];
}
