import type { Fate, Outcome, Result } from '../../core/engine/result.ts';

/** Most of the fates of one packet that are spelled out; the others are counted. */
export const SPELLED_OUT = 5;

/** How many more there are than are spelled out: `and 3 more ends`; nothing where there are none. */
export function moreThan(count: number, what: string): string[] {
  const more = count - SPELLED_OUT;
  return more <= 0 ? [] : [`and ${more} more ${what}${more === 1 ? '' : 's'}`];
}

/** A fate in a few words: `DROP by the policy of filter INPUT`. */
export function fateText(fate: Fate): string {
  const verdict = fate.rejectWith === undefined ? fate.verdict : `${fate.verdict} with ${fate.rejectWith}`;
  if (fate.policy !== undefined) return `${verdict} by the policy of ${fate.policy.table} ${fate.policy.chain}`;
  return fate.reason === undefined ? verdict : `${verdict}: ${fate.reason}`;
}

/** Everything that may become of a packet, in a few words: `ACCEPT if its owner is 1000; DROP otherwise`. */
export function resultText(result: Result): string {
  const { outcomes, verdict, complete } = result;
  if (verdict !== 'UNKNOWN' || outcomes === undefined) return fateText(result);
  const fates = new Map<string, Outcome['courses']>();
  for (const outcome of outcomes) fates.set(fateText(outcome), [...fates.get(fateText(outcome)) ?? [], ...outcome.courses]);
  const parts = [...fates].slice(0, SPELLED_OUT).map(([text, courses], index) =>
    (complete && index > 0 && index === fates.size - 1 ? `${text} otherwise` : `${text} if ${conditionText(courses)}`));
  return [...parts, ...moreThan(fates.size, 'possible fate'), ...(complete ? [] : ['and more that was not followed'])].join('; ');
}

/** The simplest of several courses; the others are counted. */
function conditionText(courses: Outcome['courses']): string {
  const simplest = courses.reduce((best, course) => (course.length < best.length ? course : best));
  const others = courses.length - 1;
  return `${simplest.join(' and ')}${others === 0 ? '' : `, or in ${others} other way${others === 1 ? '' : 's'}`}`;
}
