import { fail, ok, shown, type ValueType } from './value.ts';

/** Seconds from 1970 to the last second that 31 bits hold, which iptables takes for "without end". */
export const LAST_SECOND = 0x7fffffff;

const EXAMPLE = '2026-01-31T18:30:00';

/** A number as iptables reads it: blanks and a plus in front are passed over, nothing at all is 0. */
const NUMBER = '\\s*\\+?([0-9]*)';
// A second dash is a minus sign to iptables.
const DATE = new RegExp(`^(?!.*\\n)(?!.*-\\s*-)\\s*\\+?([0-9]+)(?:-${NUMBER}(?:-${NUMBER}(?:T${NUMBER}(?::${NUMBER}(?::${NUMBER})?)?)?)?)?$`, 'u');

/** `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]` as seconds from 1970 in UTC. */
export const date: ValueType<number> = {
  placeholder: 'YYYY[-MM[-DD[Thh[:mm[:ss]]]]]',
  parse(text) {
    const parts = DATE.exec(text)?.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
    if (parts === undefined) return fail(`${shown(text)} is not a date: write it like \`${EXAMPLE}\`, as far as needed.`, mended(text));
    const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts as [number, ...(number | undefined)[]];
    if (year < 1970 || year > 2038) return fail(`${shown(text)} is not in the years that iptables takes; write one from 1970 to 2038.`);
    if (month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59) return fail(`\`${text}\` is no date: months go up to 12, days to 31, hours to 23, minutes and seconds to 59.`);
    const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
    if (seconds < 0) return fail(`\`${text}\` is before 1970; write a date from \`1970-01-01\` on.`);
    return ok(seconds, month === 0 || day === 0 || new Date(seconds * 1000).getUTCDate() !== day ? `\`${text}\` is not in the calendar; iptables takes it as ${printDate(seconds)}.` : undefined);
  },
  print: printDate,
  hover: (seconds) => `${new Date(seconds * 1000).toUTCString().replace('GMT', 'UTC')}.`,
};

function printDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

/** What somebody who wrote a blank for the `T`, or a `Z` behind, means. */
function mended(text: string): string | undefined {
  const tried = text.trim().replace(/Z$/iu, '').replace(/[t ]/u, 'T').replaceAll('/', '-');
  return tried !== text && DATE.test(tried) ? tried : undefined;
}
