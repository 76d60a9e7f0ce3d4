import type { Span } from '../text.ts';
import { EvaluationLimit } from './limit.ts';
import { beyond, END_OF_FUNCTION, END_OF_LOOP, END_OF_ROUND, END_OF_SHELL, reachOf, type Departing } from './departure.ts';
import { BLANKS } from './fields.ts';
import { Environment, NO_CHANGES, sameEntries, type Changes, type Outcome, type Positional, type SavedEnvironment, type Variable } from './environment.ts';
import { nameOfComparison, sameConditions, type Answer, type Comparison, type Condition, type Invocation } from './invocation.ts';
import type { OptionPlace } from './getopts.ts';
import type { Chunk } from './script-text.ts';
import type { Source } from './source.ts';
import type { Output } from './stream.ts';
import { Input } from './stream.ts';
import type { Command, SimpleCommand } from './syntax/ast.ts';
import { called, sameValue, type Piece, type Unknown, type Value } from './value.ts';

/** An exit status; of an invocation it is known when the ruleset is. */
export type Status = number | UnknownStatus;

export type UnknownStatus = Condition;

/** How a command leaves what is around it. */
export type Signal = { readonly kind: 'exit' | 'return'; readonly levels?: undefined; readonly unset?: UnsetParameter } | { readonly kind: 'break' | 'continue'; readonly levels: number };

/** A parameter that ends the shell because it is not set, and where the command begins that names it. */
export interface UnsetParameter {
  readonly name: string;
  start: number | undefined;
}

/** The command of the script that stands for what runs inside it, with the word that names it. */
export interface Home extends Span {
  /** Where the command was read from. */
  readonly source: Source;
  readonly name: Span;
}

/** A function that is being run. */
export interface Frame {
  readonly name: string;
  readonly body: Command;
  readonly home: Home | undefined;
  /** Whether its body is no part of the script: what that runs stands where it is called. */
  readonly isBrought: boolean;
  /** Variables that were set for the call alone, whose values those that it has under their names begin with in bash. */
  readonly given: readonly string[];
  /** How many layers of variables there were when it was called. */
  readonly depth: number;
  /** What variables of the caller are that it has under their names; none where nothing had changed them in the last of those layers. */
  readonly locals: Map<string, { readonly value: Variable | undefined } | undefined>;
  /** How many open questions its call depends on. */
  readonly questions: number;
  /** How often it has called itself where that depends on more of them. */
  again: number;
  /** Whether it stands for any number of further times. */
  isGuess: boolean;
}

/** How a way left a function or subshell in which others stay. */
interface Departure {
  readonly kind: 'return' | 'exit';
  readonly status: Value;
  /** Why nobody knows whether that way is taken. */
  readonly origin: string;
}

/** A way that has been gone. */
interface Followed extends Outcome {
  readonly signal: Signal | undefined;
  readonly status: Value | undefined;
  readonly modes: Modes;
}

/** What comes next runs only where nothing has left before. */
type Doubt = Condition & Departing;

/** What a `trap` runs. */
export interface Trap {
  readonly text: string;
  readonly home: Home;
  /** Where nobody knows whether it was set: why, and what was set before it. */
  readonly doubt?: { readonly origin: string; readonly before: Trap | undefined };
}

/** One of the ways that a script can take. */
export interface Way {
  readonly condition: Condition;
  /** What it is taken by, where that may be asked again. */
  readonly compares?: Comparison | undefined;
  readonly run?: () => void;
}

/** Says how an invocation ends, given those before it; undefined where nobody knows. */
export type StatusOf = (invocations: readonly Invocation[], step: number) => number | undefined;

/** Simple commands that are run before the evaluation is given up. */
export const MOST_STEPS = 400_000;
export const MOST_INVOCATIONS = 100_000;

/** What happened in a part of a script. */
export class Stretch {
  /** The simple commands that were run at least once. */
  readonly visited = new Set<SimpleCommand>();
  /** Places of the invocations whose status somebody has asked for. */
  readonly asked = new Set<number>();
  /** What was said to those who asked, or had to know. */
  readonly told = new Map<number, number | undefined>();
  /** The chunks with names of aliases in them, as they were read. */
  readonly readings = new Map<Chunk, Chunk[]>();
}

