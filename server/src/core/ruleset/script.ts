import { stackOf, type Backend, type Family, type Stack } from '../netfilter.ts';
import { evaluateScript, type Evaluation } from '../shell/evaluate.ts';
import type { Positional } from '../shell/environment.ts';
import type { ReadFile } from '../shell/interpreter.ts';
import { sameAnswers, sameDemand, type Invocation } from '../shell/invocation.ts';
import type { Trail } from '../shell/trail.ts';
import { ScriptText, hereDocumentEnd, type Chunk } from '../shell/script-text.ts';
import type { Command, SimpleCommand } from '../shell/syntax/ast.ts';
import { regionsIn } from '../shell/syntax/regions.ts';
import { assignmentsIn, functionsIn, loopAround, shareOf, type Share } from '../shell/syntax/walk.ts';
import { called, type Field } from '../shell/value.ts';
import type { Argument, Line, LineContent, ShellCommand } from '../syntax/line.ts';
import type { LineParser } from '../syntax/parser.ts';
import type { BoundLine } from './bound-line.ts';
import { Dependents, isDoubtful, type Dependence } from './dependents.ts';
import type { Rerun } from './execution/rerun.ts';
import type { RestoreRun } from './execution/restore-file.ts';
import type { Ruleset } from './model.ts';
import { carriedOver, placesAfter, type Hunk } from '../hunks.ts';
import { sharedEnds } from '../shared-ends.ts';
import type { Span } from '../text.ts';
import { Layout } from './layout.ts';
import { Recent, Round } from './recent.ts';
import { RestoredLines, type RestoredLine } from './restored.ts';
import type { RestoredText } from './restored-text.ts';
import { argumentOf, commandsOf, restOf, sameArgument, sameCommand, sameContent, wordsOf } from './script-command.ts';
import { goneLines, sameInvocation, stepsAfter, type Before, type Kept, type Steps } from './script-edit.ts';
import { sameStep, type ScriptStep } from './script-step.ts';
import { Statuses } from './statuses.ts';
import { StepCounts } from './step-counts.ts';

/** Physical lines of a script, first and last. */
export interface LineRegion {
  readonly first: number;
  readonly last: number;
}

/** Where a function of a script is defined. */
export interface FunctionRegion extends LineRegion {
  readonly name: string;
}

/** What a script runs in, as far as that decides how its commands end. */
export interface ScriptContext {
  /** What the kernel holds of a family before the first line. */
  from(family: Family): Ruleset | undefined;
  /** What is known of the arguments with which it is run. */
  readonly call: Positional;
  /** The execution of the lines that are for some tables, from what the kernel holds before the first one. */
  execution(stack: Stack, backend: Backend): Rerun;
  /** The step as it is executed at a line. */
  boundStep(line: Line, step: ScriptStep): BoundLine;
}

/** A line that a shell can't read, and what it expects and does not find. */
export interface BrokenLine {
  readonly line: Line;
  readonly expected: string;
  /** Whether it takes the rest for text and goes on, as it does with a here-document. */
  readonly goesOn: boolean;
}

/** The line at which a script ends because a parameter is not set, and the parameter. */
export interface UnsetLine {
  readonly line: Line;
  readonly name: string;
}

/** A script as it was evaluated last. */
export interface ScriptReading {
  /** The lines with what the evaluation made of them; a line that means what it meant before keeps its object. */
  readonly lines: readonly Line[];
  readonly steps: readonly ScriptStep[];
  /** The line of a step. */
  lineOf(step: ScriptStep): Line;
  /** The tables that a line is for which iptables-restore reads. */
  stackOf(line: Line): Stack | undefined;
  /** All the tables that its commands work on. */
  readonly stacks: readonly Stack[];
  /** The places of the steps that the script comes to and of which nobody knows whether they run. */
  readonly doubtful: readonly number[];
  /** What those depend on. */
  readonly dependences: readonly Dependence[];
  readonly givenUpAt: Line | undefined;
  /** Where a shell ends because it can't read on, and what it expects there and does not find. */
  readonly broken: BrokenLine | undefined;
  /** The command at which the script ends because it fails under `set -e`. */
  readonly failedAt: Line | undefined;
  readonly unset: UnsetLine | undefined;
  /** What it has in common with the reading before. */
  readonly kept: KeptSteps | undefined;
  /** The steps as they are with a back end, by which the statuses go that the script looks at. */
  stepsWith(backend: Backend): readonly ScriptStep[];
}

