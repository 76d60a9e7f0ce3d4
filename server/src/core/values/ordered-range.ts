import { integerRange, type IntegerShape, type NumberRange } from './integer.ts';
import { fail, type ValueType } from './value.ts';

/** `a`, `a:b`, `a:` or `:b` with both ends up to `max`, where iptables refuses a reversed range. */
export function orderedRange(shape: Pick<IntegerShape, 'what' | 'max' | 'example'>): ValueType<NumberRange> {
  const range = integerRange(shape);
  return {
    ...range,
    parse(text, context) {
      const parsed = range.parse(text, context);
      if (!parsed.ok || parsed.value.from <= parsed.value.to) return parsed;
      const { from, to } = parsed.value;
      return fail(`The range \`${text}\` is reversed; write the lower number first.`, `${to}:${from}`);
    },
  };
}
