/** What is wrong with a text in notation; `offset` counts UTF-16 units from its start. */
export interface NotationError {
  readonly message: string;
  readonly offset: number;
  /** Length of the stretch that is meant; 0 where something is missing. */
  readonly length: number;
}

/** A value that could be read, or why not. */
export type Read<V> = { readonly ok: true; readonly value: V } | { readonly ok: false; readonly message: string };

export const read = <V>(value: V): Read<V> => ({ ok: true, value });
export const refuse = (message: string): Read<never> => ({ ok: false, message });

/** A piece of the text between blanks. */
export interface Word {
  readonly text: string;
  readonly offset: number;
}

export function errorAt({ text, offset }: Word, message: string): NotationError {
  return { message, offset, length: text.length };
}