/** Which steps are those of another reading, in which `steps` was all, and stand on the same lines. */
export interface KeptSteps {
  readonly steps: readonly ScriptStep[];
  /** Steps that stand in the place of those; the others are the same, one after the other, */
  readonly hunks: readonly Hunk[];
  /** but for those at these places, whose lines say something else. */
  readonly renewed: readonly number[];
}

const SHELL: LineContent = { kind: 'shell' };
/** What an iptables-restore reads that reads nothing. */
const BLANK: LineContent = { kind: 'blank' };
/** What a script that runs iptables has somewhere in it; every third script has a `script` or a `description`. */
const MENTION = /(?<!r)ip6?t/iu;

/** Whether a script may run iptables, as far as a look at its text tells. */
export const mayRunIptables = (script: string): boolean => MENTION.test(script);

/** A first line by which a shell ends at the first command that fails, and one by which it ends at what is not set. */
const ERREXIT = /^#!\s*\S+\s+-\w*e/u;
const NOUNSET = /^#!\s*\S+\s+-\w*u/u;
const BASH = /^#!.*\bbash\b/u;

/** A script as it was followed with one back end. */
interface Followed extends Steps {
  readonly evaluation: Evaluation;
  /** What an edit has left as it was. */
  readonly kept: Kept | undefined;
  /** How its commands end, as far as it looks at that. */
  readonly statuses: Statuses;
}

/** A script as it was read last. */
interface LastReading extends Before {
  readonly statuses: Statuses;
  readonly lines: readonly Line[];
  readonly settled: readonly ScriptStep[];
  readonly stacks: readonly Stack[];
  readonly doubtful: readonly number[];
  readonly dependents: Dependents;
  readonly broken: ReadonlySet<Line>;
}

/** What an iptables-restore read, and its steps, which have something in common. */
interface LastRestored {
  readonly text: RestoredText;
  readonly common: Common;
  readonly steps: readonly ScriptStep[];
}

/** The lines of a script with what they say. */
interface Said {
  readonly lines: readonly Line[];
  /** The lines of before, as each stands alone, that say something else now. */
  readonly renewed: ReadonlySet<Line>;
}

/** What the kernel holds before the first line, for each family. */
type Starts = readonly (Ruleset | undefined)[];

const NO_LINES: ReadonlySet<Line> = new Set();

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** What a command became on its line, by the words with which it ran. */
interface Runs {
  readonly alone: Line;
  readonly commands: Recent<ShellCommand>;
}

/** Conditions under which one command runs that are remembered. */
const MOST_WAYS = 8;

/** Evaluates a script and says what each of its lines means. */
export class Script {
  private readonly readFile: ReadFile;
  private readonly restored: RestoredLines;
  private readonly text = new ScriptText();
  private readonly called = called();
  /** Of what the text holds. */
  private layout = new Layout([]);
  /** The last line that was made of each line as it stands alone. */
  private readonly made = new WeakMap<Line, Line>();
  /** The commands that each line holds, which go on where they are the same. */
  private readonly commands = new WeakMap<Line, readonly ShellCommand[]>();
  private readonly ran = new WeakMap<SimpleCommand, Runs>();
  private readonly commandSteps = new WeakMap<Invocation, readonly ScriptStep[]>();
  private readonly stepsOfCommands = new WeakMap<ShellCommand, readonly (readonly ScriptStep[])[]>();
  /** The runs of iptables-restore that a line stands for, in their order. */
  private readonly runs = new WeakMap<Line, RestoreRun[]>();
  private readonly restoreSteps = new WeakMap<RestoredLine, ScriptStep>();
  /** What each iptables-restore read last. */
  private readonly lastRestored = new WeakMap<RestoreRun, LastRestored>();
  /** The tables that lines are for which an iptables-restore reads. */
  private readonly stacks = new WeakMap<Line, Stack>();
  private last: LastReading | undefined;
  private round = new Round();
  /** How it was followed last, with each back end. */
  private readonly trails = new Map<Backend, { readonly trail: Trail; readonly starts: Starts; readonly positional: Positional }>();
  /** Lines that said something during the evaluation that they may not say in the end. */
  private readonly meanwhile = new Set<Line>();
  private readonly askedSteps = new WeakMap<ScriptStep, ScriptStep>();

