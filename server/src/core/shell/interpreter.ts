import { Expander, type ExpansionHost } from './expand.ts';
import { splitText, type Separators } from './fields.ts';
import { allOf, isOpen, maySplit, type Positional } from './environment.ts';
import { END_OF_LOOP, END_OF_SHELL } from './departure.ts';
import { isBeside, redirected, write } from './redirect.ts';
import { oneStatus, runSimple } from './simple.ts';
import { runExitTrap, runTrap } from './trap.ts';
import { spanIn, type Source } from './source.ts';
import type { Comparison, Condition } from './invocation.ts';
import { EvaluationLimit } from './limit.ts';
import { ShellState, type Signal, type Status, type StatusOf, type UnknownStatus, type Way } from './state.ts';
import { Input, Output } from './stream.ts';
import type { Command, Redirect, TestExpression, Word } from './syntax/ast.ts';
import { comparisonOf, demandOf, testExpression, turned } from './test-command.ts';
import { isUnknown, oneOf, type Called, type Field, type Unknown, type Value } from './value.ts';

/** Reads files that a script names; undefined where there is none. */
export type ReadFile = (path: string) => string | undefined;

/** Commands that end the shell under `set -e` when they fail; of others it is one inside that does. */
const MAY_END: ReadonlySet<Command['kind']> = new Set(['simple', 'pipeline', 'subshell', 'test', 'arithmetic']);

/** Commands of which recordings take no note: they have input, output and processes of their own. */
const SPOILS_RECORDINGS: ReadonlySet<Command['kind']> = new Set(['pipeline', 'background', 'subshell']);

/** Rounds of a `while` loop that are followed. */
const MOST_ROUNDS = 4096;

type Compound<K extends Command['kind']> = Extract<Command, { kind: K }>;

/** Runs the commands of a script as far as its text tells what they do. Nothing is ever executed. */
export class Interpreter extends ShellState implements ExpansionHost {
  readonly expander: Expander;
  readonly readFile: ReadFile;

  constructor(positional: Positional, readFile: ReadFile, statusOf?: StatusOf, called?: Called) {
    super(positional, statusOf, called);
    this.readFile = readFile;
    this.expander = new Expander(this);
  }

  /** Runs a command; its status is that of the shell afterwards. */
  run(command: Command, source: Source): Status {
    const wasTrapped = this.traps.has('ERR');
    const status = this.dispatch(command, source);
    this.end(status);
    if (this.signal?.kind === 'exit' && this.signal.unset !== undefined) this.signal.unset.start ??= spanIn(source, command).start;
    if (this.minds && MAY_END.has(command.kind) && this.signal === undefined && this.isFailure(status)) this.failed(command, source, wasTrapped);
    return status;
  }

  /** A command has failed that nobody looks at; `isTrapped`: whether it began under a trap. */
  private failed(command: Command, source: Source, isTrapped: boolean): void {
    const trap = isTrapped ? this.traps.get('ERR') : undefined;
    if (trap !== undefined) this.testing(() => runTrap(this, trap));
    if (!this.modes.errexit || this.signal !== undefined) return;
    this.signal = { kind: 'exit' };
    // A shell inside of the script may end without it.
    if (this.endsAtFailure && this.questions === 0 && this.reached) this.failedAt ??= spanIn(source, command).start;
  }

  private dispatch(command: Command, source: Source): Status {
    if (SPOILS_RECORDINGS.has(command.kind)) this.environment.spoilRecordings();
    switch (command.kind) {
      case 'simple': return runSimple(this, command, source);
      case 'sequence': return this.sequence(command, source);
      case 'and': case 'or': return this.chained(command, source);
      case 'not': return negated(this.testing(() => this.run(command.command, source)));
      case 'background': this.background(command.command, source); return 0;
      case 'pipeline': return this.pipeline(command, source);
      case 'unfollowed': throw new EvaluationLimit();
      case 'function': this.environment.define(command.name, { body: command.body, source }); return 0;
      default: return redirected(this, command.redirects, source, () => this.compound(command, source));
    }
  }

  private background(command: Command, source: Source): void {
    const { reached, inBackground } = this;
    this.inBackground = true;
    this.inSubshell(() => this.run(command, source));
    this.inBackground = inBackground;
    this.reached = reached;
  }

