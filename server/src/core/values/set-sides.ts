import { fail, ok, type ValueType } from './value.ts';

/** Which end of the packet a dimension of an ipset looks at. */
export type SetEnd = 'src' | 'dst';

const MOST_DIMENSIONS = 6;

/** `src|dst[,src|dst…]`, one for each dimension of the set. */
export const setEnds: ValueType<readonly SetEnd[]> = {
  placeholder: 'src|dst[,…]',
  separator: ',',
  parse(text) {
    const words = text.split(',');
    if (words.length > MOST_DIMENSIONS) return fail(`\`${text}\` has ${words.length} parts; a set has at most ${MOST_DIMENSIONS} dimensions.`);
    const wrong = words.find((word) => word !== 'src' && word !== 'dst');
    if (wrong === undefined) return ok(words as SetEnd[]);
    const lower = text.toLowerCase();
    return fail(`\`${wrong}\` is neither \`src\` nor \`dst\`; each dimension of the set takes one of them, such as \`src,dst\`.`, /^(src|dst)(,(src|dst))*$/u.test(lower) ? lower : undefined);
  },
  print: (ends) => ends.join(','),
  complete: () => [{ text: 'src', detail: 'the packet\'s source' }, { text: 'dst', detail: 'the packet\'s destination' }],
};
