/** What the named classes of a bracket hold, as a regular expression writes it. */
export const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9', alpha: 'A-Za-z', blank: ' \\t', digit: '0-9', lower: 'a-z', upper: 'A-Z', space: '\\s', xdigit: '0-9A-Fa-f', punct: '!-\\/:-@\\[-`{-~',
};

/** Escapes what a pattern would not take literally. */
export const escapePattern = (text: string): string => text.replace(/[\\*?[\]!^-]/gu, '\\$&');

/** The source of a regular expression for a shell pattern in which a backslash escapes. */
export function patternSource(pattern: string, greedy = true): string {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === '\\' && i + 1 < pattern.length) source += literal(pattern[++i]!);
    else if (character === '*') source += greedy ? '[^]*' : '[^]*?';
    else if (character === '?') source += '[^]';
    else if (character === '[') {
      const set = bracket(pattern, i);
      source += set?.source ?? '\\[';
      i = set === undefined ? i : set.end;
    } else source += literal(character);
  }
  return source;
}

/** Whether the whole text is what the pattern describes. */
export function matchesPattern(text: string, pattern: string): boolean {
  return new RegExp(`^(?:${patternSource(pattern)})$`, 'u').test(text);
}

const literal = (character: string): string => (/[\\^$.*+?()[\]{}|/]/u.test(character) ? `\\${character}` : character);

function bracket(pattern: string, start: number): { source: string; end: number } | undefined {
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