/** What `set` and `shopt` turn on and off. */
export interface Modes {
  /** `-e`: whether a command that fails ends the shell. */
  readonly errexit: boolean;
  /** `-u`: whether the shell ends where it is to expand what is not set. */
  readonly nounset: boolean;
  /** `-f`: whether patterns outside of quotes are no names of files. */
  readonly noglob: boolean;
  /** `-o pipefail`: whether a pipeline fails when any of its commands does. */
  readonly pipefail: boolean;
  /** `-E`: whether functions and subshells run what a trap says for commands that fail. */
  readonly errtrace: boolean;
  /** `shopt -s inherit_errexit`: whether command substitutions of bash have `-e` from around them. */
  readonly inheritErrexit: boolean;
  /** `shopt -s extglob`: whether patterns have groups such as `@(a|b)` everywhere. */
  readonly extglob: boolean;
  /** `shopt -s nocasematch`: whether `case`, `[[ … ]]` and replacements take capital letters for small ones. */
  readonly nocasematch: boolean;
  /** `shopt -s expand_aliases`: whether bash reads what aliases stand for, as others always do. */
  readonly expandAliases: boolean;
}

/** What a shell begins with. */
export const PLAIN_MODES: Modes = { errexit: false, nounset: false, noglob: false, pipefail: false, errtrace: false, inheritErrexit: false, extglob: false, nocasematch: false, expandAliases: false };

/** What a shell is like between two commands of its script. */
export interface SavedShell {
  readonly environment: SavedEnvironment;
  readonly files: ReadonlyMap<Value, readonly Piece[] | Unknown>;
  /** How many invocations there were. */
  readonly count: number;
  readonly doubts: readonly Doubt[];
  readonly modes: Modes;
  readonly traps: ReadonlyMap<string, Trap>;
  readonly options: OptionPlace;
  readonly value: Value;
  readonly ended: Status | undefined;
  readonly steps: number;
}

/** What a script has done so far, and under which conditions. */
export class ShellState {
  private static evaluations = 0;
  /** Tells the evaluation from others. */
  readonly evaluation = ++ShellState.evaluations;
  readonly environment: Environment;
  readonly invocations: Invocation[] = [];
  /** What has happened since the last mark of the trail. */
  stretch = new Stretch();
  readonly frames: Frame[] = [];
  modes = PLAIN_MODES;
  /** `$0`: whoever looks twice finds the same. */
  scriptName: Value;
  /** The folder in which the script is called. */
  readonly calledIn: Unknown;
  /** Whether bash runs the script; any shell does that its first line calls `sh`. */
  isBash = false;
  /** What runs on a signal, or at the end (`EXIT`), or when a command fails (`ERR`). */
  traps: ReadonlyMap<string, Trap> = new Map();
  /** The command that ended the script so. */
  failedAt: number | undefined;
  signal: Signal | undefined;
  /** Where `getopts` goes on. */
  options: OptionPlace = { index: 1, at: 0 };
  /** How many shells run each other. */
  children = 0;
  /** How many texts are being run inside each other that are not the script's own. */
  texts = 0;
  /** How many files are being read that scripts take in, in the shell that is being run. */
  filesRead = 0;
  /** The commands of the script, for one that runs itself. */
  script: () => readonly Chunk[] = () => [];
  /** How many command substitutions were run. */
  captures = 0;
  output: Output | undefined;
  /** Where errors go, if that is captured as well. */
  errors: Output | undefined;
  input = new Input([], { origin: 'standard input' });
  /** What other descriptors read from. */
  descriptors: ReadonlyMap<number, Input> = new Map();
  /** Files that the script has written. */
  readonly files = new Map<Value, readonly Piece[] | Unknown>();
  /** Whether what runs is reached by the script. */
  reached = true;
  /** Of the commands that are run, whether that was for the first time, while somebody wants to know. */
  looks: Map<SimpleCommand, boolean> | undefined;
  /** Whether what runs does so while the script goes on. */
  inBackground = false;
  /** The network namespace that commands run in, where it is not that of the script. */
  namespace: string | undefined;
  /** How many commands have ended. */
  endings = 0;
  private value: Value = '0';
  /** What the value is yet to be made of. */
  private ended: Status | undefined;
  private readonly statusOf: StatusOf;
  /** How many commands are under way whose status is looked at. */
  private tested = 0;
  private conditions: readonly Condition[] = [];
  /** Conditions up to the end of a function or loop, because something may have left it before. */
  private doubts: readonly Doubt[] = [];
  /** Ways that have left the function or subshell that is being run; undefined outside of all. */
  private departures: Departure[] | undefined;
  /** The subshell that is being run; whether its failure ends the script. */
  private subshell: { readonly isMinded: boolean } | undefined;
  /** How many conditions held sway when that began. */
  private begun = 0;
  /** How many when the shell began that is being run. */
  private opened = 0;
  private silent = 0;
  private steps = 0;
  /** Where in the script it is, and how many questions have been asked there that nobody can answer. */
  private part: object = {};
  asked = 0;
  /** How many loops are around what is run, inside of the function that is. */
  around = 0;
  /** How many loops are under way that run nobody knows how often. */
  private loops = 0;
  /** Whether invocations were forgotten again, so that statuses that were told are worth nothing. */
  isErratic = false;

