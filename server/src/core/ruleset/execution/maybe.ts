import { TABLE_NAMES, isBuiltIn, isTableName, type TableName } from '../../netfilter.ts';
import type { Line } from '../../syntax/line.ts';
import type { Span } from '../../text.ts';
import { conditionalRule, unknownRule, withTarget } from '../bind.ts';
import { indexOfRule, unfold } from '../identity.ts';
import type { BoundCommand, BoundRule, Chain, CommandKind, Rule, Table } from '../model.ts';
import { ownRules, userChain } from './chains.ts';
import { hasCertain } from './doubt.ts';
import { meantRules } from './meant.ts';
import type { OpenWords } from './open-words.ts';
import type { ExecutionState } from './state.ts';

/** A command of which nobody knows whether it runs or what its words are. */
export interface Doubtful {
  readonly command: BoundCommand;
  readonly bound: BoundRule;
  /** Why that is so. */
  readonly reason: string;
  readonly open?: OpenWords | undefined;
}

/** Does what such a command would do: rules that may be there, or be there no longer. */
export function maybeExecute(state: ExecutionState, table: Table, doubtful: Doubtful): void {
  const { command, bound, reason } = doubtful;
  // What iptables refuses changes nothing, whether it runs or not.
  if (bound.broken) return;
  const presence = doubtful.open === undefined && succeeds(table, command, bound) ? bound.presence : undefined;
  if (command.kind === 'new-chain' && command.chain !== undefined && !table.chains.has(command.chain)) {
    table.chains.set(command.chain, { ...userChain(command.chain, state.line), maybe: reason, presence });
  }
  for (const chain of chainsOf(table, command)) onChain(state, table, chain, doubtful, presence);
}

/** Whether the command succeeds for sure if it runs: the chains that it names are there by the same answers. */
function succeeds({ chains, doubt }: Table, { chain, position }: BoundCommand, { target, presence = [] }: BoundRule): boolean {
  if (doubt !== undefined || position !== undefined) return false;
  return [chain, target?.kind === 'chain' ? target.chain : undefined].every((name) => {
    const found = name === undefined ? undefined : chains.get(name);
    return found?.maybe === undefined || found.presence?.every(({ question, holds }) => presence.some((answer) => answer.question === question && answer.holds === holds)) === true;
  });
}

/** Does what a command may do of which nobody knows where it works; `table` is the one that it is about, where that is known. */
export function executeSomewhere(state: ExecutionState, bound: BoundRule, open: OpenWords, reason: string, table?: Table): void {
  const { command } = bound;
  if (command === undefined) {
    restoreUnknown(state, state.line, table?.name ?? bound.table?.name, reason);
    return;
  }
  for (const each of table === undefined ? tablesAt(state, command, open) : [table]) {
    for (const chain of placesIn(each, command, open)) maybeExecute(state, each, { command: chain === command.chain ? command : { ...command, chain }, bound, reason, open });
  }
}

/** The tables in which there is something to change, or to be made. */
function tablesAt(state: ExecutionState, { kind, chain }: BoundCommand, { table: pattern, chain: openChain }: OpenWords): readonly Table[] {
  const makes = (name: TableName): boolean => kind === 'new-chain' || (ADDING.has(kind) && (openChain !== undefined || isBuiltIn(name, chain!)));
  return TABLE_NAMES.filter((name) => pattern?.test(name) === true && (state.tables.has(name) || makes(name))).map((name) => state.table(name));
}

const ADDING: ReadonlySet<CommandKind> = new Set(['append', 'insert', 'policy']);

/** The names of the chains that it may mean: the one that a `-N` of the same word made, or any that fits. */
function placesIn({ chains }: Table, { kind, chain }: BoundCommand, { chain: pattern }: OpenWords): readonly (string | undefined)[] {
  if (pattern === undefined || chain === undefined || kind === 'new-chain' || chains.has(chain)) return [chain];
  return [...chains.keys()].filter((name) => pattern.test(name));
}

function chainsOf(table: Table, { chain, kind }: BoundCommand): readonly Chain[] {
  if (chain === undefined) return kind === 'flush' || kind === 'delete-chain' ? [...table.chains.values()] : [];
  const found = table.chains.get(chain);
  return found === undefined ? [] : [found];
}

