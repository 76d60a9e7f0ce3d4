import { VERDICTS, isBuiltIn } from '../../netfilter.ts';
import type { Span } from '../../text.ts';
import { findTarget, targetsOf } from '../../extensions/catalogue.ts';
import { nearest } from '../../values/spelling.ts';
import { CHAIN_NAME_LIMIT } from '../chain-name.ts';
import { existsElsewhere } from '../foreign-extension.ts';
import { ownTarget } from '../former-names.ts';
import { indexOfRule, unfold } from '../identity.ts';
import { hasNoOption } from '../unknown-option.ts';
import type { BoundCommand, BoundRule, Chain, Rule, Table } from '../model.ts';
import { ofTraits } from '../traits.ts';
import { countRules, declaredAt, ownRules, upTo } from './chains.ts';
import { declaration, existingChain, reportMaker } from './existing-chain.ts';
import { leadingTo } from './led-to.ts';
import { refusedByKernel, refusedByName } from './refusal.ts';
import { reportSelfEditing } from './self-editing.ts';
import type { ExecutionState } from './state.ts';

const REPLACED = '`-R` replaces a rule of the same file: iptables-nft refuses the ruleset (iptables-nft-restore crashes), iptables-legacy takes it. Write the rule as it shall be.';

/** Carries out `-A`, `-I`, `-R`, `-D` and `-C`, and answers the exit status; a command that fails changes nothing. */
export function executeOnRules(state: ExecutionState, table: Table, command: BoundCommand, written: BoundRule): number {
  const bound = asJump(state, table, written);
  const { isExact } = state;
  const rules = unfold(bound);
  if (isExact) checkArguments(state, table, bound);
  if (command.kind === 'replace' && rules.length > 1) {
    state.refuse('unusable', 'invalid-value', '`-R` puts one rule in the place of one; several addresses would make several.', command.span);
  }
  if (bound.target?.kind === 'chain') checkTarget(state, table, bound.target);
  const chain = existingChain(state, table, command);
  if (chain === undefined || (isExact && state.status !== 0)) return state.status;
  if (command.kind === 'delete' && command.position === undefined) return deleteRules(state, table, chain, bound, rules);
  if (command.kind === 'check') return rules.every((rule) => indexOfRule(chain.rules, rule, state.backend) !== -1) ? 0 : noSuchRule(state, chain, bound);
  if (missesPosition(state, chain, command) || (command.kind !== 'delete' && refusedInPlace(state, table, chain, bound) && isExact)) return state.status;
  if (command.kind === 'replace') reportSelfEditing(state, REPLACED, command.span);
  if (command.kind !== 'replace' || rules.length === 1) change(state, table, chain, command, rules);
  table.made = true;
  return state.status;
}

/** A chain with the name of a target hides it: for the iptables-restore that declares it and, for iptables-legacy, wherever there is one (seen in 1.8.9). */
function asJump(state: ExecutionState, table: Table, bound: BoundRule): BoundRule {
  const name = targetName(bound);
  if (name === undefined) return bound;
  const isDeclared = state.restoring !== undefined && state.declared.has(name);
  if (!isDeclared && (state.backend === 'nft' || !table.chains.has(name))) return bound;
  const option = bound.target?.kind === 'extension' ? bound.target.use.options[0] : undefined;
  if (isDeclared && option !== undefined) state.refuse('unusable', 'unknown-option', hasNoOption(name, option.spec.name), option.span);
  return leadingTo(bound, name);
}

/** The extension that is the rule's target. */
const targetName = ofTraits(({ extensions }) => extensions.find(({ kind }) => kind === 'target')?.name);

/** Finds what makes iptables stop before it looks at the ruleset. */
function checkArguments(state: ExecutionState, table: Table, bound: BoundRule): void {
  const wrong = bound.broken ? bound.problems.find(({ accepted, refusedBy }) => accepted !== true && refusedBy === undefined) : undefined;
  const refused = wrong?.message ?? refusedByName(table, bound);
  if (refused !== undefined) state.failure('unusable', refused);
}

/** Whether the command names a rule that is not there. */
function missesPosition(state: ExecutionState, chain: Chain, command: BoundCommand): boolean {
  const { kind, position } = command;
  const last = chain.rules.length + (kind === 'insert' ? 1 : 0);
  if (position === undefined || position <= last) return false;
  const more = kind === 'insert' ? `; write a number up to ${last}, or \`-A\` to append the rule` : upTo(chain);
  state.refuse('out', 'missing-rule', `There is no rule \`${position}\`: \`${chain.name}\` has ${countRules(chain)}${more}.`, command.span, declaredAt(chain));
  return true;
}

