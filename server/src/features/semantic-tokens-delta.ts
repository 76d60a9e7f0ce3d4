import type { SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams } from 'vscode-languageserver';
import { defineFeature } from './feature.ts';
import { semanticTokens } from './semantic-tokens.ts';

export default defineFeature<SemanticTokensDeltaParams, SemanticTokens | SemanticTokensDelta | null>({
  method: 'textDocument/semanticTokens/full/delta',
  capabilities: {},
  answer(session, { textDocument: { uri }, previousResultId }) {
    const document = session.document(uri);
    return document === undefined ? null : semanticTokens(document, previousResultId);
  },
});
