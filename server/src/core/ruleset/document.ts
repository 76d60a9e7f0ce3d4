import { partsOfStack, stackOf, type Backend, type Family, type Stack, type TableName } from '../netfilter.ts';
import type { Argument, Line, ShellCommand } from '../syntax/line.ts';
import type { LineParser } from '../syntax/parser.ts';
import { lineAt, offsetOfColumn, positionAt, rangeOf, type PhysicalLine, type Position, type Range } from '../syntax/positions.ts';
import { physicalLines } from '../syntax/split.ts';
import { TextLines, type Replacement, type TextChange } from '../syntax/text-lines.ts';
import { carriedOver } from '../hunks.ts';
import { argumentsFrom, SCRIPT_ARGUMENTS, type Positional } from '../shell/environment.ts';
import type { ReadFile } from '../shell/interpreter.ts';
import type { Share } from '../shell/syntax/walk.ts';
import type { Span } from '../text.ts';
import { Blocks } from './blocks.ts';
import { bindLine, bindRule, bindWithHidden, conditionalRule } from './bind.ts';
import type { BoundLine } from './bound-line.ts';
import { buildRuleset } from './build.ts';
import { Rerun } from './execution/rerun.ts';
import { familyOfContent, familyOfName, familyOfProgram, stackOfCommand } from './family.ts';
import { HiddenTargets } from './hidden-targets.ts';
import { kindOf, type FileKind } from './kind.ts';
import type { BoundRule, Ruleset } from './model.ts';
import { RulesetCache } from './ruleset-cache.ts';
import { EMPTY_START, startOf, type ReadStart, type Start, type StartProblem } from './start.ts';
import { tableOfCommand } from './table-of-command.ts';
import { Script, type BrokenLine, type FunctionRegion, type LineRegion, type ScriptContext, type ScriptReading, type UnsetLine } from './script.ts';
import { commandsOf, firstCommandsOf } from './script-command.ts';
import type { ScriptStep } from './script-step.ts';

/** How a line stands in the file: its table block and the family that it is read for. */
export interface LineContext {
  readonly table: TableName | undefined;
  readonly family: Family;
}

/** What stands beside a document. */
export interface Beside {
  /** The files that a script reads, by the path that it writes. */
  readonly readFile: ReadFile;
  /** The files that a document names as its start. */
  readonly readStart: ReadStart;
}

/** A command of a script of which nobody knows whether it runs, and what that depends on. */
export interface ConditionalCommand {
  readonly line: Line;
  readonly span: Span;
  readonly origin: string;
  readonly argument: ScriptStep['argument'];
}

/** The first of the commands that depend on something, of which there are so many. */
export interface FirstDependent extends ConditionalCommand {
  readonly count: number;
}

/** The lines of a script as they are executed that are for some tables. */
interface ExecutedSteps {
  readonly steps: readonly ScriptStep[];
  readonly stack: Stack;
  /** One for each step; undefined for those that are not executed. */
  readonly all: readonly (BoundLine | undefined)[];
  readonly lines: readonly BoundLine[];
}

