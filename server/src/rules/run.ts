import type { Problem } from '../core/extensions/definition.ts';
import type { HostFacts } from '../core/engine/host.ts';
import type { Stack } from '../core/netfilter.ts';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import { stackOfCommand } from '../core/ruleset/family.ts';
import type { Line } from '../core/syntax/line.ts';
import type { Ruleset } from '../core/ruleset/model.ts';
import { DEFAULT_CHECK_SETTINGS, NO_REPORTS, type CheckSettings, type Companion, type FileInContext, type Finding, type LineInContext, type Report, type Rule } from './rule.ts';
import { RULES } from './rules.generated.ts';
import type { FileKind } from '../core/ruleset/kind.ts';
import { distinct } from './support/distinct.ts';
import { ExactChecks } from './support/exact-checks.ts';
import { joined } from './support/joined.ts';
import { LineChecks } from './support/line-checks.ts';
import { withoutForeign } from './support/own-lines.ts';
import { RunChecks } from './support/run-checks.ts';
import { CommandsOfScript } from './support/script.ts';
import { Suppressions } from './support/suppression.ts';
import { Survey } from './support/survey.ts';
import unusedSuppression, { reportUnused } from './unused-suppression.ts';

/** What findings depend on beside the document. */
export interface Surroundings {
  readonly host?: HostFacts;
  readonly settings?: CheckSettings;
  readonly companion?: Companion | undefined;
}

type KnownSurroundings = Pick<FileInContext, 'host' | 'settings' | 'companion'>;

const NO_FACTS: HostFacts = {};
const NOTHING_AROUND: Surroundings = {};
const NONE: readonly Finding[] = [];
const NO_PROBLEMS: readonly Problem[] = [];

/** What the quick checks found, and what they had before them. */
interface QuickRound {
  readonly ruleset: Ruleset;
  readonly file: FileInContext;
  readonly found: readonly Finding[];
}

/**
 * The diagnostics of one document. After an edit, lines that kept their text and their table are not checked again. What
 * takes an analysis of all packets is worked out by `analysing`; until that has come to its end, `findings` has what the
 * analysis before the edit found on lines that are still there.
 */
export class Diagnostics {
  private readonly document: RulesetDocument;
  private readonly surroundings: () => Surroundings;
  private readonly fileRules: readonly Rule[];
  private readonly explainers: readonly Rule[];
  private readonly codes: ReadonlySet<string>;
  private readonly lineChecks: LineChecks;
  private readonly exact: ExactChecks;
  private readonly runs: RunChecks;
  private quick: QuickRound | undefined;
  /** The findings last asked for, of which rounds they are, and those of them about comments that silence nothing. */
  private known: { readonly quick: QuickRound; readonly exact: readonly Finding[]; readonly ofRuns: readonly Finding[]; readonly unused: readonly Finding[]; readonly findings: readonly Finding[] } | undefined;

  constructor(document: RulesetDocument, surroundings: () => Surroundings = () => NOTHING_AROUND, rules: readonly Rule[] = RULES) {
    this.document = document;
    this.surroundings = surroundings;
    const lineRules = rules.filter(({ checkLine }) => checkLine !== undefined);
    const problemRules = new Map(rules.filter(({ checkProblem }) => checkProblem !== undefined).map((rule) => [rule.code, rule]));
    this.lineChecks = new LineChecks(document, (place) => findingsOfLine(lineRules, problemRules, place));
    this.fileRules = rules.filter(({ checkFile }) => checkFile !== undefined);
    this.explainers = rules.filter(({ explainErrors }) => explainErrors !== undefined);
    this.exact = new ExactChecks(document, rules);
    this.runs = new RunChecks(document, rules, (run) => new Diagnostics(run, surroundings, rules));
    this.codes = new Set(rules.map(({ code }) => code));
  }

  /** The findings as they are known now, in the order of their lines, without those that a comment silences; of those with one cause the first speaks. */
  findings(): readonly Finding[] {
    const quick = this.quickRound();
    const exact = this.exact.findings(quick.file);
    const ofRuns = this.runs.findings(quick.file);
    if (this.known?.quick !== quick || this.known.exact !== exact || this.known.ofRuns !== ofRuns) {
      const { heard, unused } = this.unsilenced([...quick.found, ...exact, ...ofRuns].sort(byPosition), quick.file);
      this.known = { quick, exact, ofRuns, unused, findings: unused.length === 0 ? heard : [...heard, ...unused].sort(byPosition) };
    }
    return this.known.findings;
  }

  /** Works out what takes an analysis, a little at each step; whoever runs it may stop at any step, and must after an edit. */
  *analysing(): Generator<undefined, void> {
    const { file, found } = this.quickRound();
    yield* this.exact.run(file, found);
    yield* this.runs.run(file, this.everything());
  }

  /** The findings as they are known now with those that a comment silences. */
  everything(): readonly Finding[] {
    const { found, file } = this.quickRound();
    return [...found, ...this.exact.findings(file)];
  }

  /** Every finding of the document as it stands, however long it takes. */
  complete(): readonly Finding[] {
    const work = this.analysing();
    while (work.next().done !== true);
    return this.findings();
  }

  private quickRound(): QuickRound {
    // The document makes its ruleset anew after every edit and change of family.
    const ruleset = this.document.ruleset();
    const { host = NO_FACTS, settings = DEFAULT_CHECK_SETTINGS, companion } = this.surroundings();
    const { quick } = this;
    if (quick?.ruleset === ruleset && quick.file.host === host && quick.file.settings === settings && quick.file.companion === companion) return quick;
    return (this.quick = this.check(ruleset, { host, settings, companion }));
  }