  constructor(positional: Positional, statusOf: StatusOf = () => undefined, { name, folder } = called()) {
    this.scriptName = name;
    this.calledIn = folder;
    this.environment = new Environment(positional);
    this.environment.set('OPTIND', '1');
    this.environment.set('IFS', BLANKS);
    this.statusOf = statusOf;
  }

  /** Comes to a part of the script; an edit elsewhere leaves the names of its questions as they are. */
  comeTo(part: object): void {
    this.part = part;
    this.environment.forgetDepartures(0);
    this.asked = 0;
  }

  /** The name of a question that is asked here, by its number. */
  question(number: number): string {
    return `${nameOf(this.part)}.${number}`;
  }

  /** `$?` */
  get status(): Value {
    for (const recording of this.environment.recordings) recording.readStatus(this.endings);
    if (this.ended !== undefined) this.status = valueOf(this.known(this.ended));
    return this.value;
  }

  set status(value: Value) {
    this.endings++;
    this.value = value;
    this.ended = undefined;
  }

  /** Runs something behind which `$?` is what it was before, without looking at it. */
  keepingStatus<T>(run: () => T): T {
    const { value, ended } = this;
    const result = run();
    this.endings++;
    this.value = value;
    this.ended = ended;
    return result;
  }

  /** Notes how the command before ended; what that means is found when somebody asks. */
  end(status: Status): void {
    this.endings++;
    this.ended = status;
  }

  /** Ends the shell because of a parameter that is not set, or empty where that is as bad. */
  endFor(name: string): void {
    if (this.signal !== undefined) return;
    this.status = this.isBash ? '1' : '2';
    this.signal = { kind: 'exit', unset: { name, start: undefined } };
  }

  /** The status as somebody looks at it: of an invocation what the ruleset tells. */
  known(status: Status): Status {
    if (typeof status === 'number' || status.step === undefined) return status;
    this.environment.spoilRecordings();
    this.stretch.asked.add(status.step);
    return this.told(status, status.step);
  }

  private told(status: UnknownStatus, step: number): Status {
    const told = this.reached ? this.statusAt(step) : undefined;
    if (this.reached) this.stretch.told.set(step, told);
    return told === undefined ? status : status.succeeded === false ? Number(told === 0) : told;
  }

  /** Whether anything happens when a command fails that nobody looks at. */
  get minds(): boolean {
    return this.tested === 0 && (this.modes.errexit || this.traps.has('ERR'));
  }

  /** Whether the script ends where a command fails now. */
  get endsAtFailure(): boolean {
    return this.modes.errexit && this.tested === 0 && !this.inBackground && this.subshell?.isMinded !== false;
  }

