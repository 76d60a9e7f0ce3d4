import type { Family } from '../../core/netfilter.ts';
import { compiled } from '../../core/engine/compile/compile.ts';
import { runExpectations, type ExpectationResult, type ExpectationStatus } from '../../core/expectations/expectations.ts';
import { printPacket } from '../../core/notation/print.ts';
import type { Ruleset } from '../../core/ruleset/model.ts';
import type { FileInContext, Report } from '../rule.ts';
import { textSpan } from './edits.ts';

const known = new WeakMap<FileInContext, readonly ExpectationResult[]>();

/** One report for each expectation of the file with that answer; the expectations are run once for all of these. */
export function reportsOf(file: FileInContext, status: ExpectationStatus): Report[] {
  return resultsOf(file).filter((result) => result.status === status).map(report);
}

function resultsOf(file: FileInContext): readonly ExpectationResult[] {
  let results = known.get(file);
  if (results === undefined) {
    results = file.survey.has('expectation') ? run(file) : [];
    known.set(file, results);
  }
  return results;
}

function run({ lines, family, rulesets, host }: FileInContext): readonly ExpectationResult[] {
  const ruleset = (wanted: Family): Ruleset => rulesets.find((each) => each.family === wanted) ?? { family: wanted, tables: new Map(), problems: [], failures: [] };
  return runExpectations(lines, { family, program: (wanted) => compiled(ruleset(wanted)), ruleset, host });
}

/** The answer, with the rules that the packet met as related places where there is one course only. */
function report({ line, span, message, packet, counterexample, result }: ExpectationResult): Report {
  const met = result === undefined || result.outcomes !== undefined ? [] : result.steps.filter(({ matched }) => matched === true);
  const related = met.map(({ rule: { bound }, chain, effect }) => ({
    line: bound.line, span: textSpan(bound.line), message: `Met in ${chain}${effect === undefined ? '' : `: ${effect}`}`,
  }));
  const shown = counterexample ?? packet;
  return { line, span, message, ...(shown === undefined ? {} : { packet: printPacket(shown) }), ...(related.length === 0 ? {} : { related }) };
}
