import type { CodeLens } from 'vscode-languageserver';
import { resolveCodeLens } from './code-lens.ts';
import { defineFeature } from './feature.ts';

export default defineFeature({
  method: 'codeLens/resolve',
  capabilities: {},
  answer: (_, lens: CodeLens) => (lens.command === undefined ? resolveCodeLens(lens) : lens),
});