  /** Whether a command is known to have failed. */
  isFailure(status: Status): boolean {
    const ended = typeof status === 'number' || status.step === undefined ? status : this.told(status, status.step);
    return typeof ended === 'number' && ended !== 0;
  }

  /** Runs something whose status is looked at, so that its failure ends nothing. */
  testing<T>(run: () => T): T {
    this.tested++;
    const result = run();
    this.tested--;
    return result;
  }

  /** What a descriptor reads from. */
  inputAt(descriptor: number): Input {
    return (descriptor === 0 ? this.input : this.descriptors.get(descriptor)) ?? new Input([], { origin: `descriptor ${descriptor}` });
  }

  /** Lets a descriptor read from something. */
  readFrom(descriptor: number, input: Input): void {
    if (descriptor === 0) this.input = input;
    else this.descriptors = new Map([...this.descriptors, [descriptor, input]]);
  }

  /** Counts a step; too many end the evaluation. */
  step(): void {
    if (++this.steps > MOST_STEPS) throw new EvaluationLimit();
  }

  /** Notes that a command is run; whether it is to be. What the script never comes to is looked at once. */
  visit(command: SimpleCommand): boolean {
    const { visited } = this.stretch;
    const first = !visited.has(command);
    if (this.looks?.has(command) === false) this.looks.set(command, first);
    if (this.silent === 0) visited.add(command);
    for (const recording of this.environment.recordings) if (!recording.isSpoilt) recording.visit(command);
    return this.reached || first;
  }

  /** Notes that commands are run which are to be, once more. */
  visitAgain(commands: ReadonlySet<SimpleCommand>): void {
    for (const command of commands) this.stretch.visited.add(command);
    for (const recording of this.environment.recordings) if (!recording.isSpoilt) for (const command of commands) recording.visit(command);
  }

  /** How many steps have been taken. */
  get taken(): number {
    return this.steps;
  }

  /** Whether the shell puts what aliases stand for in the place of their names. */
  get expandsAliases(): boolean {
    return !this.isBash || this.modes.expandAliases;
  }

  /** Whether commands do no more than what they are for: none ends the script, prints for others, or is looked at only. */
  get isPlain(): boolean {
    return !this.modes.errexit && this.traps.size === 0 && this.silent === 0 && this.reached && !this.inBackground && this.namespace === undefined && this.output === undefined && this.environment.references.size === 0 && this.environment.integers.size === 0 && !this.environment.exportsAll;
  }

  /** On how many open questions it depends whether what comes now runs; what is expected to succeed raises none. */
  get questions(): number {
    return this.conditions.filter(({ assumed }) => assumed !== true).length + this.doubts.length;
  }

  /** How many conditions hold sway, but for those that hold unless something goes wrong. */
  get certainty(): number {
    let { length } = this.doubts;
    for (const { assumed } of this.conditions) if (assumed !== true) length++;
    return length;
  }

  /** Whether what runs is sure to run in the shell that it changes, or in the way that it goes. */
  get isSure(): boolean {
    return this.certainty === this.begun;
  }

  /** Whether what runs is sure to run in its shell, whose end comes for sure. */
  get isSureInShell(): boolean {
    return this.certainty === this.opened;
  }

  /** Takes an invocation into the order of execution; its place there, or -1 where nothing is noted. */
  emit(invocation: Invocation): number {
    if (this.silent > 0) return -1;
    if (this.invocations.length >= MOST_INVOCATIONS) throw new EvaluationLimit();
    this.invocations.push(invocation);
    return this.invocations.length - 1;
  }

  /** What a command that runs now depends on. */
  conditionsWith(doubt: Unknown | undefined): readonly Condition[] {
    if (doubt !== undefined) return [...this.conditions, ...this.doubts, { origin: doubt.origin }];
    return this.doubts.length === 0 ? this.conditions : [...this.conditions, ...this.doubts];
  }

