import type { FileInContext, Report } from '../rule.ts';

/** Commands that are refused for what the other chains hold when their turn comes, as execution found them. */
export function* executedProblems(code: string, { rulesets }: FileInContext): Iterable<Report> {
  for (const { problems } of rulesets) {
    for (const problem of problems) if (problem.code === code) yield { line: problem.line, span: problem.span, message: problem.message };
  }
}