  constructor(parser: LineParser, readFile: ReadFile) {
    this.readFile = readFile;
    this.restored = new RestoredLines(parser);
  }

  /** What of a list of commands a line begins with. */
  share(line: Line): Share {
    const { command, span } = this.spanInChunk(line);
    return command === undefined ? 'none' : shareOf(command, span);
  }

  /** Index of the line above which a command runs once, before all loops around a line; undefined where none can stand there. */
  placeBeforeLoops(line: Line): number | undefined {
    const { command, span, chunkStart } = this.spanInChunk(line);
    const loop = command && loopAround(command, span.start);
    if (loop === undefined && this.share(line) === 'none') return undefined;
    const start = chunkStart + (loop ?? span.start);
    const index = this.layout.indexAt(start);
    return /^\s*$/u.test(this.layout.text.slice(this.layout.starts[index], start)) ? index : undefined;
  }

  /** The command that a shell reads together with a line, where that begins, and what the line is of it. */
  private spanInChunk({ number }: Line): { readonly command: Command | undefined; readonly chunkStart: number; readonly span: Span } {
    const { starts, lines } = this.layout;
    const index = firstFrom(lines, (line) => line.number >= number);
    const chunks = this.text.chunks;
    const chunk = chunks[firstFrom(chunks, ({ start, text }) => start + text.length > starts[index]!)];
    const chunkStart = chunk?.start ?? 0;
    const start = starts[index]! - chunkStart;
    const { text, eol } = lines[index]!;
    return { command: chunk?.command, chunkStart, span: { start: start + text.length - text.trimStart().length, end: start + text.length + eol.length } };
  }

  /** The lines that a shell takes together, each without that of the word that ends them. */
  regions(): readonly LineRegion[] {
    return this.onLines(regionsIn, () => ({}));
  }

  /** The functions that it defines. */
  functions(): readonly FunctionRegion[] {
    return this.onLines(functionsIn, ({ name }) => ({ name }));
  }

  /** The lines of what is found in the commands of each chunk, with what is told of it. */
  private onLines<S extends Span, T>(found: (command: Command, text: string) => readonly S[], told: (span: S) => T): (LineRegion & T)[] {
    const ends = [...this.layout.text.matchAll(/\n|$/gu)].map(({ index }) => index);
    const lineAt = (offset: number): number => firstFrom(ends, (end) => end >= offset);
    return this.text.chunks.flatMap(({ command, text, start }) => (command === undefined ? [] : found(command, text).map((span) => ({ first: lineAt(start + span.start), last: lineAt(start + span.end - 1), ...told(span) }))));
  }

  /** The variables that are set to a text as it stands, each to the last one. */
  variables(): ReadonlyMap<string, string> {
    const assignments = this.text.chunks.flatMap(({ command }) => (command === undefined ? [] : assignmentsIn(command)));
    return new Map(assignments.flatMap(({ name, index, append, value }) => (index === undefined && !append && 'parts' in value && value.literal !== undefined ? [[name, value.literal]] : [])));
  }

  /** The files that it has read or looked for, by the paths that lead there. */
  get filesRead(): ReadonlySet<string> {
    return new Set([...this.trails.values()].flatMap(({ trail }) => [...trail.filesRead]));
  }