  /** Runs something as a subshell does: its variables and its `exit` are its own. */
  apart(run: () => void): Changes {
    const { doubts, modes, traps, options, begun, opened, environment: { departures } } = this;
    this.begun = this.opened = this.certainty;
    const changes = this.environment.apart(() => { this.withoutErrorTrap(run); });
    this.begun = begun;
    this.opened = opened;
    this.environment.forgetDepartures(departures);
    this.signal = undefined;
    this.doubts = doubts;
    this.modes = modes;
    this.traps = traps;
    this.options = options;
    return changes;
  }

  /** Runs what does not have the trap of commands that fail from around it, a function or a subshell, unless `set -E` says otherwise. */
  withoutErrorTrap(run: () => void): void {
    const trap = this.modes.errtrace ? undefined : this.traps.get('ERR');
    if (trap === undefined) {
      run();
      return;
    }
    this.traps = new Map([...this.traps].filter(([name]) => name !== 'ERR'));
    run();
    if (!this.traps.has('ERR')) this.traps = new Map([...this.traps, ['ERR', trap]]);
  }

  /** Runs something inside which doubts may arise that end with it: a loop or a round of it, or all that can be left, such as a shell. */
  confined(run: () => void, end = END_OF_FUNCTION): void {
    const { doubts: { length }, environment: { departures }, around } = this;
    if (end === END_OF_LOOP) this.around++;
    run();
    this.around = around;
    this.doubts = [...this.doubts.slice(0, length), ...beyond(this.doubts.slice(length), end)];
    const origin = this.environment.join(departures, end);
    if (origin !== undefined && this.signal !== undefined && reachOf(this.signal) > (end === END_OF_ROUND || end === END_OF_SHELL ? end : 0)) this.goOn(this.signal, origin);
  }

  /** Goes on with ways that have left to here, for the reason that `origin` names, where the one that stayed leaves further. */
  private goOn(signal: Signal, origin: string): void {
    const { status } = this;
    this.signal = undefined;
    this.depart(signal, status, origin);
    if (signal.kind === 'exit' && !this.goesOn(status)) return;
    this.environment.depart(NO_CHANGES, origin, reachOf(signal));
    this.doubts = [...this.doubts, { origin, reach: reachOf(signal) }];
  }

  /** Goes all the ways of which nobody knows which is taken. Of those that end the script, nothing is taken over. */
  fork(ways: readonly Way[]): void {
    this.goAll(this.loops > 0 ? ways : this.tellApart(ways));
  }

  /** Goes those of the ways that fit what has been answered; what each depends on was asked before. */
  choose(ways: readonly Way[]): void {
    const given = new Map([...this.conditions, ...this.doubts].flatMap(({ answers = [] }) => answers.map(({ question, holds }) => [question, holds] as const)));
    const left = ways.filter(({ condition: { answers = [] } }) => answers.every(({ question, holds }) => (given.get(question) ?? holds) === holds));
    if (left.length > 1) this.goAll(left);
    else left[0]?.run?.();
  }

  private goAll(told: readonly Way[]): void {
    const outcomes = told.map((way) => this.follow(way));
    const staying = outcomes.filter(({ signal }) => signal === undefined);
    const [{ modes } = this, ...others] = staying;
    if (others.every((way) => sameModes(way.modes, modes))) this.modes = modes;
    const leaving = outcomes.filter(({ signal, status }) => signal !== undefined && (signal.kind !== 'exit' || this.goesOn(status)));
    const { origin } = told[0]!.condition;
    if (staying.length > 0) for (const { signal, status } of outcomes) this.depart(signal, status, origin);
    if (outcomes.some(({ changes }) => changes.era !== this.environment.era)) this.environment.era = this.newEra();
    if ([...staying, ...leaving].some(({ changes }) => changes.isTainted)) this.environment.isTainted = true;
    if (staying.length > 0) for (const { changes, signal } of leaving) this.environment.depart(changes, origin, reachOf(signal!));
    this.environment.merge([staying, leaving, outcomes].find(({ length }) => length > 0)!, origin);
    if (staying.length === 0) this.signal = leaving[0]?.signal ?? outcomes[0]!.signal;
    else if (leaving.length > 0) this.doubts = [...this.doubts, { origin, answers: staying.length === 1 ? staying[0]!.condition.answers : undefined, reach: Math.max(...leaving.map(({ signal }) => reachOf(signal!))) }];
  }

