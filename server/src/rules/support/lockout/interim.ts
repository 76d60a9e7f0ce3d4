import { analyse, type Analysis } from '../../../core/analysis/analysis.ts';
import type { Steps } from '../../../core/analysis/steps.ts';
import type { Family, Policy } from '../../../core/netfilter.ts';
import type { BoundLine } from '../../../core/ruleset/bound-line.ts';
import { buildRuleset } from '../../../core/ruleset/build.ts';
import { tableOfCommand } from '../../../core/ruleset/table-of-command.ts';
import type { BoundRule } from '../../../core/ruleset/model.ts';
import type { AnalysedFile } from '../../rule.ts';
import { accessTo } from './management.ts';
import { following, isShutTo } from './standing.ts';
import { empties, policySetBy } from './told-state.ts';
import { connectionAt, HOOKS, type Traffic } from './traffic.ts';

/** A command of a script after which the administrator's connection is cut off, until another one lets it go on. */
export interface Interim {
  readonly hook: 'INPUT' | 'OUTPUT';
  readonly how: 'policy' | 'flush' | 'rule';
  readonly at: BoundLine;
  /** The state that it leaves, and the traffic that is stopped in it. */
  readonly analysis: Analysis;
  readonly stopped: Traffic;
  /** The commands behind it, up to the one that ends this; undefined where none does. */
  readonly until: readonly BoundLine[] | undefined;
  /** The state that those leave. */
  readonly opened: Analysis | undefined;
  /** All commands behind it, and the state that the last of them leaves. */
  readonly later: readonly BoundLine[];
  readonly last: Analysis;
  /** Whether the script itself emptied the chain before, so that nothing from earlier can help. */
  readonly isKnown: boolean;
  /** The chains whose policies cut the connection off, and with which command each of them lets it go on. */
  readonly shut: readonly Shut[];
}

/** A chain whose policy stops the connection, until a command lets it go on; undefined where none does. */
export interface Shut {
  readonly hook: 'INPUT' | 'OUTPUT';
  readonly end: BoundLine | undefined;
}

/** States looked into at most, for each family. */
const MOST_STATES = 64;

/** Of these, states that are looked into one by one for where a cut-off ends. */
const MOST_OPENING = 12;

const known = new WeakMap<AnalysedFile, readonly Interim[]>();

/** The interims of every family of a script in its own network namespace, found once for all checks; undefined where the search may pause. */
export function* interimsIn(file: AnalysedFile): Iterable<Interim | undefined> {
  let found = known.get(file);
  if (found === undefined) {
    const made: Interim[] = [];
    for (const last of file.kind === 'script' ? file.analyses : []) {
      if (last.ruleset.namespace !== undefined) continue;
      for (const interim of interimsOf(file, last)) {
        if (interim === undefined) yield undefined;
        else made.push(interim);
      }
    }
    known.set(file, found = made);
  }
  yield* found;
}

/** Where commands, run one after the other, cut the administrator's connection off; the first command each time. Pauses by yielding undefined. */
function* interimsOf(file: AnalysedFile, last: Analysis): Generator<Interim | undefined> {
  const { family } = last.ruleset;
  const commands = file.executed(family);
  const access = accessTo(file, family);
  // Nobody administers a host by a family that does not let it.
  if (family === 'ipv6') {
    yield* following(last, [access]);
    if (isShutTo(last, access)) return;
  }
  const states = new States(commands, family, access);
  const told = new Told();
  const free = { INPUT: 0, OUTPUT: 0 };
  for (const [index, at] of commands.entries()) {
    const cause = told.follow(at);
    if (cause === undefined || index < free[cause.hook]) continue;
    yield undefined;
    const state = states.after(index);
    if (state === undefined) return;
    const stopped = yield* states.stoppedIn(state, cause.hook);
    if (stopped === undefined) continue;
    const found = yield* states.endOf(index, cause.hook, last);
    const end = found?.index;
    const until = end === undefined ? undefined : commands.slice(index + 1, end + 1);
    const isKnown = told.emptied.has(cause.hook);
    if (!isKnown && isLeftOpen(cause.hook, until, commands.slice(index + 1))) continue;
    // Where nothing lets it go on, what is wrong with the other chain has to be mended as well.
    if (end === undefined) free[cause.hook] = Infinity;
    else for (const hook of HOOKS) free[hook] = Math.max(free[hook], end + 1);
    const shut: Shut[] = [];
    for (const { hook, from } of shuttingFrom(cause, index, end === undefined ? undefined : commands.slice(0, end + 1), told.shut)) {
      shut.push(...yield* states.shut(hook, from, hook === cause.hook ? end : undefined, last));
    }
    yield { ...cause, at, analysis: state, stopped, until, opened: found?.state, later: commands.slice(index + 1), last, isKnown, shut };
  }
}

