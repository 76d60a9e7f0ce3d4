import type { DocumentFormattingParams, TextEdit } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import { defineFeature } from './feature.ts';
import { formatEdits } from './support/format-edits.ts';

/** Edits that give every rule of a ruleset file the spelling of iptables-save; scripts are left alone. */
export const formatting = (document: RulesetDocument): TextEdit[] => formatEdits(document, document.lines);

export default defineFeature({
  method: 'textDocument/formatting',
  capabilities: { documentFormattingProvider: true },
  language: 'iptables',
  answer(session, { textDocument }: DocumentFormattingParams) {
    const document = session.document(textDocument.uri);
    return document === undefined ? [] : formatting(document);
  },
});