  /** What follows from the answers by which the script came here; undefined where it may be either. */
  answered(comparison: Comparison): boolean | undefined {
    const name = nameOfComparison(comparison);
    for (const { answers } of [...this.conditions, ...this.doubts]) {
      for (const { question, holds } of answers ?? []) {
        if (question === name) return holds;
        if (holds && question.startsWith(`${comparison.subject}=`)) return false;
      }
    }
    return undefined;
  }

  /** The texts of which a value is one, by the way on which the script came here; undefined where it may be any. */
  textsOf({ id, candidates }: Unknown): readonly string[] | undefined {
    if (candidates !== undefined || id === undefined) return candidates;
    for (const { among, answers = [] } of this.conditions) {
      if (among?.subject === id) return among.texts;
      const is = answers.find(({ question, holds }) => holds && question.startsWith(`${id}=`));
      if (is !== undefined) return [is.question.slice(id.length + 1)];
    }
    return undefined;
  }

  /** The name of the time that begins where something may have set any variable. */
  newEra(): string | undefined {
    return this.loops > 0 ? undefined : this.question(this.asked++);
  }

  /** The ways with the answers by which each is taken: the first whose question holds, or the last. */
  private tellApart(ways: readonly Way[]): readonly Way[] {
    const denied: Answer[] = [];
    return ways.map(({ condition, compares, ...way }, index) => {
      if (index === ways.length - 1) return { ...way, condition: { ...condition, answers: [...denied] } };
      const { origin } = condition;
      const answer: Answer = compares === undefined ? { question: this.question(this.asked++), holds: true, origin, succeeds: true } : { question: nameOfComparison(compares), holds: compares.holds, origin, succeeds: true };
      const answers = [...denied, answer];
      denied.push({ ...answer, holds: !answer.holds, succeeds: false });
      return { ...way, condition: { ...condition, answers } };
    });
  }

  private depart(signal: Signal | undefined, status: Value | undefined, origin: string): void {
    if (signal?.kind === 'exit') this.environment.spoilRecordings();
    if (signal?.kind === 'return' || signal?.kind === 'exit') this.departures?.push({ kind: signal.kind, status: status!, origin });
  }

  /** Whether the script goes on behind the subshell that a way leaves with this status. */
  private goesOn(status: Value | undefined): boolean {
    return this.subshell !== undefined && !(this.subshell.isMinded && typeof status === 'string' && status !== '0');
  }

  /** Runs a function, or a subshell, which some of its ways may leave earlier than others; its status. `hasStatus`: whether that is the one of the command that it is part of. */
  leavable(kind: Departure['kind'], run: () => Status, hasStatus = false): Status {
    const { departures, subshell } = this;
    this.departures = [];
    if (kind === 'exit') this.subshell = { isMinded: hasStatus && this.modes.errexit && this.minds && !this.inBackground && subshell?.isMinded !== false };
    const status = run();
    this.subshell = subshell;
    const own = this.departures.filter((each) => each.kind === kind);
    // A subshell that ends ends the functions in it.
    departures?.push(...this.departures.filter((each) => each.kind !== kind && kind === 'return'));
    this.departures = departures;
    // The way that stayed may have left further.
    if (this.signal !== undefined && own.length > 0) return own.every((each) => each.status === own[0]!.status) && typeof own[0]!.status === 'string' ? Number(own[0]!.status) : { origin: own[0]!.origin };
    const end = typeof status !== 'number' && status.assumed === true && status.succeeded !== false ? '0' : typeof status === 'number' ? String(status) : undefined;
    if (own.every((each) => each.status === end)) return status;
    return { origin: own[0]!.origin };
  }

