import { DocumentHighlightKind, type DocumentHighlight, type DocumentHighlightParams } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Position } from '../core/syntax/positions.ts';
import { defineFeature } from './feature.ts';
import { chainAt, occurrencesOf } from './support/chains.ts';
import { placeAt } from './support/place.ts';

/** The other places of the table that name the chain at the position; its declarations count as writing. */
export function documentHighlight(document: RulesetDocument, position: Position): DocumentHighlight[] {
  const chain = chainAt(placeAt(document, position));
  if (chain === undefined) return [];
  return occurrencesOf(document, chain.id).map(({ line, span, mention }) => ({
    range: document.rangeOf(line, span),
    kind: mention === 'declaration' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
  }));
}

export default defineFeature<DocumentHighlightParams, DocumentHighlight[]>({
  method: 'textDocument/documentHighlight',
  capabilities: { documentHighlightProvider: true },
  answer(session, { textDocument: { uri }, position }) {
    const document = session.document(uri);
    return document === undefined ? [] : documentHighlight(document, position);
  },
});
