import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** strtoul with base 0: decimal, `0x` hexadecimal, leading-zero octal; leading blanks and one `+` are taken, nothing may follow. */
const INTEGER = /^[ \t\n\v\f\r]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/u;

/** What nearly all numbers look like, read without going through a BigInt. */
const PLAIN = /^(0|[1-9][0-9]{0,14})$/u;

/** An unsigned integer as iptables reads it (`010` is 8, `0x10` is 16); undefined where the text is none. */
export function readInteger(text: string): number | undefined {
  if (PLAIN.test(text)) return Number(text);
  const big = readBigInteger(text);
  return big === undefined ? undefined : Number(big);
}

/** The same without loss above 2^53. */
export function readBigInteger(text: string): bigint | undefined {
  const digits = INTEGER.exec(text)?.[1];
  if (digits === undefined) return undefined;
  if (digits.length < 2 || digits[0] !== '0' || digits[1] === 'x' || digits[1] === 'X') return BigInt(digits);
  return BigInt(`0o${digits.slice(1)}`);
}

/** Bounds and words of an integer type; `what` is a noun phrase for messages (`a TTL`). */
export interface IntegerShape {
  readonly what: string;
  readonly min: number;
  readonly max: number;
  readonly example: string;
  readonly placeholder?: string;
  readonly print?: (value: number) => string;
}

/** A whole number within bounds, written in decimal, octal or hexadecimal. */
export function integer(shape: IntegerShape): ValueType<number> {
  const { what, min, max, example, placeholder = 'NUMBER', print = String } = shape;
  return {
    placeholder,
    parse(text) {
      const value = readInteger(text);
      if (value === undefined) return fail(`${shown(text)} is not ${what}: write a whole number from ${min} to ${max}, such as \`${example}\`.`, digitsOf(text, min, max));
      if (value < min) return fail(`\`${text}\` is too small for ${what}; the least is ${min}.`, String(min));
      if (value > max) return fail(`\`${text}\` is too large for ${what}; the most is ${max}.`, String(max));
      return ok(value, octalWarning(text, value));
    },
    print: (value) => print(value),
  };
}

/** A leading zero changes the number silently: say which number is meant to iptables. */
export function octalWarning(text: string, value: number): string | undefined {
  return /^[ \t]*\+?0[0-9]/u.test(text) && value > 7 ? `\`${text}\` has a leading zero and is read as octal: it means ${value}.` : undefined;
}

/** What is left of `08` or `64s` when only its decimal digits are kept, if that is within bounds. */
function digitsOf(text: string, min: number, max: number): string | undefined {
  const digits = /^\s*0*([0-9]+)/u.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  return value >= min && value <= max ? digits : undefined;
}

/** Two ends of a range, both included; `from` may be above `to`, then nothing lies in it. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** Whether a value lies in the range. */
export const within = (value: number, { from, to }: NumberRange): boolean => value >= from && value <= to;

/** `a`, `a:b`, `a:` or `:b` with both ends up to `max`; a reversed range is taken as iptables takes it, with a warning. */
export function integerRange(shape: Pick<IntegerShape, 'what' | 'max' | 'example'>): ValueType<NumberRange> {
  const { what, max, example } = shape;
  const end = (text: string, empty: number): Parsed<number> => {
    if (text === '') return ok(empty);
    const value = readInteger(text);
    if (value === undefined) return fail(`${shown(text)} is not ${what}: write a number or a range such as \`${example}\`.`, /[0-9]-/u.test(text) ? text.replace('-', ':') : undefined);
    return value > max ? fail(`\`${text}\` is too large for ${what}; the most is ${max}.`, String(max)) : ok(value);
  };
  return {
    placeholder: 'NUMBER[:NUMBER]',
    parse(text) {
      const parts = text.split(':');
      if (parts.length > 2) return fail(`\`${text}\` has more than two parts; a range is written \`${example}\`.`);
      const from = end(parts[0]!, 0);
      if (!from.ok) return from;
      const to = parts.length === 1 ? from : end(parts[1]!, max);
      if (!to.ok) return to;
      const warning = text === '' ? `An empty value is read as 0; write a number such as \`${example}\`.` : reversedWarning(text, from.value, to.value);
      return ok({ from: from.value, to: to.value }, warning);
    },
    print: ({ from, to }) => (from === to ? String(from) : `${from}:${to}`),
  };
}

/** Said of a range whose first end is above its second: iptables takes it, and nothing lies in it. */
export function reversedWarning(text: string, from: number | bigint, to: number | bigint): string | undefined {
  return from > to ? `The range \`${text}\` is reversed: no value lies in it.` : undefined;
}
