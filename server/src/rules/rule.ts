import type { Share } from '../core/shell/syntax/walk.ts';
import type { Problem } from '../core/extensions/definition.ts';
import type { Span } from '../core/text.ts';
import type { Line } from '../core/syntax/line.ts';
import type { BoundLine } from '../core/ruleset/bound-line.ts';
import type { BoundRule, Ruleset } from '../core/ruleset/model.ts';
import type { ConditionalCommand, FirstDependent, LineContext } from '../core/ruleset/document.ts';
import type { BrokenLine, UnsetLine } from '../core/ruleset/script.ts';
import type { StartProblem } from '../core/ruleset/start.ts';
import type { Analysis } from '../core/analysis/analysis.ts';
import type { HostFacts } from '../core/engine/host.ts';
import type { Family, Stack } from '../core/netfilter.ts';
import type { FileKind } from '../core/ruleset/kind.ts';
import type { CommandsOfScript } from './support/script.ts';
import type { Survey } from './support/survey.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/**
 * A replacement of `span` of `line`; spans on `line` are offsets in its logical text, and a span that ends behind the
 * text takes in the line ending. Newlines in `newText` make new lines.
 */
export interface TextEdit {
  readonly line: Line;
  readonly span: Span;
  readonly newText: string;
}

/** A mend for a finding: `title` in the imperative; `safe` only when the meaning for the kernel can't get worse. */
export interface Fix {
  readonly title: string;
  readonly safe: boolean;
  readonly edits: readonly TextEdit[];
  /** The ending that every line has afterwards, for editors that keep one for a whole file and can't take it from edits. */
  readonly endOfLine?: 'LF';
}

/** One diagnostic: where, what is wrong, and what mends it. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly line: Line;
  readonly span: Span;
  readonly message: string;
  readonly related?: readonly RelatedPlace[];
  readonly fixes?: readonly Fix[];
  /** A packet in notation that shows it, for a simulation. */
  readonly packet?: string;
  /** The line of a script behind which the packet shows it; default: the last. */
  readonly packetAfter?: Line;
  /** How an editor should draw it: faded or struck through. */
  readonly tag?: 'unnecessary' | 'deprecated';
  /** What it is said for that others may be said for, too. */
  readonly joint?: Joint;
}

/** What findings with one cause have in common: the first of them speaks for all, and what silences it silences all. */
export interface Joint {
  readonly cause: string;
  /** What it says for itself and so many others, of which there is at least one. */
  message(others: number): string;
}

/** Another place that a finding speaks of. */
export interface RelatedPlace {
  readonly line: Line;
  readonly span: Span;
  readonly message: string;
}

/** Finding as a check reports it; code and severity come from the rule unless given. */
export type Report = Omit<Finding, 'code' | 'severity'> & { readonly severity?: Severity };

/** A line with what binding it gave, the table block that it stands in, and whether the file is a ruleset or a script. */
export interface LineInContext extends LineContext {
  readonly line: Line;
  readonly bound: BoundRule | undefined;
  readonly kind: FileKind;
}

/** What the user asks of diagnostics. */
export interface CheckSettings {
  readonly hints: { readonly partlyShadowed: boolean };
  /** By which packets the host is administered, as classes in notation; empty: by new connections to tcp/22. */
  readonly management: readonly string[];
}

export const DEFAULT_CHECK_SETTINGS: CheckSettings = { hints: { partlyShadowed: false }, management: [] };

/** The ruleset of the other family that stands beside a file. */
export interface Companion {
  /** Name of its file. */
  readonly name: string;
  /** What it leaves behind; undefined where there is no such file or it holds none. */
  ruleset(): Ruleset | undefined;
}

