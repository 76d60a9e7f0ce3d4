import { TABLE_NAMES, partsOfStack } from '../../core/netfilter.ts';
import { runsOf } from '../../core/ruleset/demands.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { Ruleset } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { FileInContext, Finding, Fix, Rule } from '../rule.ts';
import { followRun } from './follow-run.ts';
import { LastingFindings } from './lasting-findings.ts';

/** The checks of one document: the work, and what it has found with what comments silence. */
export interface Checks {
  analysing(): Generator<undefined, void>;
  everything(): readonly Finding[];
}

/** A script as it is run with an argument, after a run with another one where that left rules behind. */
interface ScriptRun {
  readonly argument: string;
  readonly after: string | undefined;
  readonly document: RulesetDocument;
}

interface CheckedRun extends ScriptRun {
  readonly findings: readonly Finding[];
  /** Numbers of the lines that it executes. */
  readonly executes: ReadonlySet<number>;
}

const MOST_RUNS = 8;

/** What is said of all runs together, or means one that nobody names. */
const OF_NO_RUN: ReadonlySet<string> = new Set(['shell-control-flow', 'expectation-failed', 'expectation-undecided']);

/**
 * Checks a script that asks for its first argument, of which nobody says with which it is run, as it is run with each
 * that it asks for. A start script is the usual one: what `stop` does is seen behind a `start`.
 */
export class RunChecks {
  private readonly document: RulesetDocument;
  private readonly checksOf: (document: RulesetDocument) => Checks;
  /** The codes of what says that something does nothing. */
  private readonly idle: ReadonlySet<string>;
  private readonly found: LastingFindings;

  constructor(document: RulesetDocument, rules: readonly Rule[], checksOf: (document: RulesetDocument) => Checks) {
    this.document = document;
    this.checksOf = checksOf;
    this.idle = new Set(rules.filter(({ saysIdle }) => saysIdle === true).map(({ code }) => code));
    this.found = new LastingFindings(document);
  }

  isDone(file: FileInContext): boolean {
    return this.found.areOf(file) || runsOf(this.document).length === 0;
  }

  /** What is known of single runs: what was found in this file, or before an edit on lines that are still there. */
  findings(file: FileInContext): readonly Finding[] {
    return this.found.for(file);
  }

  /** Checks every run, in small steps; what is `said` of all of them already is not said again. */
  *run(file: FileInContext, said: readonly Finding[]): Generator<undefined, void> {
    if (this.found.areOf(file)) return;
    const checked: CheckedRun[] = [];
    for (const run of yield* this.runs(runsOf(this.document).slice(0, MOST_RUNS))) {
      const checks = this.checksOf(run.document);
      yield* checks.analysing();
      checked.push({ ...run, findings: checks.everything(), executes: executedLines(run.document) });
      yield undefined;
    }
    this.found.keep(file, this.together(checked, said));
  }

  /** Each run by itself, and behind the one that leaves most rules the others. */
  private *runs(values: readonly string[]): Generator<undefined, readonly ScriptRun[]> {
    const alone: ScriptRun[] = [];
    for (const argument of values) {
      alone.push({ argument, after: undefined, document: this.document.runWith(argument, undefined) });
      yield undefined;
    }
    const counts = alone.map(({ document }) => countRules(hostRulesets(document)));
    const most = Math.max(0, ...counts);
    const first = most === 0 ? undefined : alone[counts.indexOf(most)]!;
    if (first === undefined) return alone;
    const left = hostRulesets(first.document);
    const later = alone.filter((run) => run !== first).map(({ argument }): ScriptRun => ({ argument, after: first.argument, document: this.document.runWith(argument, left) }));
    return [first, ...alone.filter((run) => run !== first), ...later];
  }

  private together(runs: readonly CheckedRun[], said: readonly Finding[]): readonly Finding[] {
    const known = new Set(said.map(keyOf));
    const found = new Map<string, { readonly finding: Finding; readonly runs: CheckedRun[] }>();
    const alone = runs.filter(({ after }) => after === undefined);
    const isAlone = alone.length === runs.length;
    const counts = (run: CheckedRun, { code }: Finding): boolean => (this.idle.has(code) ? run.after === undefined : isAlone || run === alone[0] || run.after !== undefined);
    for (const run of runs) {
      for (const finding of run.findings) {
        const key = keyOf(finding);
        if (known.has(key) || OF_NO_RUN.has(finding.code) || !counts(run, finding)) continue;
        const before = found.get(key);
        if (before === undefined) found.set(key, { finding, runs: [run] });
        else if (!before.runs.includes(run)) before.runs.push(run);
      }
    }
    return [...found.values()]
      // What does nothing in one run may be what another one needs.
      .filter(({ finding, runs: its }) => !this.idle.has(finding.code) || alone.every((run) => its.includes(run) || !run.executes.has(finding.line.number)))
      .map(({ finding, runs: its }) => this.ofRuns(finding, its));
  }

  /** The finding on this document's own lines. What mends one run may harm another. */
  private ofRuns({ code, severity, line, span, message, related, fixes = [], tag, joint }: Finding, runs: readonly ScriptRun[]): Finding {
    const prefix = `Run with ${namesOf(runs)}: `;
    const place = (each: Line): Line => this.document.lineAt(each.number)!.line;
    const mends = fixes.map(({ edits, ...fix }): Fix => ({ ...fix, safe: false, edits: edits.map((edit) => ({ ...edit, line: place(edit.line) })) }));
    const first = runs.find(({ after }) => after === undefined);
    return {
      code, severity, line: place(line), span, message: prefix + message,
      ...(related && { related: related.map((each) => ({ ...each, line: place(each.line) })) }),
      fixes: first === undefined ? mends : [...mends, followRun(this.document.lines[0]!, first.argument)],
      ...(tag && { tag }),
      ...(joint && { joint: { cause: prefix + joint.cause, message: (others) => prefix + joint.message(others) } }),
    };
  }
}

/** `start`, or with `block` or `reload` after `start`. */
function namesOf(runs: readonly ScriptRun[]): string {
  const names = (some: readonly ScriptRun[]): string => some.map(({ argument }) => `\`${argument}\``).join(' or ');
  const first = runs.filter(({ after }) => after === undefined);
  const later = runs.filter(({ after }) => after !== undefined);
  const behind = later.length === 0 ? [] : [`${names(later)} after \`${later[0]!.after!}\``];
  return [...(first.length === 0 ? [] : [names(first)]), ...behind].join(', or with ');
}

const keyOf = ({ code, line, span }: Finding): string => `${code} ${line.number} ${span.start}`;

/** What a run leaves behind in the host's own tables. */
function hostRulesets(document: RulesetDocument): readonly Ruleset[] {
  return document.stacks.filter((stack) => partsOfStack(stack).namespace === undefined).map((stack) => document.ruleset(stack));
}

function countRules(rulesets: readonly Ruleset[]): number {
  let count = 0;
  for (const { tables } of rulesets) for (const name of TABLE_NAMES) for (const { rules } of tables.get(name)?.chains.values() ?? []) count += rules.length;
  return count;
}

const executedLines = (document: RulesetDocument): ReadonlySet<number> => new Set(document.stacks.flatMap((stack) => document.linesOf(stack).map(({ line }) => line.number)));
