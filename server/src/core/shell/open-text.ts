import { isUnknown, type Field, type Value } from './value.ts';

/** A text that commands are read from, with names of variables in the place of values that nobody knows. */
export interface OpenText {
  readonly text: string;
  readonly values: ReadonlyMap<string, Value>;
}

/** The text that a word is; undefined where nothing of it is known. */
export function openText({ text, unknown }: Field): OpenText | undefined {
  if (unknown === undefined) return { text, values: new Map() };
  if (unknown.parts === undefined) return undefined;
  const values = new Map<string, Value>();
  let whole = '';
  for (const part of unknown.parts) {
    if (!isUnknown(part)) {
      whole += part;
      continue;
    }
    const name = `${/^\$([A-Za-z_]\w*)$/u.exec(part.origin)?.[1] ?? 'value'}_${values.size + 1}`;
    values.set(name, part);
    whole += expansionBehind(whole, name);
  }
  return { text: whole, values };
}

/** How a shell expands a variable behind a text; between single quotes no name stands for a value. */
export const expansionBehind = (text: string, name: string): string => (isInSingleQuotes(text) ? `'"\${${name}}"'` : `\${${name}}`);

/** Whether a text ends between single quotes. */
const isInSingleQuotes = (text: string): boolean => /^(?:[^'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")*'[^']*$/su.test(text);
