import type { IntegerShape } from './integer.ts';
import { fail, ok, shown, type ValueType } from './value.ts';

const MOST = 2n ** 63n - 1n;

/** A number as C's atoi reads it: decimal digits, of which 32 bits are kept; whatever stands behind them is passed over. */
export function leadingNumber({ what, min, max, example }: IntegerShape): ValueType<number> {
  return {
    placeholder: 'NUMBER',
    parse(text) {
      const digits = /^\s*\+?([0-9]+)/u.exec(text)?.[1];
      if (digits === undefined) return fail(`${shown(text)} is not ${what}: write a whole number from ${min} to ${max}, such as \`${example}\`.`);
      const number = BigInt(digits);
      const kept = number > MOST ? -1 : Number(BigInt.asIntN(32, number));
      if (kept < min) return fail(number < min ? `\`${text}\` is too small for ${what}, read as ${number}; the least is ${min}.` : `\`${text}\` is too large for ${what}; the most is ${max}.`, String(number < min ? min : max));
      return ok(kept, /^\s*\+?[0-9]+$/u.test(text) && number === BigInt(kept) ? undefined : `\`${text}\` is read as ${kept}; write \`${kept}\`.`);
    },
    print: String,
  };
}