/** Where the policies of the chains begin to cut the connection off: at a flush all that drop, at a policy those that are set before it goes on as well. */
function shuttingFrom({ hook, how }: Pick<Interim, 'hook' | 'how'>, index: number, until: readonly BoundLine[] | undefined, shut: readonly ('INPUT' | 'OUTPUT')[]): { readonly hook: 'INPUT' | 'OUTPUT'; readonly from: number }[] {
  if (how === 'flush') return shut.map((each) => ({ hook: each, from: index }));
  const other = hook === 'INPUT' ? 'OUTPUT' : 'INPUT';
  const later = (until ?? []).flatMap((each, at) => (at > index && policySetBy(each, other) === 'DROP' ? [{ hook: other, from: at } as const] : []));
  return [{ hook, from: index }, ...later.slice(-1)];
}

/**
 * Whether a chain that may hold rules from before says nothing yet: it is emptied later, where the connection goes for
 * sure, or the script opens its policy again, as one does that has been run before.
 */
function isLeftOpen(hook: string, until: readonly BoundLine[] | undefined, later: readonly BoundLine[]): boolean {
  return until?.at(-1)?.bound?.command?.kind === 'policy' || (until ?? later).some((each) => empties(each, hook));
}

/** What commands have told so far of the built-in chains that matter. */
class Told {
  readonly emptied = new Set<string>();
  private readonly policies = new Map<string, Policy>();

  get shut(): readonly ('INPUT' | 'OUTPUT')[] {
    return HOOKS.filter((hook) => this.policies.get(hook) === 'DROP');
  }

  /** Takes note of a command; what it does, where it may cut connections off. */
  follow(given: BoundLine): Pick<Interim, 'hook' | 'how'> | undefined {
    const { bound } = given;
    if (bound === undefined || tableOfCommand(bound) !== 'filter' || bound.unresolved !== undefined) return undefined;
    const { command } = bound;
    if (command?.kind === 'policy') return this.policy(command.chain, command.argument?.text);
    let found: Pick<Interim, 'hook' | 'how'> | undefined;
    for (const hook of HOOKS) {
      if (empties(given, hook)) {
        this.emptied.add(hook);
        if (this.policies.get(hook) === 'DROP') found ??= { hook, how: 'flush' };
      } else if (command?.chain === hook && mayCutOff(bound)) found ??= { hook, how: 'rule' };
    }
    return found;
  }

  private policy(chain: string | undefined, policy: string | undefined): Pick<Interim, 'hook' | 'how'> | undefined {
    if ((chain !== 'INPUT' && chain !== 'OUTPUT') || (policy !== 'ACCEPT' && policy !== 'DROP')) return undefined;
    this.policies.set(chain, policy);
    return policy === 'DROP' ? { hook: chain, how: 'policy' } : undefined;
  }
}

/** Whether a rule is put in or taken out that may concern every packet of a connection; lists of addresses are not looked into. */
function mayCutOff({ command, header, matches, target }: BoundRule): boolean {
  if (command?.kind === 'delete' || command?.kind === 'replace') return true;
  if (command?.kind !== 'append' && command?.kind !== 'insert') return false;
  const isNarrow = header.source !== undefined || header.destination !== undefined || matches.length > 0;
  return !isNarrow && target !== undefined && !(target.kind === 'verdict' && target.verdict !== 'DROP') && !(target.kind === 'extension' && target.use.definition.kind === 'target' && !target.use.definition.terminating);
}