  /** Whether those still hold the same. */
  get isUpToDate(): boolean {
    return [...this.trails.values()].every(({ trail }) => trail.isUpToDate(this.readFile));
  }

  /** `alone`: the lines as the grammar reads each by itself. */
  read(alone: readonly Line[], context: ScriptContext): ScriptReading {
    const { last } = this;
    this.round.end();
    this.round = new Round();
    this.last = undefined;
    this.meanwhile.clear();
    const layout = new Layout(alone, this.layout);
    if (!mayRunIptables(layout.text)) return withoutCommands(alone.map((line) => this.lineOf(line, plain(line, false))));
    this.text.update(layout.text, layout.sharedWith(this.layout));
    this.layout = layout;
    const followed = this.follow(layout, context, 'nft', last);
    const { evaluation, statuses, steps, ends, kept } = followed;
    const broken = brokenLines(layout, this.text.chunks);
    const { hunks, stepsBefore, doubtfulBefore, dependents, counts } = kept === undefined
      ? { hunks: [{ start: 0, end: steps.length, startBefore: 0, endBefore: 0 }], stepsBefore: [], doubtfulBefore: [], dependents: new Dependents(), counts: new StepCounts() }
      : { hunks: kept.hunks, stepsBefore: last!.steps, doubtfulBefore: last!.doubtful, dependents: last!.dependents, counts: last!.counts };
    counts.change(hunks, steps, stepsBefore);
    dependents.change(hunks, steps, stepsBefore);
    const { lines, renewed } = kept === undefined ? { lines: this.saying(layout.lines, steps, broken), renewed: NO_LINES } : this.linesAfter(layout, steps, kept, broken, last!);
    const lineAt = (offset: number | undefined): Line | undefined => (offset === undefined ? undefined : lines[layout.indexAt(offset)]);
    const keptSteps = kept && { steps: last!.settled, hunks, renewed: placesOn(renewed, steps) };
    const settled = keptSteps === undefined ? this.settled(steps) : this.settledAfter(steps, keptSteps);
    const stacks = kept === undefined ? stacksOf(steps) : stacksAfter(steps, kept, last!.stacks);
    const doubtful = placesAfter(doubtfulBefore, hunks, (place) => isDoubtful(steps[place]!));
    this.last = { layout, evaluation, statuses, steps, ends, lines, settled, stacks, doubtful, dependents, counts, broken };
    this.round.end();
    let legacy: readonly ScriptStep[] | undefined;
    return {
      lines, steps: settled, lineOf: (step) => this.made.get(step.alone)!, stackOf: (line) => this.stacks.get(line), stacks, doubtful, dependences: dependents.dependences(steps, doubtful),
      givenUpAt: lineAt(evaluation.givenUpAt), failedAt: lineAt(evaluation.failedAt), unset: evaluation.unset && { line: lineAt(evaluation.unset.start)!, name: evaluation.unset.name },
      broken: evaluation.broken && brokenBy(evaluation.broken, lineAt(evaluation.broken.start)!),
      kept: keptSteps,
      stepsWith: (backend) => (backend === 'nft' || !statuses.wasAsked ? settled : legacy ??= this.settled(this.follow(layout, context, backend, undefined).steps)),
    };
  }

  /** The lines after an edit; what is said anew is what the edit, or another course of the script, has made different. */
  private linesAfter(layout: Layout, steps: readonly ScriptStep[], { hunks, first, last, lastBefore, touched }: Kept, broken: ReadonlySet<Line>, before: LastReading): Said {
    const changed = new Set([...layout.lines.slice(first, last), ...touched, ...this.meanwhile]);
    for (const line of broken) if (!before.broken.has(line)) changed.add(line);
    for (const line of before.broken) if (!broken.has(line)) changed.add(line);
    const said = sayings(before.counts.on(changed, steps, hunks));
    const renewed = new Set<Line>();
    const lines = layout.lines.map((alone, index) => {
      const known = index < first ? before.lines[index] : index < last ? undefined : before.lines[index - last + lastBefore];
      if (known !== undefined && !changed.has(alone)) return this.numbered(known, alone);
      const line = this.lineSaying(alone, said.get(alone), broken.has(alone));
      if (known !== undefined && line !== known) renewed.add(alone);
      return line;
    });
    return { lines, renewed };
  }

