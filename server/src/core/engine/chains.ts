import { parameterProblem, shakeHands } from './answers.ts';
import { Cursor, type ScanInput } from './compile/scan.ts';
import type { Passage } from './passage.ts';
import type { CompiledChain, CompiledRule } from './program.ts';
import type { Rule } from '../ruleset/model.ts';
import type { Step } from './result.ts';
import type { Condition, Effect } from './traversal.ts';
import { Unknown } from './truth.ts';
import { changes, rewritable } from './wording.ts';
import type { Writable } from '../writable.ts';

/**
 * Runs the passage's chain from its next rule on, until the packet leaves the table (the passage goes on), its way ends,
 * or it is rejected.
 */
export function walkChain(p: Passage): void {
  if (p.leavesTable) {
    p.leavesTable = false;
    return;
  }
  let input = p.scanInput();
  for (;;) {
    const chain = p.chain!;
    const index = input === undefined ? p.next : nextCandidate(p, chain, input);
    if (index < 0 || index >= chain.rules.length || (index >= chain.policiesFrom! && !p.leavesToPolicy)) {
      if (leaveChain(p)) return;
      continue;
    }
    const rule = chain.rules[index]!;
    p.next = rule.number;
    if (matches(p, rule, input === undefined ? rule.conditions : rule.rest)) {
      if (follow(p, rule)) return;
    } else if (p.ending !== undefined) return;
    if (p.changed) input = p.scanInput();
  }
}

/** Index of the next rule whose scanned parts hold; -1 when there is none. */
function nextCandidate(p: Passage, { scan }: CompiledChain, input: ScanInput): number {
  if (p.cursor?.scan !== scan || p.cursor.input !== input) p.cursor = new Cursor(scan, input);
  return p.cursor.next(p.next);
}

/** What rules may change of a packet that conditions ask for. */
const REWRITTEN = ['mark', 'tos', 'ttl', 'length'] as const;

/** Tests the rule's conditions in order; what can't be decided is taken as true here and as false in a copy. */
function matches(p: Passage, rule: CompiledRule, conditions: readonly Condition[]): boolean {
  // A rule that looks at a later fragment may drop it for that, if it is there.
  const asked = rule.presence.length > 0 && (p.packet.fragmentOffset ?? 0) > 0 ? [...rule.presence, ...conditions] : conditions;
  for (const condition of asked) {
    let truth = condition.test(p);
    if (p.killed !== undefined) {
      p.end({ verdict: 'DROP', reason: p.killed });
      return false;
    }
    if (truth instanceof Unknown) {
      truth = p.suppose(condition, truth, (copy) => { unmatched(copy, rule, condition, 'unknown'); });
      if (p.ending !== undefined) return false;
    }
    if (!truth) {
      unmatched(p, rule, condition, false);
      return false;
    }
    if (condition.rewrite !== undefined) {
      condition.rewrite(p.packet);
      p.changed = true;
      p.forget(...REWRITTEN);
    }
  }
  return true;
}

function unmatched(p: Passage, rule: CompiledRule, condition: Condition, matched: false | 'unknown'): void {
  if (p.options.trace !== 'all' && matched === false) return;
  if (p.options.trace === 'none') return;
  const step = stepOf(p, rule, matched);
  step.reason = { source: condition.source, observe: condition.observe(p) };
  p.steps.push(step);
}

function stepOf(p: Passage, compiled: CompiledRule, matched: Step['matched']): Writable<Step> {
  const { rule, number, chain } = compiled;
  const step: Writable<Step> = { hook: p.hook, table: chain.table, chain: chain.name, number, rule, matched };
  if (compiled.targetName === undefined) compiled.targetName = targetNameOf(rule);
  if (compiled.targetName !== null) step.target = compiled.targetName;
  return step;
}

