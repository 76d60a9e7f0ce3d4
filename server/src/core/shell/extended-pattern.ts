import { CLASSES } from './bracket.ts';
import { arePrefixFree } from './pattern.ts';

/** Where a text holds what an extended regular expression of `=~` describes, null where it does not; undefined where the expression is read by rules of its own. */
export function matchExtended(text: string, expression: string): RegExpExecArray | null | undefined {
  // Backslashes, and brackets that begin with a bracket, mean other things there.
  if (/\\|\[\^?\]|\(\?/u.test(expression)) return undefined;
  const source = expression.replaceAll(/\[:([a-z]+):\]/gu, (all, name: string) => (Object.hasOwn(CLASSES, name) ? CLASSES[name]! : all));
  try {
    return new RegExp(source, 'su').exec(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * What the whole and each group have found; undefined where a shell, which looks for the longest match, may have found
 * something else. It can't where all of the text has to match, and no group is repeated, or one of several that may fit at one place.
 */
export function capturedBy(match: RegExpExecArray, expression: string): readonly string[] | undefined {
  const decided = expression.replaceAll(/\(([\w-]+(?:\|[\w-]+)+)\)/gu, (all, choice: string) => (arePrefixFree(choice.split('|')) ? '()' : all));
  const isPlain = /^\^[^|]*\$$/u.test(decided) && !/\)[*+{]/u.test(decided);
  return isPlain ? [...match].map((group) => group ?? '') : undefined;
}
