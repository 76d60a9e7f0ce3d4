import type { Fate, Outcome, Result } from '../engine/result.ts';
import { fulfils, printVerdict, verdictText, type ExpectedVerdict } from '../notation/verdict.ts';
import { nameOfLine } from '../syntax/line.ts';

/** How an answer stands to what was expected. */
export interface Judgement {
  readonly status: 'pass' | 'fail' | 'undecided';
  /** What is wrong, or by what the packet fares as expected. */
  readonly message: string;
}

/** Compares a result with what is expected. It passes when every course agrees and fails when every course contradicts. */
export function judge(result: Result, expected: ExpectedVerdict): Judgement {
  const fates: readonly Fate[] = result.outcomes ?? [result];
  const answers = fates.map((fate) => fulfils(fate, expected));
  if (result.complete && answers.every((answer) => answer === true)) return { status: 'pass', message: `${printVerdict(expected)}${[...new Set(fates.map(decidedBy))].join(' or')}.` };
  if (result.complete && answers.every((answer) => answer === false)) {
    return { status: 'fail', message: `Expected ${printVerdict(expected)}, but the packet fares otherwise: ${coursesText(result)}.` };
  }
  const whole = result.complete ? '' : ' There are more courses than are followed.';
  return { status: 'undecided', message: `Expected ${printVerdict(expected)}, but that can't be told: ${fates.map(courseText).join('; ')}.${whole}` };
}

/** What becomes of a packet, each course with what decides it. */
export const coursesText = (result: Result): string => (result.outcomes ?? [result]).map(courseText).join('; or ');

/** A fate in one clause: its verdict, what decided it, and what it takes as given. */
function courseText(fate: Fate | Outcome): string {
  const given = 'courses' in fate && fate.courses.length > 1 ? fate.courses.map((course) => course.join(' and ')).filter((text) => text !== '') : [fate.assumptions.join(' and ')];
  const condition = given.filter((text) => text !== '').join(', or ');
  return `${verdictText(fate)}${decidedBy(fate)}${condition === '' ? '' : ` if ${condition}`}`;
}

function decidedBy(fate: Fate): string {
  if (fate.reason !== undefined) return ` (${fate.reason})`;
  if (fate.policy !== undefined) return ` by the policy of ${fate.policy.chain} in ${fate.policy.table}`;
  const last = fate.steps.findLast((step) => step.matched === true);
  return last === undefined ? '' : ` by ${nameOfLine(last.rule.bound.line)}`;
}