  private compound(command: Extract<Command, { readonly redirects: readonly Redirect[] }>, source: Source): Status {
    switch (command.kind) {
      case 'simple': return runSimple(this, command, source);
      case 'group': return this.run(command.body, source);
      case 'subshell': return this.inSubshell(() => this.run(command.body, source), true);
      case 'if': return this.ifCommand(command, source, 0);
      case 'for': return this.forCommand(command, source);
      case 'arithmetic-for': return this.arithmeticFor(command, source);
      case 'while': return this.whileCommand(command, source);
      case 'case': return this.caseCommand(command, source);
      case 'test': return this.expressionStatus(command, source);
      case 'arithmetic': return this.arithmeticStatus(this.expander.arithmetic(command.expression, source));
    }
  }

  /** Runs a shell of its own to its end; its status. `hasStatus`: whether that is the one of the command that it is part of. */
  inSubshell(run: () => Status, hasStatus = false): Status {
    let status: Status = 0;
    this.apart(() => { status = this.leavable('exit', () => this.toItsEnd(run), hasStatus); });
    return status;
  }

  private toItsEnd(run: () => Status): Status {
    // What is to be run at the end of the shell around it is no affair of this one.
    this.traps = new Map([...this.traps].filter(([name]) => name !== 'EXIT'));
    let status: Status = 0;
    this.confined(() => { status = run(); }, END_OF_SHELL);
    if (this.signal !== undefined) status = isUnknown(this.status) ? { origin: this.status.origin } : Number(this.status) & 255;
    this.signal = undefined;
    runExitTrap(this);
    return status;
  }

  /** The status of a test. */
  truth(truth: boolean | 'unknown' | undefined, command: Command, source: Source, argument?: Condition['argument'], compares?: Comparison): Status {
    if (truth === undefined) return 2;
    if (truth !== 'unknown') return truth ? 0 : 1;
    const answer = compares && this.answered(compares);
    if (answer !== undefined) return answer === compares!.holds ? 0 : 1;
    return { origin: this.expander.origin(command, source), ...(argument && { argument }), ...(compares && { compares }) };
  }

  private expressionStatus(command: Compound<'test'>, source: Source): Status {
    const truth = testExpression(command.expression, this.expander, source);
    const values = truth === 'unknown' ? this.compared(command.expression, source) : undefined;
    return this.truth(truth, command, source, values && demandOf(values), values && comparisonOf(values));
  }

  /** The words of `[[ … ]]` where it compares one value with a text. */
  private compared(expression: TestExpression, source: Source): readonly Value[] | undefined {
    // What is run to be compared is not run again.
    if (expression.kind === 'not') {
      const operand = this.compared(expression.operand, source);
      return operand && ['!', ...operand];
    }
    if (expression.kind === 'unary') return isPlain(expression.operand) ? [expression.operator, this.expander.text(expression.operand, source)] : undefined;
    if (expression.kind !== 'binary' || this.modes.nocasematch || !isPlain(expression.left) || !isPlain(expression.right) || isPattern(this.expander.pattern(expression.right, source))) return undefined;
    return [this.expander.text(expression.left, source), expression.operator, this.expander.text(expression.right, source)];
  }

  arithmeticStatus(value: ReturnType<Expander['arithmetic']>): Status {
    return typeof value === 'bigint' ? Number(value === 0n) : { origin: value.origin };
  }

  private sequence({ commands }: Compound<'sequence'>, source: Source): Status {
    let status: Status = 0;
    for (const command of commands) {
      status = this.run(command, source);
      if (this.signal !== undefined) break;
    }
    return status;
  }

  private chained(command: Compound<'and' | 'or'>, source: Source): Status {
    const { kind, left, right } = command;
    const status = this.known(this.testing(() => this.run(left, source)));
    if (this.signal !== undefined) return status;
    let result: Status | undefined;
    const run = (): void => { result = this.run(right, source); };
    this.decide(status, kind === 'and' ? run : undefined, kind === 'or' ? run : undefined);
    if (result === undefined) return status;
    return typeof status === 'number' ? result : this.eitherStatus(command, status, result, source);
  }

  /** The status of a list whose right side runs or not, by the unknown one of its left side. */
  private eitherStatus(command: Compound<'and' | 'or'>, left: UnknownStatus, right: Status, source: Source): Status {
    const isAnd = command.kind === 'and';
    // The right side of a command that is expected to succeed runs behind `&&` and not behind `||`.
    if (left.assumed === true) return isAnd === (left.succeeded !== false) ? right : left;
    if (typeof right === 'number') return isAnd === (right === 0) ? left : right;
    return { origin: this.expander.origin(command, source) };
  }

