import type { Family } from '../../core/netfilter.ts';
import { compiled } from '../../core/engine/compile/compile.ts';
import { beginExpectations, type ExpectationResult, type ExpectationStatus, type OpenExpectation } from '../../core/expectations/expectations.ts';
import { printPacket } from '../../core/notation/print.ts';
import type { Ruleset } from '../../core/ruleset/model.ts';
import type { FileInContext, Progress, Report } from '../rule.ts';
import { textSpan } from './edits.ts';

type Begun = readonly (ExpectationResult | OpenExpectation)[];

/** The expectations of a file by its rulesets, which checks of all rounds share. */
const known = new WeakMap<FileInContext['rulesets'], Begun>();
const judged = new WeakMap<OpenExpectation, ExpectationResult>();

/** One report for each expectation with that answer which takes no analysis; the expectations are run once for all of these. */
export function reportsOf(file: FileInContext, status: ExpectationStatus): Report[] {
  return begun(file).flatMap((each) => (!('judging' in each) && each.status === status ? [report(each)] : []));
}

/** The same of those about classes of packets that take one. */
export function* classReportsOf(file: FileInContext, status: ExpectationStatus): Iterable<Progress> {
  for (const each of begun(file)) {
    if (!('judging' in each)) continue;
    let result = judged.get(each);
    if (result === undefined) judged.set(each, result = yield* each.judging());
    if (result.status === status) yield report(result);
  }
}

function begun(file: FileInContext): Begun {
  let results = known.get(file.rulesets);
  if (results === undefined) known.set(file.rulesets, results = file.survey.of('expectation').length === 0 ? [] : begin(file));
  return results;
}

function begin({ lines, family, rulesets, host }: FileInContext): Begun {
  const ruleset = (wanted: Family): Ruleset => rulesets.find((each) => each.family === wanted && each.namespace === rulesets[0]!.namespace) ?? { family: wanted, tables: new Map(), problems: [], failures: [] };
  return beginExpectations(lines, { family, program: (wanted) => compiled(ruleset(wanted)), ruleset, host });
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
