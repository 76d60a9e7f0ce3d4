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

/** The line from its first character that is not blank to its last. */
export const textSpan = ({ text }: Line): Span => ({ start: text.length - text.trimStart().length, end: text.trimEnd().length });