  private follow({ condition, run }: Way): Followed {
    const { conditions, value, ended, modes: modesBefore, begun, doubts: { length } } = this;
    this.conditions = [...conditions, condition];
    this.begun = this.certainty;
    const changes = this.environment.apart(() => run?.());
    // Behind the way, what it has left by may not even have been asked.
    if (this.doubts.length > length) this.doubts = this.doubts.map((doubt, index) => (index < length ? doubt : { ...doubt, answers: undefined }));
    const { signal, modes } = this;
    const status = signal === undefined ? undefined : this.status;
    this.signal = undefined;
    this.conditions = conditions;
    this.modes = modesBefore;
    this.begun = begun;
    // The next way begins with the status with which this one began.
    this.value = value;
    this.ended = ended;
    return { condition, changes, signal, status, modes };
  }

  /** Runs something under a condition that holds unless something goes wrong. */
  assuming(condition: Condition, run: () => void): void {
    const { conditions } = this;
    this.conditions = [...conditions, { ...condition, assumed: true }];
    run();
    this.conditions = conditions;
    // `COMMAND && exit 1` expects the failure: nobody writes a script that always ends in an error.
    if (this.signal?.kind === 'exit' && this.status !== '0') this.signal = undefined;
  }

  /** Runs what happens when something goes wrong: nothing that it changes is taken over. */
  contrary(condition: Condition, run: () => void): void {
    const { doubts, traps, environment: { departures } } = this;
    this.follow({ condition, run });
    this.doubts = doubts;
    this.traps = traps;
    this.environment.forgetDepartures(departures);
  }

  /** Runs a loop's body that nobody knows how often runs: once, with everything unknown that it may have changed before. */
  uncertain(origin: string, run: () => void): void {
    this.silent++;
    this.loops++;
    const { signal, modes, traps, environment: { era } } = this;
    const changes = this.environment.apart(() => { this.confined(run); });
    this.silent--;
    this.signal = signal;
    this.modes = modes;
    this.traps = traps;
    this.environment.repeat(changes, origin);
    this.status = { origin };
    if (this.environment.era !== changes.era) this.environment.era = undefined;
    if (changes.isTainted) this.environment.isTainted = true;
    this.environment.mergeFunctions([{ condition: { origin }, changes }, { condition: { origin }, changes: NO_CHANGES }]);
    this.roundPerhaps(origin, run);
    this.loops--;
    if (this.environment.era !== era) this.environment.era = this.newEra();
  }

  /** Runs a loop's body; whether the loop is over. */
  round(run: () => void): boolean {
    this.confined(run, END_OF_ROUND);
    return this.endLoop();
  }

  /** Runs a loop's body where nobody knows whether it does: what leaves more than the loop has still to leave that. */
  roundPerhaps(origin: string, run: () => void): void {
    this.fork([{ condition: { origin }, run: () => {
      this.confined(run, END_OF_ROUND);
      if (this.signal?.levels === 1) this.signal = undefined;
    } }, { condition: { origin } }]);
  }

  /** Takes up a `break` or `continue`; whether the loop is over. */
  private endLoop(): boolean {
    const { signal } = this;
    if (signal === undefined) return false;
    if (signal.levels === undefined) return true;
    if (signal.levels > 1) {
      this.signal = { kind: signal.kind, levels: signal.levels - 1 };
      return true;
    }
    this.signal = undefined;
    return signal.kind === 'break';
  }

  /** Runs something in a network namespace; undefined: in the one that the shell is in. */
  inNamespace<T>(namespace: string | undefined, run: () => T): T {
    const before = this.namespace;
    this.namespace = namespace ?? before;
    try {
      return run();
    } finally {
      this.namespace = before;
    }
  }

  /** Forgets the invocations from one on: what came to them turned out not to be known. */
  forgetFrom(count: number): void {
    this.environment.spoilRecordings();
    this.invocations.length = Math.min(this.invocations.length, count);
    this.isErratic = true;
  }

  /** From here on nobody knows what the shell runs, for the reason that `origin` names. */
  doubt(origin: string): void {
    this.environment.spoilRecordings();
    this.doubts = [...this.doubts, { origin, reach: Infinity }];
  }

