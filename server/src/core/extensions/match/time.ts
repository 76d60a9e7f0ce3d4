import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { date, LAST_SECOND } from '../../values/date.ts';
import { MONTH, monthDays, printWeekdays, WEEK, weekdays } from '../../values/days.ts';
import { DAY_END, daytime, printDaytime } from '../../values/daytime.ts';
import { defineMatch, flag, option, type BoundOption, type ExtensionUse, type OptionSpec, type Problem } from '../definition.ts';

const dateStart = option('datestart', date);
const dateStop = option('datestop', date);
const timeStart = option('timestart', daytime);
const timeStop = option('timestop', daytime);
const inMonth = option('monthdays', monthDays, { negatable: true });
const inWeek = option('weekdays', weekdays, { negatable: true });
const utc = flag('utc', { conflicts: ['kerneltz', 'localtz'] });
const localZone = flag('localtz', { conflicts: ['utc'], deprecated: { localtz: 'kerneltz' } });
const kernelZone = flag('kerneltz', { conflicts: ['utc'] });
const contiguous = flag('contiguous');

/** What a use says, with defaults filled in. */
interface Shape {
  readonly dates: readonly [from: number, to: number];
  readonly times: readonly [from: number, to: number];
  readonly month: readonly number[];
  readonly week: readonly number[];
  readonly zone: 'UTC' | 'the kernel\'s time zone';
}

/** iptables hands the kernel the days that are left when a list is negated. */
function days(use: ExtensionUse, spec: OptionSpec<readonly number[]>, all: readonly number[]): readonly number[] {
  const bound: BoundOption<readonly number[]> | undefined = use.option(spec);
  if (bound === undefined) return all;
  return all.filter((day) => bound.value.includes(day) !== bound.negated);
}

const shape = (use: ExtensionUse): Shape => ({
  dates: [use.option(dateStart)?.value ?? 0, use.option(dateStop)?.value ?? LAST_SECOND],
  times: [use.option(timeStart)?.value ?? 0, use.option(timeStop)?.value ?? DAY_END],
  month: days(use, inMonth, MONTH), week: days(use, inWeek, WEEK),
  zone: use.option(kernelZone) !== undefined || use.option(localZone) !== undefined ? 'the kernel\'s time zone' : 'UTC',
});

/** A question about the time: what holds on every day, or on none, is decided by itself, and all else by the host's clock. */
interface TimeQuestion {
  /** The answer that every time gives; undefined where it depends on the time. */
  readonly always: boolean | undefined;
  readonly question: string;
  /** What is asked, for traces. */
  readonly what: string;
  /** Decides by the seconds since 1970. */
  test(seconds: number): boolean;
}

const DAY = DAY_END + 1;

/** The packet's second since 1970; undefined where no clock is known, or the zone counts, which only the kernel knows. */
function secondsOf({ host, world }: Traversal, zone: Shape['zone']): number | undefined {
  return host.clock === undefined || zone !== 'UTC' ? undefined : Math.floor(host.clock + world.now);
}

/** Nothing for what always holds. */
function condition(source: string, zone: Shape['zone'], { always, question, what, test }: TimeQuestion): Condition[] {
  if (always === true) return [];
  return [{
    source,
    test(traversal): Truth {
      const seconds = secondsOf(traversal, zone);
      return always ?? (seconds === undefined ? new Unknown(question) : test(seconds));
    },
    observe(traversal) {
      const seconds = secondsOf(traversal, zone);
      if (always === false) return 'no time fits';
      return seconds === undefined ? `${what} is open` : `it is ${print(seconds)}`;
    },
  }];
}

/** Equal ends hold all day, and a start behind the stop goes over midnight. Seen in the kernel. */
const isWholeDay = ([from, to]: Shape['times']): boolean => (from < to ? from === 0 && to === DAY_END : from - to <= 1);

