import type { DocumentRangeFormattingParams, Range, TextEdit } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import { defineFeature } from './feature.ts';
import { formatEdits } from './support/format-edits.ts';

/** The same for the lines that a range touches. */
export function rangeFormatting(document: RulesetDocument, { start, end }: Range): TextEdit[] {
  return formatEdits(document, document.lines.filter(({ number }) => number >= start.line && (number < end.line || (number === end.line && (end.character > 0 || start.line === end.line)))));
}

export default defineFeature({
  method: 'textDocument/rangeFormatting',
  capabilities: { documentRangeFormattingProvider: true },
  language: 'iptables',
  answer(session, { textDocument, range }: DocumentRangeFormattingParams) {
    const document = session.document(textDocument.uri);
    return document === undefined ? [] : rangeFormatting(document, range);
  },
});