function onChain(state: ExecutionState, table: Table, chain: Chain, { command, bound, reason, open }: Doubtful, presence: BoundRule['presence']): void {
  const { kind } = command;
  switch (kind) {
    case 'append': case 'insert':
      put(state, table, chain, command, maybeRules(bound, reason, presence));
      table.made = true;
      chain.doubt ??= reason;
      return;
    case 'flush':
      makeUnsure(state, table, chain, reason, bound.presence, presence !== undefined);
      return;
    case 'delete': case 'replace': {
      const put = kind === 'replace' ? maybeRules(bound, reason) : [];
      // Several addresses would make several rules, which iptables refuses.
      if (put.length > 1) return;
      const meant = new Set(meantBy(state, chain, command, bound, open));
      // Behind one that may be the same, it may be that one.
      const isFirst = hasCertain(chain.rules, chain.rules.findLastIndex((rule) => meant.has(rule)) + 1);
      chain.rules = chain.rules.flatMap((rule) => (meant.has(rule) ? [unsure(rule, reason, bound.presence, isFirst && presence !== undefined), ...put] : [rule]));
      chain.doubt ??= reason;
      state.reach.changed(table, chain);
      return;
    }
    case 'policy':
      if (command.argument === undefined) return;
      for (const policy of open?.has(command.argument.span) === true ? POLICIES : [command.argument.text]) addPolicy(chain, policy, conditionalRule(bound, reason, presence), command.argument.span);
      return;
    case 'delete-chain': case 'rename-chain':
      if (chain.builtIn) return;
      chain.maybe ??= reason;
      chain.presence = undefined;
      if (command.argument !== undefined) maybeRenamed(state, table, command.argument.text, reason);
      return;
    default:
  }
}

/** Before all rules of which nobody knows whether it is behind them, it is met or not as it would be there. */
function put({ reach }: ExecutionState, table: Table, chain: Chain, { kind, position = 1 }: BoundCommand, rules: readonly Rule[]): void {
  if (kind === 'append') ownRules(chain).push(...rules);
  else ownRules(chain).splice(hasCertain(chain.rules, position - 1) ? Math.min(position - 1, chain.rules.length) : 0, 0, ...[...rules].reverse());
  reach.put(table, chain, rules);
}

/** Whether a rule stays what it is where something may be taken away by these answers: nobody knows when it is there, or it is not there then. */
export const isSpared = ({ conditional, presence }: BoundRule, taken: BoundRule['presence']): boolean => conditional !== undefined
  && (presence === undefined || taken?.some(({ question, holds }) => presence.some((answer) => answer.question === question && answer.holds !== holds)) === true);

/** A rule that may not be there, because a command may have taken it away that runs by these answers; `isSure`: whether it does that for sure when it runs. */
function unsure(rule: Rule, reason: string, by?: BoundRule['presence'], isSure = false): Rule {
  const { bound } = rule;
  if (isSpared(bound, by)) return rule;
  const [answer, ...others] = by ?? [];
  const presence = !isSure || answer === undefined || others.length > 0 ? undefined : [...bound.presence ?? [], { ...answer, holds: !answer.holds, succeeds: !answer.succeeds }];
  return { ...rule, bound: conditionalRule(bound, bound.conditional ?? reason, presence) };
}

/** The rules that a command would make; where a word is not known, one that may ask for anything. */
function maybeRules(bound: BoundRule, reason: string, presence?: BoundRule['presence']): Rule[] {
  const rule = bound.unknownWord === undefined ? conditionalRule(bound, reason, presence) : bound;
  return bound.unknownWord === undefined ? unfold(rule) : [{ bound: rule, source: undefined, destination: undefined }];
}

/** The rules of which a command deletes or replaces one. */
function meantBy({ backend }: ExecutionState, chain: Chain, { position }: BoundCommand, bound: BoundRule, open: OpenWords | undefined): readonly Rule[] {
  if (position === undefined && open !== undefined) return meantRules(chain, bound, open);
  if (position !== undefined && !hasCertain(chain.rules, position)) return chain.rules;
  const places = position === undefined ? unfold(bound).map((rule) => indexOfRule(chain.rules, rule, backend)) : [position - 1];
  const rules = places.map((place) => chain.rules[place]);
  return rules.every((rule) => rule !== undefined) ? rules : [];
}

const POLICIES = ['ACCEPT', 'DROP'] as const;

/** A chain that may be there under another name, with whatever it holds. */
function maybeRenamed({ line, family }: ExecutionState, table: Table, name: string, reason: string): void {
  if (table.chains.has(name)) return;
  table.chains.set(name, { ...userChain(name, line), maybe: reason, doubt: reason, rules: [{ bound: unknownRule(line, family, reason), source: undefined, destination: undefined }] });
}

/** Says of a chain's rules that they may have gone. */
function makeUnsure({ reach }: ExecutionState, table: Table, chain: Chain, reason: string, by?: BoundRule['presence'], isSure = false): void {
  if (chain.rules.length === 0) return;
  chain.rules = chain.rules.map((rule) => unsure(rule, reason, by, isSure));
  reach.changed(table, chain);
  chain.doubt ??= reason;
}

/** A policy that may be set decides, where it is, on what no rule decides: as a last rule would. */
function addPolicy(chain: Chain, policy: string, bound: BoundRule, span: Span): void {
  if (!chain.builtIn || (policy !== 'ACCEPT' && policy !== 'DROP')) return;
  const rule = withTarget(bound, { kind: 'verdict', verdict: policy, span, nameSpan: span });
  // What is set last is what holds.
  chain.policies = [{ bound: rule, source: undefined, destination: undefined }, ...chain.policies ?? []];
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
    if (chain.builtIn) continue;
    chain.maybe ??= reason;
    chain.presence = undefined;
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