  private saying(lines: readonly Line[], steps: readonly ScriptStep[], broken: ReadonlySet<Line>): readonly Line[] {
    const said = sayings(steps);
    return lines.map((line) => this.lineSaying(line, said.get(line), broken.has(line)));
  }

  private follow(layout: Layout, context: ScriptContext, backend: Backend, before: LastReading | undefined): Followed {
    const known = new Map<Invocation, readonly ScriptStep[]>();
    const turns = new Map<Line, number>();
    const stepsOf = (invocation: Invocation): readonly ScriptStep[] => {
      if (invocation.tool === 'iptables') return this.stepOf(invocation, layout);
      let steps = known.get(invocation);
      if (steps === undefined) known.set(invocation, steps = this.stepsOfRestore(invocation, layout, turns));
      return steps;
    };
    // Lines say what iptables-nft makes of them.
    const lineOf = (step: ScriptStep): Line => (backend === 'nft' ? this.lineMeanwhile(step) : this.made.get(step.alone) ?? step.alone);
    const statusesBefore = before && { statuses: before.statuses, isSame: sameInvocation(before, goneLines(layout, before)) };
    const statuses = new Statuses({ executionOf: (stack) => context.execution(stack, backend), linesOf: (invocation) => stepsOf(invocation).map((step) => context.boundStep(lineOf(step), step)) }, statusesBefore);
    const starts = FAMILIES.map((family) => context.from(family));
    const positional = context.call;
    const opening = layout.lines[0]?.text ?? '';
    const evaluation = evaluateScript(this.text.chunks, {
      positional, readFile: this.readFile, called: this.called,
      errexit: ERREXIT.test(opening), nounset: NOUNSET.test(opening), isBash: BASH.test(opening), statusOf: (invocations, step) => statuses.statusOf(invocations, step),
      rewind: (count) => { statuses.rewind(count); }, trail: this.trailFrom(backend, starts, positional),
    });
    statuses.forgetBefore();
    this.trails.set(backend, { trail: evaluation.trail, starts, positional });
    const { invocations, asked } = evaluation;
    const stepsAt = (place: number): readonly ScriptStep[] => {
      const steps = stepsOf(invocations[place]!);
      return asked.has(place) ? steps.map((step) => this.withAsking(step)) : steps;
    };
    return { evaluation, statuses, ...stepsAfter(layout, evaluation, stepsAt, before) };
  }

  /** The way that the script took last, where it was called alike and began with what the kernel is said to hold now. */
  private trailFrom(backend: Backend, starts: Starts, positional: Positional): Trail | undefined {
    const known = this.trails.get(backend);
    return known?.positional === positional && known.starts.every((start, index) => start === starts[index]) ? known.trail : undefined;
  }

  /** The step of a command, the same one as long as the command and its line stay. */
  private stepOf(invocation: Invocation, layout: Layout): readonly ScriptStep[] {
    const index = layout.indexAt((invocation.base?.start ?? 0) + invocation.home.start);
    const alone = layout.lines[index]!;
    const before = this.commandSteps.get(invocation);
    if (before?.[0]!.alone === alone) return before;
    const { family, namespace, ends, reached } = invocation;
    const steps = this.asBefore({ alone, family, namespace, command: this.known(invocation, layout, index), content: undefined, ...conditionalOf(invocation), ...(ends && { ends }), reached });
    this.commandSteps.set(invocation, steps);
    return steps;
  }

  /** The step, or the one that it was before the text around its command was read anew. */
  private asBefore(step: ScriptStep): readonly ScriptStep[] {
    const before = this.stepsOfCommands.get(step.command!) ?? [];
    const known = before.find(([other]) => sameStep(step, other!));
    if (known !== undefined) return known;
    const steps = [step];
    this.stepsOfCommands.set(step.command!, [...before.slice(1 - MOST_WAYS), steps]);
    return steps;
  }

