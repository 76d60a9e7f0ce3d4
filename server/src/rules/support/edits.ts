import type { Line } from '../../core/syntax/line.ts';
import type { Span } from '../../core/text.ts';
import type { TextEdit } from '../rule.ts';

/** Puts `newText` in the place of `span`. */
export const replace = (line: Line, span: Span, newText: string): TextEdit => ({ line, span: { start: span.start, end: span.end }, newText });

/** Puts `newText` before the character at `offset`. */
export const insert = (line: Line, offset: number, newText: string): TextEdit => ({ line, span: { start: offset, end: offset }, newText });

/** Removes words with the blanks behind them, or before them at the end of the line, so that one blank stays. */
export function removeWords(line: Line, { start, end }: Span): TextEdit {
  const behind = /^[ \t]*/u.exec(line.text.slice(end))![0].length;
  const before = /[ \t]*$/u.exec(line.text.slice(0, start))![0].length;
  const atEnd = end + behind === line.text.length;
  return replace(line, { start: atEnd ? start - before : start, end: end + behind }, '');
}

/** Removes the line with its line ending. */
export const removeLine = (line: Line): TextEdit => replace(line, { start: 0, end: line.text.length + line.eol.length }, '');

/** Puts a line before this one. */
export const insertAbove = (line: Line, text: string): TextEdit => insert(line, 0, text + (line.eol || '\n'));

/** Puts a line behind this one. */
export const insertBelow = (line: Line, text: string): TextEdit => insert(line, line.text.length, (line.eol || '\n') + text);

/** The edits, those that put something in at the same place as one, because of several the order would be in doubt. */
export function merged(edits: readonly TextEdit[]): readonly TextEdit[] {
  const result: TextEdit[] = [];
  for (const edit of edits) {
    const { line, span: { start, end }, newText } = edit;
    const same = start === end ? result.findIndex((each) => each.line === line && each.span.start === start && each.span.end === start) : -1;
    if (same === -1) result.push(edit);
    else result[same] = insert(line, start, result[same]!.newText + newText);
  }
  return result;
}

/** The blanks that the line begins with. */
export const indentOf = ({ text }: Line): string => /^\s*/u.exec(text)![0];

/** The line from its first character that is not blank to its last. */
export const textSpan = ({ text }: Line): Span => ({ start: text.length - text.trimStart().length, end: text.trimEnd().length });
