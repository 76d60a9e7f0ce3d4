import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type ValueType } from './value.ts';

/** Names that iptables-save prints, Monday first. */
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;
export const MONTH: readonly number[] = Array.from({ length: 31 }, (_, index) => index + 1);

const sorted = (days: Iterable<number>): readonly number[] => [...new Set(days)].sort((a, b) => a - b);

export const printWeekdays = (days: readonly number[]): string => days.map((day) => WEEKDAYS[day - 1]!).join(',');

/** A comma list of weekdays, 1 for Monday to 7: numbers, or names of which the first two letters count. */
export const weekdays: ValueType<readonly number[]> = {
  placeholder: 'DAY[,DAY…]',
  separator: ',',
  parse(text) {
    const days: number[] = [];
    let warning = text === '' ? 'No weekday is named, so the rule never matches.' : undefined;
    for (const [index, element] of text.split(',').entries()) {
      if (element === '' && (index === 0 ? text === '' : index === text.split(',').length - 1)) continue;
      const number = /^\s*[+-]?[0-9]+$/u.test(element) ? Number(element) : undefined;
      const named = WEEKDAYS.findIndex((name) => element.startsWith(name.slice(0, 2))) + 1;
      if (number === 0 || element === '') return fail(`\`${text}\` has an element that is no weekday; write numbers from 1, Monday, to 7, Sunday, or names such as \`Mon\`.`, element === '' ? withoutEmpty(text) : undefined);
      if (number === undefined && named === 0) return fail(`${shown(element)} is not a weekday.${didYouMean(element, WEEKDAYS).hint} Write ${WEEKDAYS.join(', ')} or 1 to 7; ranges are not taken.`, spread(text));
      const day = number ?? named;
      if (day >= 1 && day <= 7) days.push(day);
      else warning ??= `\`${element}\` is beyond 7, Sunday; iptables takes it and it means no day.`;
      if (named > 0 && !/^[a-z]*$/iu.test(element)) warning ??= `\`${element}\` is taken as ${WEEKDAYS[named - 1]!}; ranges are not known, so list the days.`;
    }
    return ok(sorted(days), warning);
  },
  print: printWeekdays,
  complete: () => WEEKDAYS.map((text) => ({ text })),
};

/** A comma list of days of the month, 1 to 31; two characters of each count, so that `21st` is taken and `1st` is not. */
export const monthDays: ValueType<readonly number[]> = {
  placeholder: 'DAY[,DAY…]',
  separator: ',',
  parse(text) {
    const days: number[] = [];
    let warning: string | undefined;
    for (const element of text.split(',').filter((each) => each !== '')) {
      const start = element.slice(0, 2);
      if (!/^\s*\+?[0-9]+$/u.test(start)) return fail(`${shown(element)} is not a day of the month: write numbers from 1 to 31; ranges are not taken.`, spread(text) ?? withoutSuffixes(text));
      const day = Number(start);
      if (day > 31) return fail(`\`${start}\` is above 31, the last day of a month; write one from 1 to 31.`);
      if (day > 0) days.push(day);
      if (element.length > 2 || day === 0) warning ??= `\`${element}\` is taken as ${day === 0 ? 'no day' : `the day ${day}`}: two characters count.`;
    }
    return ok(sorted(days), days.length === 0 ? 'No day is named, so the rule never matches.' : warning);
  },
  print: (days) => days.join(','),
};

/** The list that a range stands for. */
function spread(text: string): string | undefined {
  const days = text.split(',').map((element) => {
    const [, from, to] = /^([0-9]{1,2})-([0-9]{1,2})$/u.exec(element) ?? [];
    if (from === undefined) return element;
    return Array.from({ length: Math.max(0, Math.min(31, Number(to)) - Number(from) + 1) }, (_, index) => Number(from) + index).join(',');
  });
  return days.join(',') === text || days.includes('') ? undefined : days.join(',');
}

function withoutSuffixes(text: string): string | undefined {
  const plain = text.replaceAll(/([0-9]+)(st|nd|rd|th)\b/gu, '$1');
  return plain === text ? undefined : plain;
}

function withoutEmpty(text: string): string | undefined {
  const rest = text.split(',').filter((element) => element !== '').join(',');
  return rest === '' ? undefined : rest;
}
