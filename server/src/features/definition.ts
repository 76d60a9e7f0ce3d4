import type { DefinitionParams, Location } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Position } from '../core/syntax/positions.ts';
import { defineFeature } from './feature.ts';
import { chainAt, occurrencesOf } from './support/chains.ts';
import { placeAt } from './support/place.ts';

/** Where the chain at the position is declared; a built-in chain that no line declares is found at its `*table` line. */
export function definition(document: RulesetDocument, position: Position): Location[] {
  const chain = chainAt(placeAt(document, position));
  if (chain === undefined) return [];
  const declared = occurrencesOf(document, chain.id).filter(({ mention }) => mention === 'declaration');
  if (declared.length > 0) return declared.map(({ line, span }) => ({ uri: document.uri, range: document.rangeOf(line, span) }));
  const table = document.ruleset(chain.id.stack).tables.get(chain.id.table);
  if (table?.line === undefined || table.chains.get(chain.id.name)?.builtIn !== true) return [];
  return [{ uri: document.uri, range: document.rangeOf(table.line, { start: 0, end: table.line.text.length }) }];
}

export default defineFeature<DefinitionParams, Location[]>({
  method: 'textDocument/definition',
  capabilities: { definitionProvider: true },
  answer(session, { textDocument: { uri }, position }) {
    const document = session.document(uri);
    return document === undefined ? [] : definition(document, position);
  },
});