  /** Steps of what an iptables-restore reads. */
  private stepsOfRestore(invocation: Invocation, layout: Layout, turns: Map<Line, number>): readonly ScriptStep[] {
    const { family, namespace, reached, input, base, home } = invocation;
    const doubt = conditionalOf(invocation);
    const alone = layout.lines[layout.indexAt((base?.start ?? 0) + home.start)]!;
    const turn = turns.get(alone) ?? 0;
    turns.set(alone, turn + 1);
    const restore = this.runOf(alone, turn, { options: invocation.restore!, conditional: doubt.conditional });
    const common: Common = { family, namespace, command: undefined, restore, ...doubt, reached };
    if (input !== undefined && 'origin' in input) return [{ ...common, alone, begins: true, content: SHELL, unknownInput: input.origin }];
    const last = this.lastRestored.get(restore);
    const text = this.restored.of(invocation, layout, this.round, last?.text);
    const { lines } = text;
    if (lines.length === 0) return [{ ...common, alone, begins: true, content: BLANK }];
    const isAsBefore = last !== undefined && hasInCommon(last.common, common);
    const { start, end } = isAsBefore ? sharedEnds(lines, last.text.lines) : { start: 0, end: 0 };
    // What was read before and behind an edit has its steps in the same order.
    const steps = [
      ...last?.steps.slice(0, start) ?? [], ...lines.slice(start, lines.length - end).map((line, index) => this.restoreStep(line, common, start + index === 0)), ...last?.steps.slice(last.steps.length - end) ?? [],
    ];
    // The first line may have been another one.
    const next = lines.length - end;
    if (start === 0 && end > 0) steps[next] = this.restoreStep(lines[next]!, common, next === 0);
    this.lastRestored.set(restore, { text, common, steps });
    return steps;
  }

  /** The step of a line that an iptables-restore reads, the same one as long as both stay. */
  private restoreStep(line: RestoredLine, common: Common, begins: boolean): ScriptStep {
    const known = this.restoreSteps.get(line);
    if (known !== undefined && hasInCommon(known, common) && begins === (known.begins === true)) return known;
    const step: ScriptStep = { ...common, ...line, ...(begins && { begins: true }) };
    this.restoreSteps.set(line, step);
    return step;
  }

  /** The run of an iptables-restore, the same one as long as its line and the way in which it is called stay. */
  private runOf(alone: Line, turn: number, run: RestoreRun): RestoreRun {
    let runs = this.runs.get(alone);
    if (runs === undefined) this.runs.set(alone, runs = []);
    const known = runs[turn];
    return known !== undefined && JSON.stringify(known) === JSON.stringify(run) ? known : (runs[turn] = run);
  }

  /** The step as one at whose end the script looks. */
  private withAsking(step: ScriptStep): ScriptStep {
    let asked = this.askedSteps.get(step);
    if (asked === undefined) this.askedSteps.set(step, asked = { ...step, asked: true });
    return asked;
  }

  /** The steps with what their lines say, where that is the same. */
  private settled(steps: readonly ScriptStep[]): readonly ScriptStep[] {
    return steps.map((step) => this.settledStep(step));
  }

  private settledAfter(steps: readonly ScriptStep[], { steps: before, hunks, renewed }: KeptSteps): readonly ScriptStep[] {
    const settled = carriedOver(before, hunks, (place) => this.settledStep(steps[place]!));
    for (const place of renewed) settled[place] = this.settledStep(steps[place]!);
    return settled;
  }

  private settledStep(step: ScriptStep): ScriptStep {
    if (!readsContent(step)) return step;
    const line = this.made.get(step.alone)!;
    this.stacks.set(line, stackOf(step));
    const { content } = line;
    return step.content !== content && sameContent(step.content, content) ? { ...step, content } : step;
  }

