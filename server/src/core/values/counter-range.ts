import { octalWarning, readBigInteger } from './integer.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** The largest number of 64 bits. */
export const MOST_COUNTED = (1n << 64n) - 1n;

/** Counts from `from` to `to`, both included. */
export interface CounterRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** A whole number of 64 bits, as iptables reads it; `what` is a noun phrase for messages (`a number of bytes`). */
export function readCounter(text: string, what: string): Parsed<bigint> {
  const value = readBigInteger(text);
  if (value === undefined) return fail(`${shown(text)} is not ${what}: write a whole number without a unit, such as \`1048576\`.`, inBytes(text));
  return value > MOST_COUNTED ? fail(`\`${text}\` is too large for ${what}; the most is ${MOST_COUNTED}.`) : ok(value, octalWarning(text, Number(value)));
}

/** What somebody who wrote `10k` or `1M` means. */
function inBytes(text: string): string | undefined {
  const [, digits, unit] = /^([0-9]+)([kmg])i?b?$/iu.exec(text) ?? [];
  return digits === undefined ? undefined : String(BigInt(digits) << BigInt(10 * ('kmg'.indexOf(unit!.toLowerCase()) + 1)));
}

/** A whole number of 64 bits. */
export function counter(what: string, placeholder: string): ValueType<bigint> {
  return { placeholder, parse: (text) => readCounter(text, what), print: String };
}

/** `FROM[:[TO]]` of connbytes: without an end, everything from there on. */
export const counterRange: ValueType<CounterRange> = {
  placeholder: 'FROM[:TO]',
  parse(text) {
    const what = 'a number of packets or bytes';
    const parts = text.split(':');
    if (parts.length > 2) return fail(`\`${text}\` has more than two parts; a range is written \`1000:5000\`.`);
    if (/^[0-9]+-[0-9]+$/u.test(text)) return fail(`${shown(text)} is not a number; a range is written with a colon.`, text.replace('-', ':'));
    const from = parts[0] === '' ? ok(0n) : readCounter(parts[0]!, what);
    if (!from.ok) return from;
    const to = parts[1] === undefined || parts[1] === '' ? ok(MOST_COUNTED) : readCounter(parts[1], what);
    if (!to.ok) return to;
    if (from.value > to.value) return fail(`The range \`${text}\` is reversed; write the lower number first.`, `${to.value}:${from.value}`);
    const zero = to.value === 0n ? `iptables-save prints \`${text}\` as \`0\`, which holds every number once loaded again.` : undefined;
    const open = from.value === 0n && to.value === MOST_COUNTED ? `\`${text}\` holds every number; write a lower end such as \`1000:\`.` : undefined;
    return ok({ from: from.value, to: to.value }, from.warning ?? to.warning ?? zero ?? open);
  },
  // An upper end of 0 is taken for none.
  print: ({ from, to }) => (to === MOST_COUNTED || to === 0n ? String(from) : `${from}:${to}`),
  hover: ({ from, to }) => (to === MOST_COUNTED ? `${from} or more.` : `From ${from} to ${to}.`),
};
