import { ProposedFeatures, createConnection } from 'vscode-languageserver/node';
import { setFlagsFromString } from 'node:v8';
import { nodeEnvironment } from './node-environment.ts';
import { serve } from './serve.ts';

// A server lives beside an editor for days. V8 would let its heap double before it tidies up, and keep room for three
// times 16 MB of new objects: 200 MB where 120 do (bench/latency.ts).
setFlagsFromString('--heap-growing-percent=80');
setFlagsFromString('--semi-space-growth-factor=8');

// The transport (--node-ipc, --stdio, --socket=PORT, --pipe=NAME) is read from the command line by vscode-languageserver.
// The bundle is CommonJS, and its WebAssembly modules stand beside it.
serve(createConnection(ProposedFeatures.all), nodeEnvironment(__dirname));
