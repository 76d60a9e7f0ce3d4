import { BrowserMessageReader, BrowserMessageWriter, ProposedFeatures, createConnection } from 'vscode-languageserver/browser';
import grammar from '../../grammars/iptables/iptables.wasm';
import treeSitter from 'web-tree-sitter/web-tree-sitter.wasm';
import { serve } from './serve.ts';

const port = globalThis as unknown as Worker;

serve(
  createConnection(ProposedFeatures.all, new BrowserMessageReader(port), new BrowserMessageWriter(port)),
  { wasm: { treeSitter, grammar }, readText: () => undefined },
);
