import type { SemanticTokens, SemanticTokensRangeParams } from 'vscode-languageserver';
import { defineFeature } from './feature.ts';
import { semanticTokensIn } from './semantic-tokens.ts';

export default defineFeature<SemanticTokensRangeParams, SemanticTokens | null>({
  method: 'textDocument/semanticTokens/range',
  capabilities: {},
  answer(session, { textDocument: { uri }, range }) {
    const document = session.document(uri);
    return document === undefined ? null : semanticTokensIn(document, range);
  },
});
