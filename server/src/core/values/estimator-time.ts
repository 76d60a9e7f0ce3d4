import { fail, ok, shown, type ValueType } from './value.ts';

/** Microseconds in each unit; a bare number is in microseconds. */
const UNITS: readonly (readonly [names: readonly string[], length: number])[] = [
  [['s', 'sec', 'secs'], 1_000_000], [['ms', 'msec', 'msecs'], 1000], [['us', 'usec', 'usecs', ''], 1],
];

const WORD = 2 ** 32;

/** A number with an optional fraction and exponent, or a hexadecimal one, and a unit of letters. */
const TIME = /^\s*([-+]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?))([A-Za-z]*)$/u;

/** `TIME[s|ms|us]` of RATEEST, in microseconds. */
export const estimatorTime: ValueType<number> = {
  placeholder: 'TIME',
  parse(text) {
    const [, number, unit] = TIME.exec(text) ?? [];
    const length = unit === undefined ? undefined : UNITS.find(([names]) => names.includes(unit.toLowerCase()))?.[1];
    if (number === undefined || length === undefined) return fail(`${shown(text)} is not a time: write a number with \`s\`, \`ms\` or \`us\`, such as \`250ms\`.`, /^[0-9.]+ +[a-z]+$/iu.test(text) ? text.replace(/ /gu, '') : undefined);
    const exact = Math.trunc(valueOf(number) * length);
    const kept = ((exact % WORD) + WORD) % WORD;
    if (kept !== exact) return ok(kept, `\`${text}\` does not fit: iptables counts microseconds in 32 bits and reads ${printTime(kept)}.`);
    return ok(exact, unit === '' && exact !== 0 ? `\`${text}\` has no unit and is read as ${exact} microseconds; write \`${text}s\` for seconds.` : undefined);
  },
  print: printTime,
};

function valueOf(number: string): number {
  const sign = number.startsWith('-') ? -1 : 1;
  return sign * Number(number.replace(/^[-+]/u, ''));
}

/** A time as iptables-save prints it: with one digit behind the point in seconds or milliseconds. */
export function printTime(microseconds: number): string {
  if (microseconds >= 1_000_000) return `${(microseconds / 1_000_000).toFixed(1)}s`;
  return microseconds >= 1000 ? `${(microseconds / 1000).toFixed(1)}ms` : `${microseconds}us`;
}