/** The whole file, for checks that look across lines. */
export interface FileInContext {
  readonly lines: readonly Line[];
  readonly kind: FileKind;
  /** The family of the file; command lines have their own. */
  readonly family: Family;
  /** What the file leaves behind, for each family and network namespace that it speaks for; the file's own first. */
  readonly rulesets: readonly Ruleset[];
  /** All the tables that the file works on, those of which nothing is known among them. */
  readonly stacks: readonly Stack[];
  /** What is asked of all lines, so that a check need not walk all of them. */
  readonly survey: Survey;
  /** The commands of a script, likewise. */
  readonly commands: CommandsOfScript;
  /** Every code that there is. */
  readonly codes: ReadonlySet<string>;
  /** Facts about the host that stand beside the file. */
  readonly host: HostFacts;
  readonly settings: CheckSettings;
  readonly companion: Companion | undefined;
  /** The commands of a script of which nobody knows whether they run. */
  readonly conditionals: readonly ConditionalCommand[];
  /** What those depend on. */
  readonly dependences: readonly FirstDependent[];
  /** Why the file does not start from what it, or a setting, names. */
  readonly startProblems: readonly StartProblem[];
  /** Where the evaluation of a script was given up. */
  readonly givenUpAt: Line | undefined;
  /** Where a shell can't read a script further. */
  readonly broken: BrokenLine | undefined;
  /** The command at which a script ends because it fails under `set -e`. */
  readonly failedAt: Line | undefined;
  /** Where a script ends because a parameter is not set that it asks for. */
  readonly unset: UnsetLine | undefined;
  /** Whether the line is the file's own, and not one of what it starts from. */
  owns(line: Line): boolean;
  /** The lines that are for some tables, such as those of a ruleset, in the order in which they are executed, each as often as it is. */
  executed(stack: Stack): readonly BoundLine[];
  /** The bound rule of a rule or command line, of several the one at the offset; undefined for other lines. */
  bound(line: Line, offset?: number): BoundRule | undefined;
  context(line: Line, offset?: number): LineContext;
  /** What of a list of commands a line of a script begins with. */
  share(line: Line): Share;
  /** The line of a script above which a command runs once, before all loops around a line; undefined where none can stand there. */
  placeBeforeLoops(line: Line): Line | undefined;
}

/** The whole file with what can be said of all packets at once. */
export interface AnalysedFile extends FileInContext {
  /** The analyses of `rulesets`, in the same order, ready to be asked. */
  readonly analyses: readonly Analysis[];
  /** Lines with an error: what iptables refuses does nothing to any packet. */
  readonly refused: ReadonlySet<Line>;
}

/** What most lines have to be said of them; made once, as every check of every line answers it. */
export const NO_REPORTS: readonly Report[] = [];

/** A report of a check that takes its time, or undefined where it may be stopped or paused. */
export type Progress = Report | undefined;

/**
 * A diagnostic. `checkLine` sees one line and its table and is cached while both stay the same, and so is `checkProblem`,
 * which sees a problem with the rule's code that binding found on a line; `checkFile` runs after every edit and must stay
 * linear and cheap. `explainErrors` is asked of each line that the quick checks found errors on, and what it answers stands in
 * their place. `checkAnalysis` runs in the background, in slices between two of the things that it yields. `docs` is
 * Markdown under the headings What it does, Why it matters, Example, Use instead (and Fix safety where it has fixes). A
 * rule without checks is reported by `run.ts` itself.
 */
export interface Rule {
  readonly code: string;
  readonly severity: Severity;
  /** Whether it says that something does nothing: of a script that is run in several ways it has to be so in each. */
  readonly saysIdle?: true;
  readonly docs: string;
  checkLine?(context: LineInContext): Iterable<Report>;
  checkProblem?(problem: Problem, context: LineInContext): Iterable<Report>;
  checkFile?(context: FileInContext): Iterable<Report>;
  explainErrors?(line: Line): Report | undefined;
  checkAnalysis?(context: AnalysedFile): Iterable<Progress>;
}

export const defineRule = (rule: Rule): Rule => rule;
