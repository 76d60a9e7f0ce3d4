import { TABLE_NAMES, isTableName } from '../../netfilter.ts';
import type { Line } from '../../syntax/line.ts';
import type { Span } from '../../text.ts';
import { conditionalRule, unknownRule, withTarget } from '../bind.ts';
import { indexOfRule, unfold } from '../identity.ts';
import type { BoundCommand, BoundRule, Chain, Rule, Table } from '../model.ts';
import { userChain } from './chains.ts';
import type { ExecutionState } from './state.ts';

/** Does what a command would do of which nobody knows whether it runs or what its words are: rules that may be there, or be there no longer. */
export function maybeExecute(state: ExecutionState, table: Table, command: BoundCommand, bound: BoundRule, reason: string): void {
  // What iptables refuses changes nothing, whether it runs or not.
  if (bound.broken) return;
  if (command.kind === 'new-chain' && command.chain !== undefined && !table.chains.has(command.chain)) {
    table.chains.set(command.chain, { ...userChain(command.chain, state.line), maybe: reason });
  }
  for (const chain of chainsOf(table, command)) onChain(state, table, chain, command, bound, reason);
}

function chainsOf(table: Table, { chain, kind }: BoundCommand): readonly Chain[] {
  if (chain === undefined) return kind === 'flush' || kind === 'delete-chain' ? [...table.chains.values()] : [];
  const found = table.chains.get(chain);
  return found === undefined ? [] : [found];
}

function onChain(state: ExecutionState, table: Table, chain: Chain, command: BoundCommand, bound: BoundRule, reason: string): void {
  const { kind, position } = command;
  switch (kind) {
    case 'append': case 'insert':
      put(state, table, chain, command, maybe(bound, reason));
      table.made = true;
      chain.doubt ??= reason;
      return;
    case 'flush':
      makeUnsure(state, table, chain, reason);
      return;
    case 'delete': case 'replace': {
      const index = position === undefined ? indexIn(state, chain, bound) : position - 1;
      const rule = chain.rules[index];
      if (rule !== undefined) chain.rules.splice(index, 1, unsure(rule, reason), ...(kind === 'replace' ? [maybe(bound, reason)] : []));
      chain.doubt ??= reason;
      state.reach.changed(table, chain);
      return;
    }
    case 'policy': if (command.argument !== undefined) addPolicy(chain, command.argument.text, conditionalRule(bound, reason), command.argument.span); return;
    case 'delete-chain': case 'rename-chain': if (!chain.builtIn) chain.maybe ??= reason; return;
    default:
  }
}

function put({ reach }: ExecutionState, table: Table, chain: Chain, { kind, position }: BoundCommand, rule: Rule): void {
  if (kind === 'append') chain.rules.push(rule);
  else chain.rules.splice(Math.min((position ?? 1) - 1, chain.rules.length), 0, rule);
  reach.put(table, chain, [rule]);
}

/** A rule that may not be there. */
const unsure = (rule: Rule, reason: string): Rule => (rule.bound.conditional === undefined ? { ...rule, bound: conditionalRule(rule.bound, reason) } : rule);

const maybe = (bound: BoundRule, reason: string): Rule => ({ bound: bound.unresolved === undefined ? conditionalRule(bound, reason) : bound, source: undefined, destination: undefined });

/** Of a command with unknown words nobody knows which rule it means. */
const indexIn = ({ backend }: ExecutionState, chain: Chain, bound: BoundRule): number =>
  (bound.unknownWord === undefined ? indexOfRule(chain.rules, unfold(bound)[0]!, backend) : -1);

/** Says of a chain's rules that they may have gone. */
function makeUnsure({ reach }: ExecutionState, table: Table, chain: Chain, reason: string): void {
  if (chain.rules.length === 0) return;
  chain.rules = chain.rules.map((rule) => unsure(rule, reason));
  reach.changed(table, chain);
  chain.doubt ??= reason;
}

/** A policy that may be set decides, where it is, on what no rule decides: as a last rule would. */
function addPolicy(chain: Chain, policy: string, bound: BoundRule, span: Span): void {
  if (!chain.builtIn || (policy !== 'ACCEPT' && policy !== 'DROP')) return;
  const rule = withTarget(bound, { kind: 'verdict', verdict: policy, span, nameSpan: span });
  chain.policies = [...chain.policies ?? [], { bound: rule, source: undefined, destination: undefined }];
}

/** Declares a chain in an iptables-restore that may not run. */
export function maybeDeclare(table: Table, name: string, policy: string, { line, family }: ExecutionState, reason: string): void {
  const chain = table.chains.get(name);
  if (chain === undefined) table.chains.set(name, { ...userChain(name, line), maybe: reason });
  else addPolicy(chain, policy, conditionalRule(unknownRule(line, family, reason), reason), { start: 0, end: line.text.length });
}

/** Says of a table that an iptables-restore may have emptied it. */
export function maybeEmptied(state: ExecutionState, table: Table, reason: string): void {
  for (const chain of table.chains.values()) {
    makeUnsure(state, table, chain, reason);
    if (!chain.builtIn) chain.maybe ??= reason;
  }
}

/** Does what an iptables-restore does whose input is not known: any table may hold anything afterwards. */
export function restoreUnknown(state: ExecutionState, line: Line, only: string | undefined, reason: string): void {
  for (const name of TABLE_NAMES) {
    if (only === undefined || !isTableName(only) || only === name) loadUnknown(state, state.table(name), line, reason);
  }
}

function loadUnknown(state: ExecutionState, table: Table, line: Line, reason: string): void {
  maybeEmptied(state, table, reason);
  table.doubt = { reason, isEmptied: false };
  if (table.name === 'filter') table.made = true;
  const anything: Rule = { bound: unknownRule(line, state.family, reason), source: undefined, destination: undefined };
  for (const chain of table.chains.values()) {
    if (!chain.builtIn) continue;
    chain.rules = [anything, ...chain.rules];
    state.reach.changed(table, chain);
    chain.policies = [anything];
    chain.doubt ??= reason;
  }
}
