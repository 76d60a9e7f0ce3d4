import { analyse, type Analysis } from '../../core/analysis/analysis.ts';
import { stackOf, type Stack } from '../../core/netfilter.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { AnalysedFile, FileInContext, Finding, Rule } from '../rule.ts';

const NONE: readonly Finding[] = [];

/** Runs the checks that take an analysis of all packets, in small steps, and keeps what they found until the next run has come to its end. */
export class ExactChecks {
  /** The codes of these checks. */
  readonly codes: ReadonlySet<string>;
  private readonly document: RulesetDocument;
  private readonly rules: readonly Rule[];
  private done: { readonly file: FileInContext; readonly findings: readonly Finding[] } | undefined;
  /** What the last run that came to its end found, as far as it holds for another file. */
  private carried: { readonly file: FileInContext; readonly from: FileInContext; readonly findings: readonly Finding[] } | undefined;
  /** The latest analyses; those that came to their end rather than those that were stopped. */
  private analyses: { readonly finished: boolean; readonly all: readonly Analysis[] } = { finished: false, all: [] };

  constructor(document: RulesetDocument, rules: readonly Rule[]) {
    this.document = document;
    this.rules = rules.filter(({ checkAnalysis }) => checkAnalysis !== undefined);
    this.codes = new Set(this.rules.map(({ code }) => code));
  }

  isDone(file: FileInContext): boolean {
    return this.rules.length === 0 || this.done?.file === file;
  }

  /** What is known for the file: what was found in it, or before an edit on lines that are still there. */
  findings(file: FileInContext): readonly Finding[] {
    if (this.done === undefined) return NONE;
    if (this.done.file === file) return this.done.findings;
    if (this.carried?.file !== file || this.carried.from !== this.done.file) {
      this.carried = { file, from: this.done.file, findings: this.done.findings.flatMap((finding) => this.stillThere(finding)) };
    }
    return this.carried.findings;
  }

  /** Checks the file, of which `quick` is known already; what was known before is used and shown until the end is reached. */
  *run(file: FileInContext, quick: readonly Finding[]): Generator<undefined, void> {
    if (this.isDone(file)) return;
    const all = file.rulesets.map((ruleset) => analyse(ruleset, { previous: this.previous(stackOf(ruleset)) }));
    if (!this.analyses.finished) this.analyses = { finished: false, all };
    for (const analysis of all) yield* analysis.work();
    this.analyses = { finished: true, all };
    const findings: Finding[] = [];
    const analysed: AnalysedFile = { ...file, analyses: all, refused: new Set(quick.filter(({ severity }) => severity === 'error').map(({ line }) => line)) };
    for (const rule of this.rules) {
      for (const report of rule.checkAnalysis!(analysed)) {
        if (report !== undefined) findings.push({ code: rule.code, severity: rule.severity, ...report });
        yield undefined;
      }
    }
    this.done = { file, findings };
  }

  private previous(stack: Stack): Analysis | undefined {
    return this.analyses.all.find(({ ruleset }) => stackOf(ruleset) === stack);
  }

  /** The finding without what it says of lines that are gone; nothing where its own line is. */
  private stillThere(finding: Finding): readonly Finding[] {
    if (!this.holds(finding.line)) return NONE;
    const related = finding.related?.filter(({ line }) => this.holds(line));
    const fixes = finding.fixes?.filter(({ edits }) => edits.every(({ line }) => this.holds(line)));
    if (related?.length === finding.related?.length && fixes?.length === finding.fixes?.length) return [finding];
    return [{ ...finding, ...(related === undefined ? {} : { related }), ...(fixes === undefined ? {} : { fixes }) }];
  }

  private holds(line: Line): boolean {
    return this.document.lineAt(line.number)?.line === line;
  }
}