  /** The shell as it is between two commands of its script. */
  save(): SavedShell {
    const { doubts, modes, traps, options, value, ended, steps } = this;
    return { environment: this.environment.save(), files: new Map(this.files), count: this.invocations.length, doubts, modes, traps, options: { ...options }, value, ended: ended === undefined ? undefined : settled(ended), steps };
  }

  /** Makes the shell what it was; what happened up to there must have been taken over. */
  restore({ environment, files, doubts, modes, traps, options, value, ended }: SavedShell): void {
    this.environment.restore(environment);
    this.files.clear();
    for (const [path, pieces] of files) this.files.set(path, pieces);
    this.doubts = doubts;
    this.modes = modes;
    this.traps = traps;
    this.options = { ...options };
    this.value = value;
    this.ended = ended;
  }

  /** Whether what follows will be for sure what followed then, but for where it stands. */
  isAs(saved: SavedShell): boolean {
    const { options } = saved;
    return sameModes(this.modes, saved.modes) && sameEntries(this.traps, saved.traps, (a, b) => a === b) && this.options.index === options.index && this.options.at === options.at
      && sameConditions(this.doubts, saved.doubts) && (saved.ended !== undefined || sameValue(this.value, saved.value)) && sameStatus(this.ended, saved.ended, this.invocations.length - saved.count)
      && sameEntries(this.files, saved.files, (a, b) => a === b) && this.environment.isAs(saved.environment);
  }

  /** Takes over what happened in a part of the script that took so many steps, unless that is too much. */
  takeOver(invocations: readonly Invocation[], steps: number): boolean {
    if (this.steps + steps > MOST_STEPS || this.invocations.length + invocations.length > MOST_INVOCATIONS) return false;
    this.steps += steps;
    for (const invocation of invocations) this.invocations.push(invocation);
    return true;
  }

  /** Undoes that, so that there are as many invocations as before. */
  giveBack(count: number, steps: number): void {
    this.steps -= steps;
    this.invocations.length = count;
  }

  /** How an invocation ends; undefined where nobody knows. */
  statusAt(step: number): number | undefined {
    return this.statusOf(this.invocations, step);
  }

  /** Runs something that happens elsewhere: the script comes to none of it. */
  elsewhere(run: () => void): void {
    const { reached } = this;
    this.reached = false;
    run();
    this.reached = reached;
  }

  /** Runs something that the script never comes to. */
  unreached(run: () => void): void {
    this.doubts = [];
    this.environment.forgetDepartures(0);
    this.conditions = [];
    // Where the script was given up, it was in the midst of something.
    this.silent = 0;
    this.loops = 0;
    this.around = 0;
    this.tested = 0;
    this.departures = undefined;
    this.subshell = undefined;
    this.output = undefined;
    this.errors = undefined;
    this.elsewhere(() => { this.apart(run); });
  }
}

const names = new WeakMap<object, string>();
let named = 0;

/** A name of its own for each part of a script. */
function nameOf(part: object): string {
  let name = names.get(part);
  if (name === undefined) names.set(part, name = String(++named));
  return name;
}

export const sameModes = (a: Modes, b: Modes): boolean => a === b || Object.keys(PLAIN_MODES).every((mode) => a[mode as keyof Modes] === b[mode as keyof Modes]);

/** `$?` after a command that ended so. */
const valueOf = (status: Status): Value => (typeof status === 'number' ? String(status) : status.assumed === true && status.succeeded !== false ? '0' : { origin: status.origin });

/** The status without what it was made of, which would be kept with it. */
const settled = (status: Status): Status => {
  if (typeof status === 'number') return status;
  const { origin, step, succeeded, assumed } = status;
  return { origin, step, succeeded, assumed };
};

/** Whether two commands ended alike, the one so many places behind the other. */
function sameStatus(a: Status | undefined, b: Status | undefined, behind: number): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return (a.step === undefined ? b.step === undefined : b.step !== undefined && a.step === b.step + behind)
    && a.succeeded === b.succeeded && a.assumed === b.assumed && a.origin === b.origin;
}