  /** Goes on by a status: one way where it is known, else both. */
  private decide(status: Status, success: (() => void) | undefined, failure: (() => void) | undefined): void {
    if (typeof status === 'number') {
      (status === 0 ? success : failure)?.();
      return;
    }
    const { step, argument, compares, succeeded = true } = status;
    const when = (outcome: boolean): Condition =>
      ({ origin: status.origin, ...(argument && { argument }), ...(step === undefined ? {} : { step, succeeded: outcome === succeeded }) });
    if (status.assumed !== true) {
      this.fork([{ condition: when(true), compares, ...(success && { run: success }) }, { condition: when(false), ...(failure && { run: failure }) }]);
      return;
    }
    const [likely, unlikely] = succeeded ? [success, failure] : [failure, success];
    if (unlikely !== undefined) this.contrary(when(!succeeded), unlikely);
    if (likely !== undefined) this.assuming(when(succeeded), likely);
  }

  private pipeline({ commands }: Compound<'pipeline'>, source: Source): Status {
    let status: Status = 0;
    const { input, output } = this;
    const ends: Status[] = [];
    commands.forEach((command, index) => {
      const last = index === commands.length - 1;
      const pipe = last ? output : new Output(this.certainty);
      this.output = pipe;
      status = this.inSubshell(() => this.run(command, source), last || this.modes.pipefail);
      ends.push(status);
      this.output = output;
      this.input = pipe === undefined || last ? input : Input.of(pipe);
    });
    this.input = input;
    return this.modes.pipefail ? lastFailure(ends.map((each) => this.known(each))) : status;
  }

  private ifCommand(command: Compound<'if'>, source: Source, index: number): Status {
    const branch = command.branches[index];
    if (branch === undefined) return command.otherwise === undefined ? 0 : this.run(command.otherwise, source);
    const status = this.known(this.testing(() => this.run(branch.condition, source)));
    if (this.signal !== undefined) return status;
    let result: Status = typeof status === 'number' ? 0 : { origin: status.origin };
    const note = (some: Status): void => { if (typeof status === 'number' || status.assumed === true) result = some; };
    this.decide(status, () => { note(this.run(branch.body, source)); }, () => { note(this.ifCommand(command, source, index + 1)); });
    return result;
  }

  /** `select`: somebody chooses, as often as they like, and what is no choice leaves the name empty. */
  private menu({ name, body }: Compound<'for'>, fields: readonly (Field | string)[], source: Source): Status {
    const origin = `select ${name}`;
    const choices = fields.map((field): Value => (typeof field === 'string' ? field : field.unknown ?? field.text));
    this.confined(() => {
      this.uncertain(origin, () => {
        this.environment.set(name, oneOf([...choices, ''], origin));
        this.environment.set('REPLY', { origin });
        this.run(body, source);
      });
    }, END_OF_LOOP);
    return { origin };
  }

  private forCommand(command: Compound<'for'>, source: Source): Status {
    const { positional } = this.environment;
    const fields: readonly (Field | string)[] = command.words?.flatMap((word) => this.expander.fields(word, source))
      ?? (isOpen(positional) ? positional.words ?? [allOf(positional)] : positional);
    if (this.signal !== undefined) return Number(this.status);
    if (command.isMenu) return this.menu(command, fields, source);
    let status: Status = 0;
    this.confined(() => {
      for (const field of fields) {
        this.step();
        const { text, unknown = undefined } = typeof field === 'string' ? { text: field } : field;
        const words = unknown?.candidates !== undefined && typeof field !== 'string' && maySplit(field) ? wordsOfSome(unknown.candidates, this.expander.separators()) : undefined;
        if (words !== undefined) {
          if (words.some(({ word, isSure }) => this.roundFor(word, isSure ? undefined : unknown!.origin, command, source))) break;
          continue;
        }
        if (unknown !== undefined && typeof field !== 'string' && !isOneWord(field)) {
          this.uncertain(unknown.origin, () => {
            this.environment.set(command.name, unknown);
            this.run(command.body, source);
          });
          continue;
        }
        this.environment.set(command.name, unknown ?? text);
        if (this.round(() => { status = this.run(command.body, source); })) break;
      }
    }, END_OF_LOOP);
    return status;
  }

  /** Runs the body of a loop for a word, for sure or only if something holds that `origin` names; whether the loop is over. */
  private roundFor(word: string, origin: string | undefined, { name, body }: Compound<'for'>, source: Source): boolean {
    const run = (): void => {
      this.environment.set(name, word);
      this.run(body, source);
    };
    if (origin === undefined) return this.round(run);
    this.roundPerhaps(origin, run);
    return this.signal !== undefined;
  }

