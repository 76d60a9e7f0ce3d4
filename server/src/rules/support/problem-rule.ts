import type { LocatedProblem, Ruleset, BoundRule, CommandKind } from '../../core/ruleset/model.ts';
import type { Problem } from '../../core/extensions/definition.ts';
import type { Family, TableName } from '../../core/netfilter.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { Finding, Fix, FileInContext, LineInContext, RelatedPlace, Report, Rule, Severity } from '../rule.ts';
import { distinct } from './distinct.ts';
import { isCertain, isEvaluated } from './expansion.ts';
import type { FileKind } from '../../core/ruleset/kind.ts';

/** Where a problem was found; `file` only where it took the execution of the file to find it. */
export interface ProblemPlace {
  readonly line: Line;
  readonly bound: BoundRule | undefined;
  readonly family: Family;
  readonly file: FileInContext | undefined;
}

/** What turns the problems with one code into reports. */
export interface ProblemRule {
  readonly code: string;
  readonly docs: string;
  /** Severity of problems that iptables takes all the same; the rule's own where no problem is ever refused. */
  readonly accepted?: Severity;
  /** Whether iptables refuses some of them. */
  readonly refused?: boolean;
  readonly tag?: NonNullable<Finding['tag']>;
  /** Says a problem in other words or with another severity; undefined where it is not worth a report. */
  adjust?(report: Report, problem: Problem, place: ProblemPlace): Report | undefined;
  /** Fixes beside the one that the problem may bring along. */
  fixes?(problem: Problem, place: ProblemPlace): readonly Fix[];
  /**
   * For problems that depend on what the kernel holds: their severity on command lines, which add to a kernel that
   * need not be empty; 'never' where nothing can be told.
   */
  readonly onCommands?: Severity | 'never';
}

/** A diagnostic that reports the problems with its code which binding and execution found. */
export function problemRule(rule: ProblemRule): Rule {
  return {
    code: rule.code,
    severity: rule.refused === false ? rule.accepted ?? 'warning' : 'error',
    docs: rule.docs,
    checkProblem: (problem, context) => reportsOfProblem(rule, problem, context),
    checkFile: (context) => context.rulesets.flatMap((ruleset) => reportsOfRuleset(rule, context, ruleset)),
  };
}

const NONE: readonly Report[] = [];

function reportsOfProblem(rule: ProblemRule, problem: Problem, { line, bound, family, kind, table }: LineInContext): readonly Report[] {
  if (bound === undefined || isText(kind, line, table) || !isCertain(line, bound, problem.span, kind)) return NONE;
  return report(rule, problem, stated(rule, problem), { line, bound, family, file: undefined });
}

function reportsOfRuleset(rule: ProblemRule, file: FileInContext, ruleset: Ruleset): readonly Report[] {
  const problems = byCode(ruleset).get(rule.code);
  if (problems === undefined) return NONE;
  return problems.flatMap((problem) => {
    const { start } = problem.span;
    if (isText(file.kind, problem.line, file.context(problem.line, start).table)) return [];
    const bound = file.bound(problem.line, start);
    const severity = severityOf(rule, problem, bound);
    if (severity === 'never' || bound?.skipped === true || !isCertain(problem.line, bound, problem.span, file.kind)) return [];
    return report(rule, problem, severity, { line: problem.line, bound, family: ruleset.family, file });
  });
}

/** Whether the line only looks like one of a ruleset: in a script that takes a table block, the text of a here-document. */
function isText(kind: FileKind, { content }: Line, table: TableName | undefined): boolean {
  return kind === 'script' && content.kind !== 'command' && table === undefined;
}

const known = new WeakMap<Ruleset, ReadonlyMap<string, readonly LocatedProblem[]>>();

/** The problems of a ruleset by code, sorted out once. */
function byCode(ruleset: Ruleset): ReadonlyMap<string, readonly LocatedProblem[]> {
  let sorted = known.get(ruleset);
  if (sorted === undefined) {
    sorted = grouped(ruleset.problems);
    known.set(ruleset, sorted);
  }
  return sorted;
}

/** Each once where a command runs several times, which may be thousands. */
function grouped(problems: readonly LocatedProblem[]): ReadonlyMap<string, readonly LocatedProblem[]> {
  const groups = new Map<string, LocatedProblem[]>();
  for (const problem of distinct(problems)) {
    const group = groups.get(problem.code);
    if (group === undefined) groups.set(problem.code, [problem]);
    else group.push(problem);
  }
  return groups;
}

function severityOf(rule: ProblemRule, problem: LocatedProblem, bound: BoundRule | undefined): Severity | 'never' {
  const { content } = problem.line;
  if (rule.onCommands === undefined || content.kind !== 'command') return stated(rule, problem);
  // Whoever tidies up, asks, or provides for a failure does not claim that the thing is there.
  if (bound?.command === undefined || TIDYING.has(bound.command.kind) || /\|\||>\s*\/dev\/null/u.test(content.rest?.raw ?? '')) return 'never';
  return rule.onCommands;
}

const TIDYING: ReadonlySet<CommandKind> = new Set(['delete', 'check', 'flush', 'zero', 'delete-chain', 'list', 'list-rules']);

const stated = (rule: ProblemRule, problem: Problem): Severity => (problem.accepted === true ? rule.accepted ?? 'warning' : 'error');

function report(rule: ProblemRule, problem: Problem & { readonly related?: readonly RelatedPlace[] }, severity: Severity, place: ProblemPlace): readonly Report[] {
  const { line } = place;
  const fixes = [...ownFix(problem, line), ...(rule.fixes?.(problem, place) ?? [])];
  const plain: Report = {
    line, span: problem.span, message: problem.message, severity,
    ...(problem.related === undefined ? {} : { related: problem.related }),
    ...(fixes.length === 0 ? {} : { fixes }),
    ...(rule.tag === undefined ? {} : { tag: rule.tag }),
  };
  const adjusted = rule.adjust === undefined ? plain : rule.adjust(plain, problem, place);
  return adjusted === undefined ? NONE : [adjusted];
}

/** None for a word whose value comes from elsewhere: it is not mended where it stands. */
function ownFix({ fix }: Problem, line: Line): Fix[] {
  return fix === undefined || isEvaluated(line, fix.span) ? [] : [{ title: fix.title, safe: fix.safe, edits: [{ line, span: fix.span, newText: fix.newText }] }];
}
