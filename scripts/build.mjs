// Bundles the extension's client, the language server (node and web worker) and the command line.
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(path.join(root, 'server/package.json'));
const at = (...parts) => path.join(root, ...parts);
const production = process.argv.includes('--production');

const common = { bundle: true, minify: production, sourcemap: !production, logLevel: 'warning', target: 'es2022' };
// web-tree-sitter finds itself by import.meta.url, which CommonJS does not have.
const node = {
  ...common, platform: 'node', target: 'node20', format: 'cjs',
  define: { 'import.meta.url': 'bundleUrl' }, banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
};
// The web bundles carry their WebAssembly inside, so that no address has to be found at run time.
const web = { ...common, platform: 'browser', loader: { '.wasm': 'binary' } };

mkdirSync(at('server/dist'), { recursive: true });
copyFileSync(at('grammars/iptables/iptables.wasm'), at('server/dist/iptables.wasm'));
copyFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm'), at('server/dist/web-tree-sitter.wasm'));

await Promise.all([
  build({ ...node, entryPoints: [at('server/src/server.ts')], outfile: at('server/dist/server.cjs') }),
  build({ ...node, entryPoints: [at('server/src/cli.ts')], outfile: at('server/dist/cli.cjs') }),
  build({ ...web, entryPoints: [at('server/src/browser.ts')], format: 'iife', outfile: at('server/dist/browser.js') }),
  build({ ...node, entryPoints: [at('client/src/extension.ts')], external: ['vscode'], outfile: at('client/dist/extension.cjs') }),
  build({ ...web, entryPoints: [at('client/src/browser.ts')], external: ['vscode'], format: 'cjs', outfile: at('client/dist/browser.cjs') }),
]);
