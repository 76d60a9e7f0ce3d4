import type { Family, Stack, TableName } from '../../core/netfilter.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { Position, Range } from '../../core/syntax/positions.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { Span } from '../../core/text.ts';

/** A position of a document as the features look at it: the logical line that holds it, or the empty one behind the text. */
export interface Place {
  readonly document: RulesetDocument;
  readonly position: Position;
  /** Undefined on the empty line behind the text. */
  readonly line: Line | undefined;
  /** Text of the logical line. */
  readonly text: string;
  /** Offset of the position in `text`. */
  readonly offset: number;
  readonly family: Family;
  /** The kernel's tables that the line works on. */
  readonly stack: Stack;
  /** The table block, or the table of a command line; undefined outside of both. */
  readonly table: TableName | undefined;
}

/** The place at a position; it never fails, as an editor may be a line ahead of the text. */
export function placeAt(document: RulesetDocument, position: Position): Place {
  const at = document.offsetAt(position);
  if (at === undefined) return { document, position, line: undefined, text: '', offset: 0, family: document.family, stack: document.meantBy(document.family), table: tableBehind(document) };
  const { line, offset } = at;
  return { document, position, line, text: line.text, offset, ...document.context(line, offset), stack: document.stackOf(line, offset) };
}

/** The range of a span of the place's line. */
export function rangeAt({ document, line, position }: Place, span: Span): Range {
  return line === undefined ? { start: position, end: position } : document.rangeOf(line, span);
}

/** The table block that is still open at the end of the text. */
function tableBehind(document: RulesetDocument): TableName | undefined {
  for (let index = document.lines.length - 1; index >= 0; index--) {
    const line = document.lines[index]!;
    if (line.content.kind === 'commit') return undefined;
    if (line.content.kind === 'table') return document.context(line).table;
  }
  return undefined;
}

/** Whether the offset lies in the span or touches its end, as a cursor behind a word does. */
export const touches = (span: Span, offset: number): boolean => span.start <= offset && offset <= span.end;

/** The word around the offset, between characters that end one. */
export function wordAt(text: string, offset: number, ends: RegExp): Span {
  let start = offset;
  let end = offset;
  while (start > 0 && !ends.test(text[start - 1]!)) start--;
  while (end < text.length && !ends.test(text[end]!)) end++;
  return { start, end };
}