  private arithmeticFor({ first, condition, step, body }: Compound<'arithmetic-for'>, source: Source): Status {
    this.expander.arithmetic(first, source);
    return this.loop(source, body, () => {
      const text = this.expander.text(condition, source);
      return text === '' ? 0 : this.arithmeticStatus(this.expander.arithmetic(condition, source));
    }, () => { this.expander.arithmetic(step, source); });
  }

  private whileCommand({ until, condition, body }: Compound<'while'>, source: Source): Status {
    return this.loop(source, body, () => {
      const status = this.known(this.testing(() => this.run(condition, source)));
      return until ? negated(status) : status;
    }, () => undefined);
  }

  private loop(source: Source, body: Command, condition: () => Status, step: () => void): Status {
    let status: Status = 0;
    const { certainty } = this;
    const { length } = this.invocations;
    const guess = (origin: string): void => {
      let last: Status = 0;
      this.uncertain(origin, () => {
        last = this.run(body, source);
        const { signal } = this;
        if (signal !== undefined && !isNextRound(signal)) return;
        this.signal = undefined;
        step();
        condition();
        this.signal ??= signal;
      });
      status = oneStatus([status, last], origin);
    };
    this.confined(() => {
      let isOver = false;
      for (let rounds = 0; ; rounds++) {
        this.step();
        const isLeft = this.round(() => {
          const holds = condition();
          // What stands before the body may leave a round as well.
          if (this.signal !== undefined) return;
          isOver = typeof holds === 'number' && holds !== 0;
          if (isOver) return;
          if (rounds >= MOST_ROUNDS) this.forgetFrom(length);
          // Where something may have left the loop, nobody knows how often it still goes round.
          isOver = typeof holds !== 'number' || rounds >= MOST_ROUNDS || this.certainty > certainty;
          if (isOver) guess(typeof holds === 'number' ? this.expander.origin({ start: body.start, end: body.end }, source) : holds.origin);
          else status = this.run(body, source);
        });
        if (isLeft || isOver) break;
        step();
      }
    }, END_OF_LOOP);
    return status;
  }

  private caseCommand(command: Compound<'case'>, source: Source): Status {
    const value = this.expander.text(command.word, source);
    if (this.signal !== undefined) return Number(this.status);
    return this.clauses(command, value, 0, this.expander.origin({ start: command.start, end: command.word.end }, source), source);
  }

  /** The clauses from `index` on: the first that fits, or each that may. */
  private clauses(command: Compound<'case'>, value: Value, index: number, origin: string, source: Source): Status {
    const ways: Way[] = [];
    let left = value;
    for (let at = index; at < command.clauses.length; at++) {
      const { patterns } = command.clauses[at]!;
      const texts = patterns.map((pattern) => this.expander.pattern(pattern, source));
      const comparisons = texts.map((text) => (isPattern(text) || this.modes.nocasematch ? undefined : comparisonOf([left, '=', text])));
      const fits = texts.map((text, place) => (text === '*' ? true : (comparisons[place] && this.answered(comparisons[place])) ?? this.expander.fits(left, text)));
      const isSure = fits.includes(true);
      if (isSure && ways.length === 0) return this.clause(command, value, at, origin, source);
      if (!isSure && fits.every((each) => each === false)) continue;
      const text = this.expander.origin({ start: patterns[0]!.start, end: patterns.at(-1)!.end }, source);
      ways.push({ condition: { origin: `${origin} in ${text}`, ...demandOfClause(value, texts), ...among(value, texts) }, ...(texts.length === 1 && { compares: comparisons[0] }), run: () => { this.clause(command, value, at, origin, source); } });
      if (isSure) {
        this.fork(ways);
        return { origin };
      }
      left = this.remaining(left, texts);
    }
    if (ways.length === 0) return 0;
    this.fork([...ways, { condition: { origin } }]);
    return { origin };
  }

  private clause(command: Compound<'case'>, value: Value, at: number, origin: string, source: Source): Status {
    const { body, end } = command.clauses[at]!;
    const status = this.run(body, source);
    if (this.signal !== undefined || end === ';;') return status;
    if (end === ';;&') return this.clauses(command, value, at + 1, origin, source);
    return at + 1 < command.clauses.length ? this.clause(command, value, at + 1, origin, source) : status;
  }

  /** The value when none of the patterns fits. */
  private remaining(value: Value, patterns: readonly Value[]): Value {
    if (!isUnknown(value) || value.candidates === undefined) return value;
    const left = value.candidates.filter((each) => !patterns.some((pattern) => !isUnknown(pattern) && this.expander.fits(each, pattern) === true));
    return left.length === 1 ? left[0]! : { ...value, candidates: left };
  }