/** Whether a command may let more packets through than before. */
function mayLetThrough(bound: BoundRule | undefined): boolean {
  if (bound === undefined || tableOfCommand(bound) !== 'filter') return false;
  const { command, target } = bound;
  if (command?.kind === 'policy') return command.argument?.text === 'ACCEPT';
  return command?.kind === 'delete' || command?.kind === 'flush' || !(target?.kind === 'verdict' && target.verdict === 'DROP');
}

/** The command at which a cut-off ends, and the state that it leaves. */
interface End {
  readonly index: number;
  readonly state: Analysis;
}

/** The rulesets that commands leave behind one after the other. */
class States {
  private readonly commands: readonly BoundLine[];
  private readonly family: Family;
  private readonly ways: Readonly<Record<'INPUT' | 'OUTPUT', Traffic>>;
  private previous: Analysis | undefined;
  private count = 0;

  constructor(commands: readonly BoundLine[], family: Family, access: Traffic) {
    this.commands = commands;
    this.family = family;
    this.ways = { INPUT: connectionAt('INPUT', access), OUTPUT: connectionAt('OUTPUT', access) };
  }

  /** The state behind a command; undefined when enough of them have been looked into. */
  after(index: number): Analysis | undefined {
    if (++this.count > MOST_STATES) return undefined;
    return (this.previous = analyse(buildRuleset(this.commands.slice(0, index + 1), this.family), { previous: this.previous }));
  }

  /** The packets of the administrator's connection that do not get through a hook any more. */
  *stoppedIn(analysis: Analysis, hook: 'INPUT' | 'OUTPUT'): Steps<Traffic | undefined> {
    const way = this.ways[hook];
    yield* following(analysis, [way]);
    return isShutTo(analysis, way) ? way : undefined;
  }

  /** The command at which what began at `index` ends, if only for a while; behind many that might end it one found by halving, where it has ended in the `last` state. */
  *endOf(index: number, hook: 'INPUT' | 'OUTPUT', last: Analysis): Steps<End | undefined> {
    let shut = index;
    for (const at of this.opening(index)) {
      const state = this.after(at);
      if (state === undefined) return undefined;
      if ((yield* this.stoppedIn(state, hook)) === undefined) return { index: at, state };
      shut = at;
    }
    return (yield* this.stoppedIn(last, hook)) === undefined ? yield* this.halving(shut, hook) : undefined;
  }

  /** The chain and what lets the connection go on, where it is stopped there after the command; `end` where that is known already. */
  *shut(hook: 'INPUT' | 'OUTPUT', from: number, end: number | undefined, last: Analysis): Steps<readonly Shut[]> {
    const state = this.after(from);
    if (state === undefined || (yield* this.stoppedIn(state, hook)) === undefined) return [];
    const at = end ?? (yield* this.endOf(from, hook, last))?.index;
    return [{ hook, end: at === undefined ? undefined : this.commands[at] }];
  }

  /** The next commands behind `index` that may let more through. */
  private opening(index: number): readonly number[] {
    const found: number[] = [];
    for (let at = index + 1; at < this.commands.length && found.length < MOST_OPENING; at++) if (mayLetThrough(this.commands[at]!.bound)) found.push(at);
    return found;
  }

  private *halving(from: number, hook: 'INPUT' | 'OUTPUT'): Steps<End | undefined> {
    let shut = from;
    let open = this.end(this.commands.length - 1);
    while (open !== undefined && open.index - shut > 1) {
      const middle = this.end((shut + open.index) >> 1);
      if (middle === undefined) return undefined;
      if ((yield* this.stoppedIn(middle.state, hook)) === undefined) open = middle;
      else shut = middle.index;
    }
    return open;
  }

  private end(index: number): End | undefined {
    const state = this.after(index);
    return state && { index, state };
  }
}
