import { analyse, type Analysis } from '../../core/analysis/analysis.ts';
import { stackOf, type Stack } from '../../core/netfilter.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { AnalysedFile, FileInContext, Finding, Rule } from '../rule.ts';
import { distinct } from './distinct.ts';
import { LastingFindings } from './lasting-findings.ts';
import { withoutForeign } from './own-lines.ts';

/** Runs the checks that take an analysis of all packets, in small steps, and keeps what they found until the next run has come to its end. */
export class ExactChecks {
  /** The codes of these checks. */
  readonly codes: ReadonlySet<string>;
  private readonly rules: readonly Rule[];
  private readonly found: LastingFindings;
  /** The latest analyses; those that came to their end rather than those that were stopped. */
  private analyses: { readonly finished: boolean; readonly all: readonly Analysis[] } = { finished: false, all: [] };

  constructor(document: RulesetDocument, rules: readonly Rule[]) {
    this.found = new LastingFindings(document);
    this.rules = rules.filter(({ checkAnalysis }) => checkAnalysis !== undefined);
    this.codes = new Set(this.rules.map(({ code }) => code));
  }

  isDone(file: FileInContext): boolean {
    return this.rules.length === 0 || this.found.areOf(file);
  }

  /** What is known for the file: what was found in it, or before an edit on lines that are still there. */
  findings(file: FileInContext): readonly Finding[] {
    return this.found.for(file);
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
        const own = report && withoutForeign(report, file.owns);
        if (own !== undefined) findings.push({ code: rule.code, severity: rule.severity, ...own });
        yield undefined;
      }
    }
    this.found.keep(file, distinct(findings));
  }

  private previous(stack: Stack): Analysis | undefined {
    return this.analyses.all.find(({ ruleset }) => stackOf(ruleset) === stack);
  }
}
