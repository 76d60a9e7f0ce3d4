import { ProposedFeatures, createConnection } from 'vscode-languageserver/node';
import { nodeEnvironment } from './node-environment.ts';
import { serve } from './serve.ts';

// The transport (--node-ipc, --stdio, --socket=PORT, --pipe=NAME) is read from the command line by vscode-languageserver.
// The bundle is CommonJS, and its WebAssembly modules stand beside it.
serve(createConnection(ProposedFeatures.all), nodeEnvironment(__dirname));