  private check(ruleset: Ruleset, around: KnownSurroundings): QuickRound {
    const { lines } = this.document;
    const { kind } = this.document;
    const survey = new Survey(lines, this.quick?.file.survey);
    const found: Finding[] = [];
    for (const findings of this.lineChecks.run(kind)) if (findings.length > 0) found.push(...findings);
    const file = this.file(kind, survey, around);
    for (const rule of this.fileRules) {
      for (const report of rule.checkFile!(file)) {
        const own = withoutForeign(report, file.owns);
        if (own !== undefined) found.push(finding(rule, own));
      }
    }
    const read = unread(explained(found, this.explainers));
    return { ruleset, file, found: kind === 'script' ? distinct(read) : read };
  }

  private file(kind: FileKind, survey: Survey, around: KnownSurroundings): FileInContext {
    const { document, codes } = this;
    return {
      lines: document.lines, kind, survey, commands: new CommandsOfScript(this.quick?.file.commands), ...around, codes, family: document.family,
      rulesets: stacksOf(document, survey).map((stack) => document.ruleset(stack)),
      startProblems: document.startProblems, givenUpAt: document.givenUpAt, failedAt: document.failedAt, unset: document.unset, broken: document.broken,
      // Thousands, which nobody has to keep.
      get conditionals() { return document.conditionalCommands; },
      dependences: document.dependences,
      stacks: document.stacks, executed: (stack) => document.linesOf(stack),
      owns: (line) => document.owns(line),
      bound: (line, offset) => document.boundRule(line, offset),
      context: (line, offset) => document.context(line, offset),
      share: (line) => document.share(line),
      placeBeforeLoops: (line) => document.placeBeforeLoops(line),
    };
  }

  private unsilenced(findings: readonly Finding[], file: FileInContext): { readonly heard: readonly Finding[]; readonly unused: readonly Finding[] } {
    const suppressions = new Suppressions(file.survey.of('suppression').length === 0 ? [] : file.lines);
    const heard = joined(findings, (each) => suppressions.silences(each));
    const unused = Array.from(reportUnused(suppressions, this.codes), (report) => finding(unusedSuppression, report))
      .filter((each) => !suppressions.silences(each) && this.isSettled(each, file));
    return { heard, unused };
  }

  /** Whether the comment silences nothing for sure: while an analysis is under way, as far as it did so before. */
  private isSettled({ line, span }: Finding, file: FileInContext): boolean {
    const { exact, runs } = this;
    if (runs.isDone(file) && (exact.isDone(file) || !exact.codes.has(line.text.slice(span.start, span.end)))) return true;
    return this.known?.unused.some((before) => before.line === line && before.span.start === span.start) === true;
  }
}

/** The tables that the file speaks for: those of its own family, and those that its command lines work on. */
function stacksOf(document: RulesetDocument, survey: Survey): readonly Stack[] {
  const stacks = new Set([document.meantBy(document.family)]);
  if (document.kind === 'script' && document.broken === undefined) {
    // What a command line says is what the evaluation found, but for lines that are no shell.
    for (const stack of document.stacks) stacks.add(stack);
    return [...stacks];
  }
  for (const { content } of survey.of('command')) {
    if (content.kind !== 'command') continue;
    stacks.add(stackOfCommand(content));
    for (const command of content.others ?? []) stacks.add(stackOfCommand(command));
  }
  for (const line of survey.of('table')) stacks.add(document.stackOf(line));
  return [...stacks];
}

function findingsOfLine(lineRules: readonly Rule[], problemRules: ReadonlyMap<string, Rule>, place: LineInContext): readonly Finding[] {
  const found: Finding[] = [];
  for (const rule of lineRules) {
    const reports = rule.checkLine!(place);
    if (reports === NO_REPORTS) continue;
    for (const report of reports) found.push(finding(rule, report));
  }
  for (const problem of place.bound?.problems ?? NO_PROBLEMS) {
    const rule = problemRules.get(problem.code);
    if (rule !== undefined) for (const report of rule.checkProblem!(problem, place)) found.push(finding(rule, report));
  }
  return found.length === 0 ? NONE : found;
}

function finding(rule: Rule, report: Report): Finding {
  return { code: rule.code, severity: rule.severity, ...report };
}

/** The findings with the errors of a line replaced where one cause explains them all. */
function explained(findings: readonly Finding[], explainers: readonly Rule[]): readonly Finding[] {
  const causes = new Map<Line, Finding>();
  for (const line of new Set(findings.filter(isError).map((each) => each.line))) {
    for (const rule of explainers) {
      const report = rule.explainErrors!(line);
      if (report !== undefined) causes.set(line, finding(rule, report));
    }
  }
  if (causes.size === 0) return findings;
  return [...findings.filter((each) => !isError(each) || !causes.has(each.line)), ...causes.values()];
}

const isError = ({ severity }: Finding): boolean => severity === 'error';

function byPosition(a: Finding, b: Finding): number {
  return a.line.number - b.line.number || a.span.start - b.span.start || a.span.end - b.span.end;
}

/** Behind a line at which iptables-restore stops with success nothing is refused, since nothing is read. */
function unread(findings: readonly Finding[]): Finding[] {
  const end = findings.reduce((first, { code, line }) => (code === 'early-end' ? Math.min(first, line.number) : first), Infinity);
  return findings.map((each) => (each.severity === 'error' && each.line.number > end ? { ...each, severity: 'warning' } : each));
}
