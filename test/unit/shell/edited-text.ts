import { ScriptText } from '../../../server/src/core/shell/script-text.ts';

/** A stretch of a text that another one takes the place of; `at` counts on from its start behind its end. */
export interface Edit {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** Reads a script, and after each edit of it both what changed and, once more, all of it; `hold` holds the one against the other. */
export function underEdits(start: string, edits: readonly Edit[], hold: (edited: ScriptText, fresh: ScriptText, text: string) => void): void {
  const edited = new ScriptText();
  let text = start;
  edited.update(text);
  for (const { at, length, text: typed } of edits) {
    const place = at % (text.length + 1);
    text = text.slice(0, place) + typed + text.slice(place + length);
    edited.update(text);
    const fresh = new ScriptText();
    fresh.update(text);
    hold(edited, fresh, text);
  }
}