/** The target as it is written; of a word that a shell puts in the place of another, that one. */
function targetNameOf({ bound: { line, target } }: Rule): string | null {
  if (target === undefined) return null;
  const written = line.text.slice(target.nameSpan.start, target.nameSpan.end);
  const name = target.kind === 'chain' ? target.chain : target.kind === 'verdict' ? target.verdict : target.use.definition.name;
  return written.replaceAll(/["']/gu, '') === name ? written : name;
}

/** Does what the matched rule's target says; true when the packet leaves the chain's table or its way ends. */
function follow(p: Passage, rule: CompiledRule): boolean {
  const { target } = rule;
  switch (target.kind) {
    case 'none': return note(p, rule, undefined, false);
    case 'accept': return note(p, rule, undefined, decide(p));
    case 'drop':
      p.end({ verdict: 'DROP' });
      return note(p, rule, undefined, true);
    case 'queue':
      p.end({ verdict: 'QUEUE' });
      return note(p, rule, undefined, true);
    case 'return': {
      note(p, rule, undefined, false);
      return leaveChain(p);
    }
    case 'unknown':
      p.end({ verdict: 'UNKNOWN', reason: target.reason });
      return note(p, rule, undefined, true);
    case 'chain':
      note(p, rule, `${target.goto ? 'goes' : 'jumps'} to ${target.chain.name}`, false);
      return call(p, target.chain, target.goto);
    case 'action': {
      const before = rewritable(p.packet);
      const effect = target.action.apply(p);
      p.changed = true;
      p.forget(...REWRITTEN);
      note(p, rule, changes(before, p.packet), false);
      return perform(p, effect);
    }
  }
}

function perform(p: Passage, effect: Effect): boolean {
  switch (effect.kind) {
    case 'continue': return false;
    case 'accept': return decide(p);
    case 'return': return leaveChain(p);
    case 'drop': p.end(effect.reason === undefined ? { verdict: 'DROP' } : { verdict: 'DROP', reason: effect.reason }); return true;
    case 'queue': return enqueue(p, effect.bypass === true);
    case 'proxy': return handOver(p, effect);
    case 'unknown': p.end({ verdict: 'UNKNOWN', reason: effect.reason }); return true;
    case 'answer': {
      const ending = { verdict: 'DROP', reason: effect.reason } as const;
      if (effect.with === 'handshake') shakeHands(p, effect.mayAgreeOnEcn, ending);
      else p.endWithAnswer(parameterProblem(p), ending);
      return true;
    }
    case 'reject': p.rejected = effect.with; return true;
  }
}

/** With a bypass and nobody listening, the packet goes on in the next table; without, the kernel drops what nobody takes. */
function enqueue(p: Passage, bypass: boolean): true {
  const listens = !bypass || p.fork('a program listens on the queue', (copy) => {
    decide(copy);
    copy.leavesTable = true;
  });
  if (listens) p.end({ verdict: 'QUEUE' });
  return true;
}

function handOver(p: Passage, { listens, mark }: Extract<Effect, { readonly kind: 'proxy' }>): true {
  if (!p.fork(listens, (copy) => { copy.end({ verdict: 'DROP', reason: 'no program listens transparently for it, so TPROXY drops it' }); })) return true;
  p.packet.mark = mark(p.packet.mark);
  p.changed = true;
  return decide(p);
}

/** Records a matched rule; passes `done` through. */
function note(p: Passage, rule: CompiledRule, effect: string | undefined, done: boolean): boolean {
  if (p.options.trace === 'none') return done;
  const step = stepOf(p, rule, true);
  if (effect !== undefined) step.effect = effect;
  p.steps.push(step);
  return done;
}

function call(p: Passage, chain: CompiledChain, goto: boolean): false {
  if (!goto) p.stack.push({ chain: p.chain!, next: p.next, cursor: p.cursor });
  p.chain = chain;
  p.next = 0;
  p.cursor = undefined;
  return false;
}

/** Falls off the end of a chain, or returns: to the caller, or to the built-in chain's policy. */
function leaveChain(p: Passage): boolean {
  const caller = p.stack.pop();
  if (caller !== undefined) {
    p.chain = caller.chain;
    p.next = caller.next;
    p.cursor = caller.cursor;
    return false;
  }
  const base = p.base!;
  if (base.policiesFrom !== undefined && !p.leavesToPolicy) {
    p.leavesToPolicy = true;
    p.chain = base;
    p.next = base.policiesFrom;
    p.cursor = undefined;
    return false;
  }
  if (base.policy === 'DROP') p.end({ verdict: 'DROP', policy: { table: base.table, chain: base.name } });
  else remember(p, true);
  return true;
}

/** Ends the table's say with ACCEPT. */
function decide(p: Passage): true {
  remember(p, false);
  return true;
}

/** Keeps whose say the verdict is, should the packet survive: that of the last filter chain, or else of the last chain. */
function remember(p: Passage, byPolicy: boolean): void {
  const chain = p.base!;
  if (chain.table === 'filter' || p.decided?.chain.table !== 'filter') p.decided = { chain, byPolicy };
}
