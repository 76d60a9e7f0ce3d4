/** What the named classes of a bracket hold, as a regular expression writes it. */
export const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9', alpha: 'A-Za-z', blank: ' \\t', digit: '0-9', lower: 'a-z', upper: 'A-Z', space: '\\s', xdigit: '0-9A-Fa-f', punct: '!-\\/:-@\\[-`{-~',
};

/** The brackets that stand at an offset of a pattern, as a regular expression writes them, and where they end; undefined where they do not. */
export function bracket(pattern: string, start: number): { readonly source: string; readonly end: number } | undefined {
  let i = start + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  let set = '';
  for (let first = true; i < pattern.length; first = false, i++) {
    const character = pattern[i]!;
    if (character === ']' && !first) return { source: `[${negated ? '^' : ''}${set}]`, end: i };
    const named = character === '[' ? /^\[:([a-z]+):\]/u.exec(pattern.slice(i)) : null;
    if (named !== null && Object.hasOwn(CLASSES, named[1]!)) {
      set += CLASSES[named[1]!]!;
      i += named[0].length - 1;
    } else if (character === '\\' && i + 1 < pattern.length) set += inSet(pattern[++i]!);
    else set += character === '-' && !first && pattern[i + 1] !== ']' ? '-' : inSet(character);
  }
  return undefined;
}

const inSet = (character: string): string => (/[\\\]^[-]/u.test(character) ? `\\${character}` : character);