  capture(body: Command, source: Source, origin: string): Value {
    this.captures++;
    // Nothing ends there, so that `$?` stays what it was.
    if (isSequenceEmpty(body)) return '';
    const { output } = this;
    const captured = new Output(this.certainty);
    this.output = captured;
    const result = this.inSubshell(() => {
      if (this.isBash && !this.modes.inheritErrexit) this.modes = { ...this.modes, errexit: false };
      return this.run(body, source);
    });
    this.output = output;
    this.end(result);
    const { value } = captured;
    if (!isUnknown(value)) return value.replace(/\n+$/u, '');
    const { program, beside } = value;
    return { origin, ...(program !== undefined && { program }), ...(beside !== undefined && captured.isOnlyUnknown && { beside }) };
  }

  isBeside(path: Value): boolean {
    return isBeside(this, path);
  }

  perhaps(origin: string, run: () => void): void {
    this.fork([{ condition: { origin }, run }, { condition: { origin } }]);
  }

  provide(body: Command, source: Source, origin: string): Unknown {
    const file = { origin };
    write(this, file, false, this.printedBy(body, source));
    return file;
  }

  /** What a command prints that runs beside the shell. */
  printedBy(body: Command, source: Source): Output {
    const { output } = this;
    const printed = new Output(this.certainty);
    this.output = printed;
    this.inSubshell(() => this.run(body, source));
    this.output = output;
    return printed;
  }

  /** Prints something, where anybody listens. */
  print(value: Value, start: number, end: number): void {
    const { output } = this;
    if (output === undefined) return;
    if (isUnknown(value)) output.add(value, this.certainty);
    else if (this.certainty > output.certainty) output.add({ origin: value }, this.certainty);
    else output.pieces.push({ text: value, start, end });
  }
}

/** Whether a loop goes on with its next round. */
const isNextRound = ({ kind, levels }: Signal): boolean => kind === 'continue' && levels === 1;

/** `$?` for a status. What is expected to succeed counts as having done so. */
/** Whether a word of the script becomes one argument for sure: what is quoted, but no array, and the path of a program, which is expected to be there. */
const isOneWord = (word: Field): boolean => word.unknown?.program !== undefined || (!maySplit(word) && !word.text.includes('@'));

const isSequenceEmpty = (command: Command): boolean => command.kind === 'sequence' && command.commands.length === 0;

/** The words of one of several texts, those that each has first for sure; undefined where they do not begin alike. */
function wordsOfSome(texts: readonly string[], separators: Separators): readonly { readonly word: string; readonly isSure: boolean }[] | undefined {
  const lists = texts.map((text) => splitText(text, separators));
  const longest = lists.reduce((a, b) => (b.length > a.length ? b : a));
  if (!lists.every((list) => list.every((word, index) => word === longest[index]))) return undefined;
  return longest.map((word, index) => ({ word, isSure: lists.every((list) => list.length > index) }));
}

/** The status of a pipeline under `set -o pipefail`. */
function lastFailure(ends: readonly Status[]): Status {
  return ends.findLast((status) => status !== 0 && (typeof status === 'number' || status.assumed !== true)) ?? ends.at(-1)!;
}

function negated(status: Status): Status {
  if (typeof status === 'number') return Number(status === 0);
  const { origin, step, succeeded, assumed } = status;
  const compares = turned(status.compares);
  const rest = { ...(assumed !== undefined && { assumed }), ...(compares && { compares }) };
  return step === undefined ? { origin: `! ${origin}`, ...rest } : { origin, step, succeeded: succeeded === false, ...rest };
}

/** Which argument of the script a clause asks for. */
function demandOfClause(value: Value, patterns: readonly Value[]): Pick<Condition, 'argument'> {
  const argument = patterns.map((pattern) => demandOf([value, '=', pattern])).find((demand) => demand !== undefined);
  return argument === undefined ? {} : { argument };
}

/** What a clause says of the value, where that is one of some texts in it. */
const among = (value: Value, patterns: readonly Value[]): Pick<Condition, 'among'> =>
  (isUnknown(value) && value.id !== undefined && patterns.every((pattern): pattern is string => !isUnknown(pattern) && !isPattern(pattern)) ? { among: { subject: value.id, texts: patterns } } : {});

/** Whether a pattern may stand for other texts than itself. */
const isPattern = (pattern: Value): boolean => !isUnknown(pattern) && /[*?[\\(]/u.test(pattern);

const isPlain = ({ parts }: Word): boolean => parts.every((part) => part.kind === 'text' || (part.kind === 'parameter' && part.operator === undefined));
