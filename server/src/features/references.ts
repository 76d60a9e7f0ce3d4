import type { Location, ReferenceParams } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Position } from '../core/syntax/positions.ts';
import { defineFeature } from './feature.ts';
import { chainAt, occurrencesOf } from './support/chains.ts';
import { placeAt } from './support/place.ts';

/** Every line of the table that names the chain at the position, with or without those that declare it. */
export function references(document: RulesetDocument, position: Position, includeDeclaration: boolean): Location[] {
  const chain = chainAt(placeAt(document, position));
  if (chain === undefined) return [];
  return occurrencesOf(document, chain.id)
    .filter(({ mention }) => includeDeclaration || mention !== 'declaration')
    .map(({ line, span }) => ({ uri: document.uri, range: document.rangeOf(line, span) }));
}

export default defineFeature<ReferenceParams, Location[]>({
  method: 'textDocument/references',
  capabilities: { referencesProvider: true },
  answer(session, { textDocument: { uri }, position, context }) {
    const document = session.document(uri);
    return document === undefined ? [] : references(document, position, context.includeDeclaration);
  },
});