  /** The command of the line that an invocation is; the one that it was before, where its words are the same. */
  private known(invocation: Invocation, layout: Layout, index: number): ShellCommand {
    const { command } = invocation;
    const alone = layout.lines[index]!;
    const words = wordsOf(invocation);
    let runs = this.ran.get(command);
    const isNew = runs?.alone !== alone;
    if (isNew) this.ran.set(command, runs = { alone, commands: new Recent() });
    const made = (): ShellCommand => this.sameOnLine(alone, this.command(invocation, layout, index), isNew || words === undefined);
    return words === undefined ? made() : runs!.commands.of(words, this.round, made);
  }

  /** The command, or the same one that stands on the line already; `adds`: whether it stands there from now on. */
  private sameOnLine(alone: Line, command: ShellCommand, adds: boolean): ShellCommand {
    const others = this.commands.get(alone) ?? [];
    const same = others.find((other) => sameCommand(other, command));
    // What runs a text reads it anew each time.
    if (same === undefined && adds) this.commands.set(alone, [...others, command]);
    return same ?? command;
  }

  private command({ program, arguments: args, family, namespace, base, home }: Invocation, layout: Layout, index: number): ShellCommand {
    const { text, content } = layout.lines[index]!;
    const start = layout.starts[index]! - (base?.start ?? 0);
    const read = new Map(content.kind === 'command' ? content.arguments.map((argument) => [argument.start, argument]) : []);
    // Most words are what the grammar reads, too, and one object will do.
    const argument = (field: Field): Argument => {
      const made = argumentOf(field, text, start);
      const alike = read.get(made.start);
      return alike !== undefined && sameArgument(made, alike) ? alike : made;
    };
    return {
      kind: 'command', program: argumentOf(program, text, start), arguments: args.map(argument), family, ...(namespace !== undefined && { namespace }),
      rest: restOf(text, home.end - start),
    };
  }

  /** The line of a step while the script is being evaluated: most lines will say what one step does. */
  private lineMeanwhile({ alone, command }: ScriptStep): Line {
    const line = this.made.get(alone);
    if (command === undefined) return line ?? alone;
    const isKnown = line?.content.kind === 'command' && commandsOf(line.content).some((each) => sameCommand(each, command));
    if (isKnown) return line;
    this.meanwhile.add(alone);
    return this.lineOf(alone, command);
  }

  /** The line with what the steps say that stand on it. */
  private lineSaying(alone: Line, said: Sayings | undefined, broken: boolean): Line {
    const steps = said === undefined ? [] : 'alone' in said ? [said] : said.steps;
    const commands = steps.flatMap(({ command }) => command ?? []);
    this.commands.set(alone, commands);
    const [first, ...others] = commands;
    return this.lineOf(alone, first === undefined ? steps[0]?.content ?? plain(alone, broken) : others.length === 0 ? first : { ...first, others });
  }

  private lineOf(alone: Line, content: LineContent): Line {
    const before = this.made.get(alone);
    const line = before !== undefined && sameContent(before.content, content) ? before : content === alone.content ? alone : { ...alone, content };
    this.made.set(alone, line);
    return this.numbered(line, alone);
  }

  private numbered(line: Line, { number }: Line): Line {
    line.number = number;
    return line;
  }
}

function brokenBy({ broken, unended }: Chunk, line: Line): BrokenLine {
  return broken === undefined ? { line, expected: hereDocumentEnd(unended!), goesOn: true } : { line, expected: broken, goesOn: false };
}

/** The place of the first of some in their order from which on all fit. */
function firstFrom<T>(sorted: readonly T[], fits: (each: T) => boolean): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The lines of chunks that could not be read as shell. */
function brokenLines(layout: Layout, chunks: readonly Chunk[]): ReadonlySet<Line> {
  return new Set(chunks.filter(({ broken }) => broken !== undefined).map(({ start }) => layout.lines[layout.indexAt(start)]!));
}

