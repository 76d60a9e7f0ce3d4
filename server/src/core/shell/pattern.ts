import { bracket } from './bracket.ts';
import { globOf } from './glob.ts';
import { EvaluationLimit } from './limit.ts';

/** Escapes what a pattern would not take literally. */
export const escapePattern = (text: string): string => text.replace(/[\\*?[\]!^()|+@-]/gu, '\\$&');

/** The source of a regular expression for a shell pattern in which a backslash escapes. */
export function patternSource(pattern: string): string {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    const group = pattern[i + 1] === '(' ? groupAt(pattern, i) : undefined;
    if (group !== undefined) {
      source += groupSource(character, group.alternatives, pattern.slice(group.end + 1));
      i = group.end;
    } else if (character === '\\' && i + 1 < pattern.length) source += literal(pattern[++i]!);
    else if (character === '*') source += '[^]*';
    else if (character === '?') source += '[^]';
    else if (character === '[') {
      const set = bracket(pattern, i);
      source += set?.source ?? '\\[';
      i = set === undefined ? i : set.end;
    } else source += literal(character);
  }
  return source;
}

/** In how many ways the parts of a pattern with groups that take any number may take a text between them. */
const MOST_WAYS = 1e7;

/** Whether a text is told quickly to be what the pattern describes: no repeated group can take the same text in several ways. */
export function isQuick(pattern: string): boolean {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    const group = pattern[i + 1] === '(' ? groupAt(pattern, i) : undefined;
    if (group === undefined) continue;
    const { alternatives } = group;
    const isOneWay = alternatives.length === 1 ? !/[*(]/u.test(alternatives[0]!) : alternatives.every((each) => /^\w+$/u.test(each)) && arePrefixFree(alternatives);
    if ((pattern[i] === '*' || pattern[i] === '+') && !isOneWay) return false;
    if (!alternatives.every(isQuick)) return false;
    i = group.end;
  }
  return true;
}

/** Whether at most one of some texts can stand at a place. */
export const arePrefixFree = (texts: readonly string[]): boolean => texts.every((text, index) => texts.every((other, at) => at === index || !other.startsWith(text)));

/** The alternatives of the group whose kind stands at an offset, and where its closing parenthesis is; undefined where none begins there. */
function groupAt(pattern: string, at: number): { readonly alternatives: readonly string[]; readonly end: number } | undefined {
  if (!'?*+@!'.includes(pattern[at]!)) return undefined;
  const alternatives: string[] = [];
  let depth = 1;
  let from = at + 2;
  for (let i = from; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern[i] === '(') depth++;
    else if ((pattern[i] === ')' && --depth === 0) || (pattern[i] === '|' && depth === 1)) {
      alternatives.push(pattern.slice(from, i));
      from = i + 1;
      if (depth === 0) return { alternatives, end: i };
    }
  }
  return undefined;
}

/** A group as a regular expression; what `!(…)` takes depends on the `rest` of the pattern, up to the end of the text. */
function groupSource(kind: string, alternatives: readonly string[], rest: string): string {
  const any = `(?:${alternatives.map((each) => patternSource(each)).join('|')})`;
  if (kind === '!') return `(?!${any}${patternSource(rest)}$)[^]*?`;
  return any + (kind === '@' ? '' : kind);
}

/** Whether the whole text is what the pattern describes. */
export function matchesPattern(text: string, pattern: string): boolean {
  const glob = globOf(pattern);
  if (glob === undefined) {
    if (text.length ** [...pattern.matchAll(/(?<!\\)\*(?!\()/gu)].length > MOST_WAYS) throw new EvaluationLimit();
    return new RegExp(`^(?:${patternSource(pattern)})$`, 'u').test(text);
  }
  const characters = [...text];
  return glob.beginnings(characters).at(-1) === characters.length;
}

const literal = (character: string): string => (/[\\^$.*+?()[\]{}|/]/u.test(character) ? `\\${character}` : character);
