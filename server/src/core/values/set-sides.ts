import { fail, ok, type Parsed, type ValueType } from './value.ts';

/** Which end of the packet a dimension of an ipset looks at. */
export type SetEnd = 'src' | 'dst';

const MOST_DIMENSIONS = 6;

/** `src|dst[,src|dst…]`, one for each dimension of the set. */
export const setEnds: ValueType<readonly SetEnd[]> = {
  placeholder: 'src|dst[,src|dst…]',
  separator: ',',
  parse(text) {
    const words = text.split(',');
    if (words.length > MOST_DIMENSIONS) return fail(`\`${text}\` has ${words.length} parts; a set has at most ${MOST_DIMENSIONS} dimensions.`);
    const wrong = words.find((word) => !/^(src|dst)/u.test(word));
    if (wrong === undefined) return read(words);
    const lower = text.toLowerCase().replace(/source/gu, 'src').replace(/destination|dest/gu, 'dst');
    return fail(`\`${wrong}\` is neither \`src\` nor \`dst\`; each dimension of the set takes one of them, such as \`src,dst\`.`, /^(src|dst)(,(src|dst))*$/u.test(lower) ? lower : undefined);
  },
  print: (ends) => ends.join(','),
  complete: () => [{ text: 'src', detail: 'the packet\'s source' }, { text: 'dst', detail: 'the packet\'s destination' }],
};

/** iptables looks at the first three letters of each word only (seen in 1.8.9). */
function read(words: readonly string[]): Parsed<readonly SetEnd[]> {
  const ends = words.map((word) => word.slice(0, 3) as SetEnd);
  const longer = words.find((word) => word.length > 3);
  return ok(ends, longer === undefined ? undefined : `iptables reads \`${longer}\` as \`${longer.slice(0, 3)}\`; write \`${ends.join(',')}\`.`);
}