/** The tables that steps are for, in the order in which they come to them. */
function stacksOf(steps: readonly ScriptStep[]): readonly Stack[] {
  const stacks = new Set<Stack>();
  let last: ScriptStep | undefined;
  for (const step of steps) {
    if (step.family !== last?.family || step.namespace !== last.namespace) stacks.add(stackOf(step));
    last = step;
  }
  return [...stacks];
}

/** The same after an edit; `before`: the tables before it. */
function stacksAfter(steps: readonly ScriptStep[], { hunks }: Kept, before: readonly Stack[]): readonly Stack[] {
  const isAsBefore = before.length === 1 && steps.length > 0 && hunks.every(({ start, end }) => steps.slice(start, end).every((step) => stackOf(step) === before[0]));
  return isAsBefore ? before : stacksOf(steps);
}

/** What a line says: a step, or the first one and those that bring further commands. */
type Sayings = ScriptStep | Several;

interface Several {
  readonly steps: ScriptStep[];
  readonly commands: Set<ShellCommand | undefined>;
}

function sayings(steps: readonly ScriptStep[]): ReadonlyMap<Line, Sayings> {
  const said = new Map<Line, Sayings>();
  for (const step of steps) {
    const { alone, command, content } = step;
    if (content === BLANK) continue;
    const known = said.get(alone);
    if (known === undefined) said.set(alone, step);
    else if (command !== undefined) add(said, known, step);
  }
  return said;
}

/** Adds a step to what its line is known to say, if it brings another command. */
function add(said: Map<Line, Sayings>, known: Sayings, step: ScriptStep): void {
  if (!('alone' in known)) {
    if (!known.commands.has(step.command)) known.steps.push(step);
    known.commands.add(step.command);
  } else if (known.command !== step.command) said.set(step.alone, { steps: [known, step], commands: new Set([known.command, step.command]) });
}

/** What the steps of one iptables-restore have in common. */
type Common = Omit<ScriptStep, 'alone' | 'content' | 'text' | 'begins'>;

const hasInCommon = (step: Common, { restore, family, namespace, conditional, presence, argument, reached }: Common): boolean =>
  step.restore === restore && step.family === family && step.namespace === namespace && step.conditional === conditional && sameAnswers(step.presence, presence) && sameDemand(step.argument, argument) && step.reached === reached;

/** The places of the steps that stand on some lines. */
function placesOn(lines: ReadonlySet<Line>, steps: readonly ScriptStep[]): readonly number[] {
  const places: number[] = [];
  if (lines.size > 0) for (let place = 0; place < steps.length; place++) if (lines.has(steps[place]!.alone)) places.push(place);
  return places;
}

const readsContent = (step: ScriptStep): step is ScriptStep & { readonly content: LineContent } => step.content !== undefined && step.content !== BLANK;

/** What an invocation's running depends on: the first thing by its name. */
function conditionalOf({ conditions }: Invocation): Pick<ScriptStep, 'conditional' | 'argument' | 'presence'> {
  const [first, ...others] = conditions.filter(({ assumed }) => assumed !== true);
  if (first === undefined) return { conditional: undefined };
  const all = [first, ...others];
  const presence = all.every(({ answers }) => answers !== undefined) ? all.flatMap(({ answers }) => answers!) : undefined;
  return { conditional: first.origin, ...(first.argument && { argument: first.argument }), ...(presence && { presence }) };
}

function withoutCommands(lines: readonly Line[]): ScriptReading {
  return { lines, steps: [], lineOf: ({ alone }) => alone, stackOf: () => undefined, stacks: [], doubtful: [], dependences: [], givenUpAt: undefined, failedAt: undefined, unset: undefined, broken: undefined, kept: undefined, stepsWith: () => [] };
}

/** What a line says that holds no command of the evaluation; `broken`: whether it could not be read as shell. */
function plain({ content }: Line, broken: boolean): LineContent {
  switch (content.kind) {
    case 'rule': case 'table': case 'chain': case 'commit': case 'invalid': return SHELL;
    case 'command': return broken ? content : SHELL;
    default: return content;
  }
}
