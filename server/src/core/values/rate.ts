import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** Time units of a rate, as iptables-save prints them, shortest last, with their length in seconds. */
const UNITS: readonly (readonly [printed: string, word: string, seconds: number])[] = [
  ['day', 'day', 86400], ['hour', 'hour', 3600], ['min', 'minute', 60], ['sec', 'second', 1],
];

/** How the time between two packets of a rate is counted: `limit` in 1/10000 s, `hashlimit` in 1/1000000 s. */
export type RateScale = 10_000 | 1_000_000;

/** Time between two packets in units of 1/scale s, rounded down as iptables does; always at least 1. */
export type PacketInterval = number;

/** `NUMBER[/UNIT]`, where the unit may be shortened: `5/minute`, `5/min`, `5/m`. */
export function rate(scale: RateScale): ValueType<PacketInterval> {
  return {
    placeholder: 'NUMBER[/second|minute|hour|day]',
    parse: (text) => readRate(text, scale),
    print: (interval) => printRate(interval, scale),
    complete: () => ['3/hour', '10/hour', '1/minute', '3/minute', '5/minute', '10/minute', '1/second', '5/second', '10/second', '1/day']
      .map((text) => ({ text, detail: 'packets on average' })),
    hover: (interval) => describe(interval, scale),
  };
}

/** Reads a rate of packets into the interval between two of them. */
export function readRate(text: string, scale: RateScale): Parsed<PacketInterval> {
  const slash = text.indexOf('/');
  const unit = slash === -1 ? 1 : readUnit(text.slice(slash + 1));
  const count = slash === -1 ? text : text.slice(0, slash);
  if (unit === undefined) return fail(`\`${text}\` has no time unit that iptables knows: write \`/second\`, \`/minute\`, \`/hour\` or \`/day\`, such as \`5/minute\`.`, mended(count, text.slice(slash + 1)));
  const digits = /^\s*\+?([0-9]+)/u.exec(count)?.[1];
  if (/^\s*-/u.test(count)) return fail(`\`${text}\` is negative; a rate looks like \`5/minute\`.`);
  if (digits === undefined || Number(digits) === 0) return fail(`${shown(text)} is not a rate; write a positive number and a time unit, such as \`5/minute\`.`);
  const interval = Math.floor((scale * unit) / Number(digits));
  if (interval === 0) return fail(`\`${text}\` is too fast; write \`${scale}/second\`, the fastest rate, or a slower one.`, `${scale}/second`);
  const cut = digits.length < count.trim().replace('+', '').length ? `\`${count}\` is read as ${digits}; iptables takes whole numbers only.` : undefined;
  return ok(interval, cut);
}

/** Seconds of a unit, of which any beginning is enough, in any case. */
function readUnit(text: string): number | undefined {
  if (text === '') return undefined;
  const folded = text.toLowerCase();
  return UNITS.find(([, word]) => word.startsWith(folded))?.[2];
}

/** What somebody who wrote `5/mins` or `5/seconds` means. */
function mended(count: string, unit: string): string | undefined {
  const singular = unit.toLowerCase().replace(/s$/u, '');
  const known = UNITS.find(([printed, word]) => word === singular || printed === singular);
  return known === undefined || !/^[0-9]+$/u.test(count) ? undefined : `${count}/${known[1]}`;
}

/** The number and unit that iptables prints for an interval: the shortest unit up to which each longer one divides evenly. */
export function asRate(interval: PacketInterval, scale: RateScale): { readonly count: number; readonly unit: string; readonly seconds: number } {
  let chosen = 0;
  for (let index = 1; index < UNITS.length; index++) {
    const length = UNITS[index]![2] * scale;
    if (interval > length || Math.floor(length / interval) < length % interval) break;
    chosen = index;
  }
  const [unit, , seconds] = UNITS[chosen]!;
  return { count: Math.floor((seconds * scale) / interval), unit, seconds };
}

function printRate(interval: PacketInterval, scale: RateScale): string {
  const { count, unit } = asRate(interval, scale);
  return `${count}/${unit}`;
}

function describe(interval: PacketInterval, scale: RateScale): string {
  const seconds = interval / scale;
  return `One packet every ${seconds >= 1 ? `${Number(seconds.toFixed(3))} s` : `${Number((seconds * 1000).toFixed(3))} ms`} on average.`;
}
