import type { TextEdit } from 'vscode-languageserver';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import { formatLine } from '../../core/ruleset/format.ts';
import type { Line } from '../../core/syntax/line.ts';

/** The edits that format those of the lines that formatting changes. */
export function formatEdits(document: RulesetDocument, lines: readonly Line[]): TextEdit[] {
  return lines.flatMap((line) => {
    const newText = formatLine(document, line);
    return newText === undefined ? [] : [{ range: document.rangeOf(line, { start: 0, end: line.text.length }), newText }];
  });
}
