import type { Line } from './line.ts';
import { physicalLines } from './split.ts';
import type { Span } from '../text.ts';

/** A place in a file: physical line and UTF-16 column, both from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A physical line within its logical line: where its text begins there. */
export interface PhysicalLine {
  readonly line: Line;
  readonly offset: number;
}

/** Index of the logical line that holds a physical line; the number of lines when it is past the end. */
export function indexAt(lines: readonly Line[], physical: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.number <= physical) low = middle + 1;
    else high = middle;
  }
  const line = lines[low - 1];
  if (line === undefined) return 0;
  return physical < line.number + physicalLines(line.text) ? low - 1 : lines.length;
}

/** The logical line that holds a physical line; undefined past the end of the lines. */
export function lineAt(lines: readonly Line[], physical: number): PhysicalLine | undefined {
  const line = lines[indexAt(lines, physical)];
  if (line === undefined) return undefined;
  let offset = 0;
  for (let row = line.number; row < physical; row++) {
    const newline = line.text.indexOf('\n', offset);
    if (newline === -1) return undefined;
    offset = newline + 1;
  }
  return { line, offset };
}

/** The offset in its logical line of a column; columns behind the end of the physical line stand for its end. */
export function offsetOfColumn({ line: { text }, offset }: PhysicalLine, character: number): number {
  const newline = text.indexOf('\n', offset);
  const end = newline === -1 ? text.length : newline - (text[newline - 1] === '\r' ? 1 : 0);
  return Math.min(offset + character, end);
}

/** The position of an offset in a logical line; an offset behind its text is the start of the next line. */
export function positionAt(line: Line, offset: number): Position {
  if (offset > line.text.length && line.eol !== '') return { line: line.number + physicalLines(line.text), character: 0 };
  let row = line.number;
  let start = 0;
  for (let newline = line.text.indexOf('\n'); newline !== -1 && newline < offset; newline = line.text.indexOf('\n', newline + 1)) {
    row++;
    start = newline + 1;
  }
  return { line: row, character: offset - start };
}

/** The range of a part of a logical line. */
export function rangeOf(line: Line, { start, end }: Span): Range {
  return { start: positionAt(line, start), end: positionAt(line, end) };
}
