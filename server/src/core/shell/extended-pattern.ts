import { CLASSES } from './pattern.ts';

/** Whether a text holds what an extended regular expression of `=~` describes; undefined where the expression is read by rules of its own. */
export function holdsExtended(text: string, expression: string): boolean | undefined {
  // Backslashes, and brackets that begin with a bracket, mean other things there.
  if (/\\|\[\^?\]|\(\?/u.test(expression)) return undefined;
  const source = expression.replaceAll(/\[:([a-z]+):\]/gu, (all, name: string) => (Object.hasOwn(CLASSES, name) ? CLASSES[name]! : all));
  try {
    return new RegExp(source, 'su').test(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