function isInTime([from, to]: Shape['times'], seconds: number): boolean {
  const time = seconds % DAY;
  return from < to ? time >= from && time <= to : time >= from || time <= to;
}

/** With `--contiguous` the hours behind midnight count for the day before. */
function dayOf(seconds: number, [from, to]: Shape['times'], joins: boolean): Date {
  return new Date((joins && from >= to && seconds % DAY <= to ? seconds - DAY : seconds) * 1000);
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const { dates: [from, to], times, month, week, zone } = shape(use);
  const joins = use.option(contiguous) !== undefined;
  const source = ['-m time', ...use.options.map(({ text }) => text)].join(' ');
  const between = (a: string, b: string): string => `it is between ${a} and ${b} (${zone})`;
  const questions: readonly TimeQuestion[] = [
    { always: from > to ? false : from === 0 && to >= LAST_SECOND ? true : undefined, question: between(print(from), print(to)), what: 'the date', test: (seconds) => seconds >= from && seconds <= to },
    { always: isWholeDay(times) ? true : undefined, question: between(printDaytime(times[0]), printDaytime(times[1])), what: 'the time of day', test: (seconds) => isInTime(times, seconds) },
    { always: allOrNone(week, WEEK), question: `the day is ${printWeekdays(week)}`, what: 'the weekday', test: (seconds) => week.includes(dayOf(seconds, times, joins).getUTCDay() || WEEK.length) },
    { always: allOrNone(month, MONTH), question: `the day of the month is ${month.join(',')}`, what: 'the day of the month', test: (seconds) => month.includes(dayOf(seconds, times, joins).getUTCDate()) },
  ];
  return questions.flatMap((question) => condition(source, zone, question));
}

const allOrNone = (days: readonly number[], all: readonly number[]): boolean | undefined => (days.length === 0 ? false : days.length === all.length ? true : undefined);

const print = (seconds: number): string => date.print(seconds, { family: 'ipv4' });

function check(use: ExtensionUse): readonly Problem[] {
  const problems: Problem[] = [];
  const { dates: [from, to], times } = shape(use);
  const over = use.option(contiguous);
  if (over !== undefined && times[0] <= times[1]) {
    problems.push({ code: 'missing-option', message: '`--contiguous` needs a `--timestop` before the `--timestart`: it joins what lies on both sides of midnight.', span: over.span });
  }
  const stop = use.option(dateStop);
  if (from > to) problems.push({ code: 'unmatchable-rule', accepted: true, message: stop === undefined ? 'The start is behind the last second that iptables knows, so nothing matches.' : 'The stop is before the start, so nothing matches.', span: (stop ?? use.option(dateStart)!).span });
  const [first, last] = [use.option(timeStart), use.option(timeStop)];
  if (first !== undefined && last !== undefined && first.value === last.value) problems.push({ code: 'unmatchable-rule', accepted: true, message: 'Start and stop are the same time, which holds all day.', span: last.span });
  return problems;
}

function save(use: ExtensionUse): readonly string[] {
  const { dates: [from, to], times, month, week, zone } = shape(use);
  return [
    ...(times[0] === 0 && times[1] === DAY_END ? [] : ['--timestart', printDaytime(times[0]), '--timestop', printDaytime(times[1])]),
    ...(month.length === MONTH.length ? [] : ['--monthdays', month.join(',')]),
    ...(week.length === WEEK.length ? [] : ['--weekdays', printWeekdays(week)]),
    ...(from === 0 ? [] : ['--datestart', print(from)]), ...(to === 0 ? [] : ['--datestop', print(to)]),
    ...(zone === 'UTC' ? [] : ['--kerneltz']), ...(use.option(contiguous) === undefined ? [] : ['--contiguous']),
  ];
}

export default defineMatch({
  name: 'time',
  families: ['ipv4', 'ipv6'],
  options: [dateStart, dateStop, timeStart, timeStop, inMonth, inWeek, utc, localZone, kernelZone, contiguous],
  check,
  save,
  conditions,
});