/** What names arguments behind the first; those of a function look the same as the script's own. */
const MORE_ARGUMENTS = /\$\{?[2-9@*]|\b(?:shift|getopts)\b|\bfor\s+\w+\s*(?:;|do\b)/u;

const NOTHING_BESIDE: Beside = { readFile: () => undefined, readStart: () => 'there is no such file' };

/**
 * A file as the rest of the program sees it: logical lines, each bound rule, the ruleset that it leaves behind. An edit
 * parses and binds the lines that it touches; all other lines keep their identity and what is cached on them. A script
 * is evaluated: its lines are what they were found to mean, and it is executed in the order in which its commands run.
 */
export class RulesetDocument implements ScriptContext {
  readonly uri: string;
  readonly languageId: string;
  version: number;
  private readonly parser: LineParser;
  /** The lines as the grammar reads each by itself; a script's are made of them. */
  private readonly textLines: TextLines;
  private readonly beside: Beside;
  private script: Script | undefined;
  private reading: ScriptReading | undefined;
  private kindKnown: FileKind | undefined;
  private declared: Family | 'auto' = 'auto';
  private detected: Family = 'ipv4';
  private readonly bound = new WeakMap<object, BoundRule>();
  /** Rules that speak of targets which chains above them hide. */
  private readonly boundByHidden = new WeakMap<object, { readonly names: string; readonly bound: BoundRule }>();
  private hidden: HiddenTargets | undefined;
  private readonly rulesets = new RulesetCache();
  private boundSteps = new WeakMap<ScriptStep, BoundLine>();
  /** Whether a chain hid a target when the script was read last, which says what the words of other lines mean. */
  private hadHidden = false;
  /** The lines of a script as they are executed, for each back end and all tables that somebody asked for. */
  private executed: ExecutedSteps[] = [];
  private readonly executions = new Map<string, Rerun>();
  /** The lines of a ruleset as iptables-restore of a family reads them, one for each of `content`. */
  private restored: { readonly family: Family; readonly lines: BoundLine[] } | undefined;
  /** What the kernel is said to hold before the first line, whatever the text names. */
  private given: readonly Ruleset[] | undefined;
  /** With which arguments a script is said to be run, whatever its text says. */
  private givenArguments: readonly string[] | undefined;
  private givenCall: Positional | undefined;
  private statedArguments: { readonly stated: readonly Argument[]; readonly words: readonly string[] } | undefined;
  /** What a script starts from that names nothing. */
  private startFiles: readonly string[] = [];
  private startKnown: Start | undefined;
  private blocks: Blocks | undefined;
  private blocksBefore: Blocks | undefined;

  /** `file`: a name for those who start from what it leaves behind. */
  constructor(parser: LineParser, uri: string, languageId: string, version: number, text: string, beside: Beside = NOTHING_BESIDE, file?: string) {
    this.parser = parser;
    this.beside = beside;
    this.uri = uri;
    this.languageId = languageId;
    this.version = version;
    this.textLines = new TextLines(parser, text, file);
    this.changed();
  }

  private get content(): readonly Line[] {
    return this.textLines.all;
  }

  get lines(): readonly Line[] {
    return this.evaluated()?.lines ?? this.content;
  }

  /** Whether a shell reads the file, or iptables-restore. */
  get kind(): FileKind {
    this.kindKnown ??= this.languageId === 'shellscript' ? 'script' : kindOf(this.content);
    return this.kindKnown;
  }

  /** The command at which a script ends because it fails under `set -e`. */
  get failedAt(): Line | undefined {
    return this.evaluated()?.failedAt;
  }

  /** Where a script ends because a parameter is not set that it asks for. */
  get unset(): UnsetLine | undefined {
    return this.evaluated()?.unset;
  }

  /** Where a shell ends because it can't read a script further; what stands behind it is followed all the same. */
  get broken(): BrokenLine | undefined {
    return this.evaluated()?.broken;
  }

  /** Where the evaluation of a script was given up because it would take too long. */
  get givenUpAt(): Line | undefined {
    return this.evaluated()?.givenUpAt;
  }

  /** The family of the file; command lines have their own, by their program. */
  get family(): Family {
    return this.declared === 'auto' ? this.detected : this.declared;
  }

  /** Sets the family, or lets the file's name and content tell it. */
  setFamily(family: Family | 'auto'): void {
    this.declared = family;
    this.forget();
  }

  /** Applies changes in order, as LSP states them: each range refers to the text after the change before. */
  update(changes: readonly TextChange[], version: number): void {
    for (const change of changes) this.changed(this.textLines.change(change));
    this.version = version;
  }

  getText(): string {
    return this.textLines.getText();
  }

  /** What binding the line's arguments gave; of several commands the one at the offset, or the first. Undefined where it is no rule and no command. */
  boundRule(line: Line, offset?: number): BoundRule | undefined {
    const { content } = line;
    if (content.kind === 'command') return this.boundCommand(line, offset === undefined ? content : this.commandAt(line, offset) ?? content);
    if (content.kind !== 'rule') return undefined;
    return this.boundOfRestore(line, content, this.familyOf(line));
  }

  /** The targets that chains of a ruleset hide. */
  get hiddenTargets(): HiddenTargets {
    this.hidden ??= new HiddenTargets(this.textLines.of('chain'), this.content, this.family, this.kind);
    return this.hidden;
  }

  /** The words of a line that iptables-restore reads. */
  private boundOfRestore(line: Line, words: { readonly arguments: readonly Argument[] }, family: Family): BoundRule {
    const hidden = this.hiddenTargets.at(line);
    if (hidden.size === 0) return this.boundWords(line, words, family, false);
    const known = this.boundByHidden.get(words);
    const names = [...hidden].join();
    if (known?.names === names && known.bound.family === family && known.bound.line === line) return known.bound;
    const bound = bindWithHidden(line, words, family, hidden);
    this.boundByHidden.set(words, { names, bound });
    return bound;
  }

  /** The bound rules of every command of the line, each as often as its words differ. */
  boundRules(line: Line): readonly BoundRule[] {
    const { content } = line;
    if (content.kind === 'command' && content.others !== undefined) return commandsOf(content).map((command) => this.boundCommand(line, command));
    const bound = this.boundRule(line);
    return bound === undefined ? [] : [bound];
  }

  /** The command that an offset stands in or right behind, as often as its words differ. */
  commandsAt(line: Line, offset: number): readonly ShellCommand[] {
    const { content } = line;
    const at = this.commandAt(line, offset);
    return content.kind !== 'command' || at === undefined ? [] : commandsOf(content).filter(({ program }) => program.start === at.program.start);
  }

  /** The bound rules at an offset, likewise; of a line that holds one rule that one. */
  boundRulesAt(line: Line, offset: number): readonly BoundRule[] {
    if (line.content.kind === 'command') return this.commandsAt(line, offset).map((command) => this.boundCommand(line, command));
    const bound = this.boundRule(line, offset);
    return bound === undefined ? [] : [bound];
  }

  /** The command of the line that an offset stands in or right behind. */
  commandAt({ content }: Line, offset: number): ShellCommand | undefined {
    if (content.kind !== 'command') return undefined;
    return firstCommandsOf(content).reduce<ShellCommand | undefined>((last, command) => (command.program.start <= offset && (last === undefined || command.program.start > last.program.start) ? command : last), undefined);
  }

  private boundCommand(line: Line, command: ShellCommand): BoundRule {
    return this.boundWords(line, command, command.family ?? familyOfProgram(command.program.text), true);
  }

  private boundWords(line: Line, words: { readonly arguments: readonly Argument[] }, family: Family, isCommand: boolean): BoundRule {
    const known = this.bound.get(words);
    if (known?.family === family && known.line === line) return known;
    const { content } = line;
    const isLine = words === content && (content.kind === 'rule' || content.kind === 'command');
    const bound = isLine ? bindLine(line, content, family) : bindRule(line, words.arguments, family, isCommand);
    this.bound.set(words, bound);
    return bound;
  }

  /** A text read as a line of this document, which it does not become. */
  readLine(text: string): Line {
    return this.parser.parse([{ text, eol: '\n' }])[0]!;
  }

  /** The commands of a script of which nobody knows whether they run, and what that depends on. */
  get conditionalCommands(): readonly ConditionalCommand[] {
    const reading = this.evaluated();
    if (reading === undefined) return [];
    return reading.doubtful.map((place) => conditionalCommand(reading, place));
  }

  /** What those depend on: of each thing the first command, and how many there are. */
  get dependences(): readonly FirstDependent[] {
    const reading = this.evaluated();
    if (reading === undefined) return [];
    return reading.dependences.map(({ first, count }) => ({ ...conditionalCommand(reading, first), count }));
  }

  /** The family of the line; of several commands that of the first. */
  familyOf(line: Line): Family {
    return partsOfStack(this.stackOf(line)).family;
  }

  /** The tables that a line works on; of several commands those of the one at the offset, or of the first. */
  stackOf(line: Line, offset?: number): Stack {
    const { content } = line;
    if (content.kind !== 'command') return this.evaluated()?.stackOf(line) ?? this.family;
    return stackOfCommand((offset === undefined ? undefined : this.commandAt(line, offset)) ?? content);
  }

  /**
   * The tables that a family's name stands for: behind the physical line `at` those that this line works on, else the
   * host's own or, in a script that works in network namespaces only, those of the first one.
   */
  meantBy(stack: Stack, at?: number): Stack {
    const { family, namespace } = partsOfStack(stack);
    if (namespace !== undefined || this.kind !== 'script') return stack;
    const line = at === undefined ? undefined : this.lineAt(at)?.line;
    const isStep = line !== undefined && (line.content.kind === 'command' || this.evaluated()?.stackOf(line) !== undefined);
    return stackOf({ family, namespace: partsOfStack(isStep ? this.stackOf(line) : this.home).namespace });
  }

  /** The host's own tables where the file works on some of them, else the first ones that it works on. */
  private get home(): Stack {
    const { stacks } = this;
    return stacks.find((stack) => partsOfStack(stack).namespace === undefined) ?? stacks[0] ?? this.family;
  }

  /** Says what the kernel holds before the first line, whatever the text names; undefined: what the text names. */
  setStart(rulesets: readonly Ruleset[] | undefined): void {
    this.given = rulesets;
    this.forget();
  }

  /** Says from which files a script starts that names none; they, and those that the text names, are read anew. */
  setStartFiles(files: readonly string[]): void {
    this.startFiles = files;
    this.forget();
  }

  /** What of a list of commands a line of a script begins with. */
  share(line: Line): Share {
    this.evaluated();
    return this.script?.share(line) ?? 'some';
  }

  /** The line of a script above which a command runs once, before all loops around a line; undefined where none can stand there. */
  placeBeforeLoops(line: Line): Line | undefined {
    this.evaluated();
    if (this.script === undefined) return line;
    const index = this.script.placeBeforeLoops(line);
    return index === undefined ? undefined : this.lines[index];
  }

  /** The lines of a script that a shell takes together: functions, loops, branches, here-documents. */
  get regions(): readonly LineRegion[] {
    this.evaluated();
    return this.script?.regions() ?? [];
  }

  /** The functions that a script defines. */
  get functions(): readonly FunctionRegion[] {
    this.evaluated();
    return this.script?.functions() ?? [];
  }

  /** The variables of a script that are set to a text as it stands, each to the last one. */
  get variables(): ReadonlyMap<string, string> {
    this.evaluated();
    return this.script?.variables() ?? new Map();
  }

  /** The files that a script reads or looks for, by the paths that lead there. */
  get filesRead(): Iterable<string> {
    this.evaluated();
    return this.script?.filesRead ?? [];
  }

  /** Follows a script anew if a file that it has read holds another text now; answers whether one does. */
  readAnew(): boolean {
    if (this.script?.isUpToDate !== false) return false;
    this.forget();
    return true;
  }

  /** The line that names a file which the document starts from; undefined where a setting does, or nothing. */
  get startLine(): Line | undefined {
    return this.textLines.of('start')[0];
  }

  /** Whether the line is one of this document as it stands. */
  owns(line: Line): boolean {
    return this.lineAt(line.number)?.line === line;
  }

  /** Why the document does not start from the files that it, or a setting, names. */
  get startProblems(): readonly StartProblem[] {
    return this.started().problems;
  }

  /** Says with which arguments a script is run, whatever its text says; undefined: what its text says. */
  setArguments(words: readonly string[] | undefined): void {
    this.givenArguments = words;
    this.forget();
  }

  /** The arguments with which a script is run, the same object as long as they are the same; undefined where nobody says. */
  get arguments(): readonly string[] | undefined {
    if (this.givenArguments !== undefined) return this.givenArguments;
    const call = this.textLines.of('call')[0]?.content;
    if (call?.kind !== 'call') return undefined;
    if (this.statedArguments?.stated !== call.arguments) this.statedArguments = { stated: call.arguments, words: call.arguments.map(({ text }) => text) };
    return this.statedArguments.words;
  }

  /** What is known of the arguments with which a script is run, the same object as long as it is the same. */
  get call(): Positional {
    return this.givenCall ?? this.arguments ?? SCRIPT_ARGUMENTS;
  }

  /** The same text as a script that is run with this argument, and any others if it may ask for them: a document of its own, which starts from `from` where that is given. */
  runWith(argument: string, from: readonly Ruleset[] | undefined): RulesetDocument {
    const text = this.getText();
    const other = new RulesetDocument(this.parser, this.uri, this.languageId, this.version, text, this.beside);
    other.setFamily(this.declared);
    other.setStartFiles(this.startFiles);
    other.setStart(from ?? this.given);
    other.givenCall = MORE_ARGUMENTS.test(text) ? argumentsFrom(argument) : [argument];
    return other;
  }

  private started(): Start {
    if (this.given !== undefined) return { ...EMPTY_START, rulesets: this.given };
    this.startKnown ??= startOf(this.textLines.of('start'), this.kind === 'script' ? this.startFiles : [], this.beside.readStart);
    return this.startKnown;
  }

  /** All the tables that the file works on. */
  get stacks(): readonly Stack[] {
    return this.evaluated()?.stacks ?? [this.family];
  }

  /** What the host's own tables of a family hold before the first line. */
  from(family: Family): Ruleset | undefined {
    return this.started().rulesets.find((ruleset) => ruleset.family === family);
  }

  /** What the file leaves behind in some tables, or in those that the family stands for, computed on first use after an edit; `at` is a physical line after which it stops. */
  ruleset(wanted: Stack = this.family, backend: Backend = 'nft', at?: number): Ruleset {
    const stack = this.meantBy(wanted, at);
    const { family } = partsOfStack(stack);
    const lines = (): readonly BoundLine[] => {
      const executed = this.linesOf(stack, backend);
      return at === undefined ? executed : executed.slice(0, countUpTo(executed, at));
    };
    const build = (executed: readonly BoundLine[]): Ruleset =>
      (this.kind === 'script' && at === undefined ? this.rerun(executed, stack, backend) : buildRuleset(executed, family, { backend, ...this.startOf(stack) }));
    return this.rulesets.get(`${stack} ${backend} ${at ?? ''}`, lines, build);
  }

  private startOf(stack: Stack): { readonly from: Ruleset | undefined; readonly namespace: string | undefined } {
    const { family, namespace } = partsOfStack(stack);
    return { from: namespace === undefined ? this.from(family) : undefined, namespace };
  }

  private rerun(lines: readonly BoundLine[], stack: Stack, backend: Backend): Ruleset {
    const execution = this.execution(stack, backend);
    execution.rewind(0);
    for (const line of lines) execution.execute(line);
    return execution.finish();
  }

  /** The execution of what a script does to some tables, which remembers how it went before an edit. */
  execution(stack: Stack, backend: Backend): Rerun {
    const key = `${stack} ${backend}`;
    const start = this.startOf(stack);
    let execution = this.executions.get(key);
    if (execution === undefined || execution.from !== start.from) this.executions.set(key, execution = new Rerun(partsOfStack(stack).family, { backend, ...start }));
    return execution;
  }

  /** The table block and family of a line of this document; of several commands those of the one at the offset. */
  context(line: Line, offset?: number): LineContext {
    if (line.content.kind === 'command') {
      const bound = this.boundRule(line, offset)!;
      return { table: tableOfCommand(bound), family: bound.family };
    }
    return { table: this.tableAt(line.number), family: this.familyOf(line) };
  }

  /** The logical line that holds a physical line; undefined past the end of the text. */
  lineAt(physical: number): PhysicalLine | undefined {
    return lineAt(this.lines, physical);
  }

  /** The logical line at a position and the offset in it; undefined past the end of the text. */
  offsetAt({ line, character }: Position): { readonly line: Line; readonly offset: number } | undefined {
    const at = this.lineAt(line);
    return at === undefined ? undefined : { line: at.line, offset: offsetOfColumn(at, character) };
  }

  /** The position of an offset in a logical line; an offset behind its text is the start of the next line. */
  positionAt(line: Line, offset: number): Position {
    return positionAt(line, offset);
  }

  /** The range of a part of a logical line. */
  rangeOf(line: Line, span: Span): Range {
    return rangeOf(line, span);
  }

  private changed(replacement?: Replacement): void {
    const wasOf = this.family;
    this.detected = familyOfName(this.uri) ?? familyOfContent(this.content) ?? 'ipv4';
    if (replacement !== undefined && this.family === wasOf && this.replaceRule(replacement)) return;
    this.forget();
  }

  /** Keeps what is known of a ruleset in which one rule takes the place of another; answers whether it is no more than that. */
  private replaceRule({ first, before: taken, after: given }: Replacement): boolean {
    if (taken.length !== 1 || given.length !== 1) return false;
    const { restored, family } = this;
    const [before, after] = [taken[0]!, given[0]!];
    if (restored?.family !== family || before.content.kind !== 'rule' || after.content.kind !== 'rule' || physicalLines(before.text) !== physicalLines(after.text)) return false;
    const bound = this.boundRule(after)!;
    restored.lines[first] = { line: after, bound };
    this.rulesets.replaceRule(this.boundRule(before)!, bound);
    return true;
  }

  private forget(): void {
    this.rulesets.clear();
    this.restored = undefined;
    this.blocksBefore = this.blocks ?? this.blocksBefore;
    this.blocks = undefined;
    this.hidden = undefined;
    // Those of a script with the back end that most ask for serve its next reading.
    const { reading } = this;
    if (reading !== undefined) this.executed = this.executed.filter(({ steps }) => steps === reading.steps);
    this.reading = undefined;
    this.startKnown = undefined;
    this.kindKnown = undefined;
  }

  /** What the evaluation of a script gave, done once after each edit; undefined for a ruleset. */
  private evaluated(): ScriptReading | undefined {
    if (this.kind === 'ruleset') return undefined;
    if (this.reading === undefined) {
      this.script ??= new Script(this.parser, this.beside.readFile);
      const hasHidden = !this.hiddenTargets.isEmpty;
      if (hasHidden || this.hadHidden) {
        this.boundSteps = new WeakMap();
        this.executed = [];
      }
      this.hadHidden = hasHidden;
      this.reading = this.script.read(this.content, this);
      const { stacks } = this.reading;
      // The name of a namespace is typed letter by letter.
      for (const [key, { namespace }] of this.executions) if (namespace !== undefined && !stacks.some((stack) => partsOfStack(stack).namespace === namespace)) this.executions.delete(key);
    }
    return this.reading;
  }

  /** The lines that are for some tables in the order in which they are executed, each as often as it is. */
  linesOf(stack: Stack, backend: Backend = 'nft'): readonly BoundLine[] {
    const reading = this.evaluated();
    if (reading !== undefined) return this.executedLines(reading.stepsWith(backend), reading, this.meantBy(stack));
    const { family } = partsOfStack(stack);
    if (this.restored?.family === family) return this.restored.lines;
    const lines = this.content
      .filter((line) => (line.content.kind === 'command' ? this.familyOf(line) : this.family) === family)
      .map((line): BoundLine => ({ line, bound: this.boundRule(line) }));
    if (lines.length === this.content.length) this.restored = { family, lines };
    return lines;
  }

  private executedLines(steps: readonly ScriptStep[], reading: ScriptReading, stack: Stack): readonly BoundLine[] {
    const known = this.executed.find((each) => each.steps === steps && each.stack === stack);
    if (known !== undefined) return known.lines;
    const { kept } = reading;
    const before = kept && this.executed.find((each) => each.steps === kept.steps && each.stack === stack);
    const bound = (step: ScriptStep): BoundLine | undefined => (stackOf(step) === stack && step.reached ? this.boundStep(reading.lineOf(step), step) : undefined);
    const all = before === undefined ? steps.map(bound) : carriedOver(before.all, kept!.hunks, (place) => bound(steps[place]!));
    if (before !== undefined) for (const place of kept!.renewed) all[place] = bound(steps[place]!);
    const lines = all.filter((line) => line !== undefined);
    if (before !== undefined) this.executed.splice(this.executed.indexOf(before), 1);
    this.executed.push({ steps, stack, all, lines });
    return lines;
  }

  /** A step of a script as it is executed at a line. */
  boundStep(line: Line, step: ScriptStep): BoundLine {
    let bound = this.boundSteps.get(step);
    if (bound?.line !== line) this.boundSteps.set(step, bound = this.bindStep(line, step));
    return bound;
  }

  private bindStep(line: Line, { command, content, restore, begins, family, conditional, presence, unknownInput, asked, ends, text }: ScriptStep): BoundLine {
    if (command !== undefined) {
      const bound = certainOrNot(this.boundCommand(line, command), conditional, presence);
      // While the script is still being evaluated, its lines are yet to be told what they are.
      const content = line.content.kind === 'command' && line.content.others === undefined ? undefined : command;
      return { line, bound, ...(content && { content }), ...(asked && { asked }), ...(ends && { ends }) };
    }
    const bound = content!.kind === 'rule' ? certainOrNot(this.boundOfRestore(line, content!, family), conditional, presence) : undefined;
    return { line, bound, content: content!, text, restore, begins, unknownInput };
  }

  /** The table of the block that holds a physical line; undefined outside of all. */
  tableAt(physical: number): TableName | undefined {
    this.blocks ??= new Blocks(this.lines, this.blocksBefore);
    return this.blocks.tableAt(physical);
  }
}

/**
 * How many of the lines have been executed when the physical line `at` is done: up to its last turn or, where it has
 * none, up to the first line behind it.
 */
function countUpTo(executed: readonly BoundLine[], at: number): number {
  const isAt = ({ line }: BoundLine): boolean => line.number <= at && at < line.number + physicalLines(line.text);
  const last = executed.findLastIndex(isAt);
  if (last !== -1) return last + 1;
  const next = executed.findIndex(({ line }) => line.number > at);
  return next === -1 ? executed.length : next;
}

function conditionalCommand(reading: ScriptReading, place: number): ConditionalCommand {
  const step = reading.steps[place]!;
  const { command, conditional, argument } = step;
  const line = reading.lineOf(step);
  return { line, span: command?.program ?? { start: 0, end: line.text.length }, origin: conditional!, argument };
}

const certainOrNot = (bound: BoundRule, reason: string | undefined, presence: ScriptStep['presence']): BoundRule => (reason === undefined ? bound : conditionalRule(bound, reason, presence));
