import { fail, ok, shown, type ValueType } from './value.ts';

/** The last second of a day. */
export const DAY_END = 86_399;

const TIME = /^(?!.*\n)\s*\+?([0-9]*):\s*\+?([0-9]*)(?::\s*\+?([0-9]*))?$/u;

/** `hh:mm[:ss]` as seconds from midnight. */
export const daytime: ValueType<number> = {
  placeholder: 'hh:mm[:ss]',
  parse(text) {
    const parts = TIME.exec(text)?.slice(1).map((part) => Number(part ?? 0));
    if (parts === undefined) return fail(`${shown(text)} is not a time of day: write it like \`18:30\` or \`18:30:00\`.`, /^[0-9]{1,2}$/u.test(text) ? `${text}:00` : undefined);
    const [hour, minute, second] = parts as [number, number, number];
    if (hour > 23 || minute > 59 || second > 59) return fail(`\`${text}\` is no time of day; write one from \`00:00:00\` to \`23:59:59\`.`, hour === 24 ? '23:59:59' : undefined);
    return ok(hour * 3600 + minute * 60 + second);
  },
  print: printDaytime,
  complete: () => ['00:00', '08:00', '18:00', '23:59:59'].map((text) => ({ text })),
};

/** `09:05:00`. */
export function printDaytime(seconds: number): string {
  return [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
}