/** Whether the kernel does not take the rule in this chain. */
function refusedInPlace(state: ExecutionState, table: Table, chain: Chain, bound: BoundRule): boolean {
  const { target } = bound;
  if (target?.kind === 'chain' && isBuiltIn(table.name, target.chain)) {
    state.refuse('kernel', 'jump-to-built-in', `\`${target.chain}\` is a built-in chain, which only the kernel calls; write a user-defined chain or a target behind \`-j\`.`, target.nameSpan);
    return true;
  }
  if (!state.isExact) return false;
  const wrong = bound.problems.find(({ refusedBy }) => refusedBy === state.backend || refusedBy === 'both');
  if (wrong !== undefined) {
    state.failure('kernel', wrong.message);
    return true;
  }
  const refused = refusedByKernel(table, chain, bound, state);
  if (refused?.problem !== undefined) state.problem(refused.problem.code, refused.message, refused.problem.span);
  if (refused !== undefined) state.failure('kernel', refused.message);
  return refused !== undefined;
}

/** Puts the rules in, or takes the one with the number away. */
function change({ reach }: ExecutionState, table: Table, chain: Chain, { kind, position }: BoundCommand, rules: readonly Rule[]): void {
  const index = (position ?? 1) - 1;
  // Each is inserted at the same number, so that several addresses end up in reverse order (seen in 1.8.9).
  if (kind === 'append') ownRules(chain).push(...rules);
  else if (kind === 'insert') ownRules(chain).splice(index, 0, ...[...rules].reverse());
  if (kind === 'append' || kind === 'insert') reach.put(table, chain, rules);
  else if (position !== undefined) reach.taken(table, chain, [...ownRules(chain).splice(index, 1, ...(kind === 'replace' ? rules : [])), ...rules]);
}

/** Deletes one rule for each of the command's, or none at all where one of them is not there. */
function deleteRules(state: ExecutionState, table: Table, chain: Chain, bound: BoundRule, rules: readonly Rule[]): number {
  const left = [...chain.rules];
  for (const rule of rules) {
    const index = indexOfRule(left, rule, state.backend);
    if (index === -1) return noSuchRule(state, chain, bound);
    left.splice(index, 1);
  }
  chain.rules = left;
  state.reach.taken(table, chain, rules);
  return state.status;
}

function noSuchRule(state: ExecutionState, chain: Chain, bound: BoundRule): number {
  if (bound.broken) return 1;
  return state.refuse('out', 'missing-rule', `\`${chain.name}\` holds no such rule at this point; write it as \`-S ${chain.name}\` prints it, or delete it by its number.`, bound.command!.span);
}

function checkTarget(state: ExecutionState, table: Table, { chain, nameSpan }: { readonly chain: string; readonly nameSpan: Span }): void {
  if (chain.length >= CHAIN_NAME_LIMIT) {
    state.refuse('unusable', 'undefined-chain', `\`${chain}\` has ${chain.length} characters; names of chains and targets have at most ${CHAIN_NAME_LIMIT - 1}.`, nameSpan);
  } else if (!table.chains.has(chain)) {
    unknownTarget(state, table, chain, nameSpan);
  }
}

function unknownTarget(state: ExecutionState, table: Table, name: string, span: Span): void {
  if (reportMaker(state, name, span)) return;
  if (findTarget(name, state.family) !== undefined) {
    const message = `The table \`${table.name}\` has no chain \`${name}\` at this point, and behind a declaration \`:${name}\` that is no target for iptables-restore, in whatever table; give the chain another name.`;
    state.refuse('target', 'undefined-chain', message, span);
    return;
  }
  const other = findTarget(name, state.family === 'ipv4' ? 'ipv6' : 'ipv4');
  if (other !== undefined) {
    state.refuse('target', 'wrong-family', `The target \`${name}\` ${existsElsewhere(other)}`, span);
    return;
  }
  const userChains = [...table.chains.values()].filter(({ builtIn }) => !builtIn).map((chain) => chain.name);
  const best = ownTarget(name) ?? nearest(name, [...VERDICTS, ...targetsOf(state.family).map((target) => target.name), ...userChains])[0];
  state.refuse('target', 'undefined-chain', `\`${name}\` is no target, and the table \`${table.name}\` has no such chain at this point; ${best === undefined ? `${declaration(state, name)}.` : `did you mean \`${best}\`?`}`, span,
    best === undefined ? {} : { fix: { title: `Write ${best}`, span, newText: best, safe: false } });
}
