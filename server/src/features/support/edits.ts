import type { Range, TextEdit } from 'vscode-languageserver';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { TextEdit as LineEdit } from '../../rules/rule.ts';

/** An edit of a line as the protocol states it; one that ends behind the line's text takes in the line ending. */
export const toTextEdit = (document: RulesetDocument, { line, span, newText }: LineEdit): TextEdit => ({ range: document.rangeOf(line, span), newText });

/** Whether a range ends before, or where, the other begins. */
const isBefore = (a: Range, b: Range): boolean => a.end.line < b.start.line || (a.end.line === b.start.line && a.end.character <= b.start.character);

const isEmpty = ({ start, end }: Range): boolean => start.line === end.line && start.character === end.character;

/** Whether two edits can't be made together: they overlap, or insert at the same place. */
export function collide(a: TextEdit, b: TextEdit): boolean {
  if (isEmpty(a.range) && isEmpty(b.range)) return isBefore(a.range, b.range) && isBefore(b.range, a.range);
  return !isBefore(a.range, b.range) && !isBefore(b.range, a.range);
}

/** Whether two ranges have a character or an edge in common. */
export function meets(a: Range, b: Range): boolean {
  const ends = (x: Range, y: Range): boolean => x.end.line < y.start.line || (x.end.line === y.start.line && x.end.character < y.start.character);
  return !ends(a, b) && !ends(b, a);
}
