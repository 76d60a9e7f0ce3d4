import { choiceList, type ChoiceShape } from './choice.ts';
import { ok, type ValueType } from './value.ts';

/** A comma list whose empty elements iptables passes over; `empty` warns of a list without any word, which it also takes. */
export function looseList<V extends string>(shape: ChoiceShape<V> & { readonly empty?: string }): ValueType<readonly V[]> {
  const strict = choiceList(shape);
  return {
    ...strict,
    parse(text, context) {
      const words = text.split(',').filter((word) => word !== '');
      if (words.length === 0) return shape.empty === undefined ? strict.parse(text, context) : ok([], shape.empty);
      const parsed = strict.parse(words.join(','), context);
      if (!parsed.ok || words.join(',') === text) return parsed;
      return ok(parsed.value, `\`${text}\` has an empty element, which iptables passes over; write \`${words.join(',')}\`.`);
    },
  };
}
