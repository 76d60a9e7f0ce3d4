// Makes one file of the suite for each kind of extension host.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = path.join(here, 'dist');

/** The folder that the suite runs on; a run takes a copy, because tests write. */
export const workspace = path.join(here, 'workspace');

/** Bundles the suite for `node` or `browser`; the path is what VS Code takes as extensionTestsPath. */
export async function bundleSuite(platform) {
  const outfile = path.join(dist, `${platform}.cjs`);
  await build({
    entryPoints: [path.join(here, 'suite', 'main.ts')], outfile, platform,
    bundle: true, format: 'cjs', target: 'es2022', external: ['vscode'], sourcemap: 'inline', logLevel: 'warning',
    plugins: [mochaByItself],
  });
  return outfile;
}

/** Mocha's browser build would put itself in place of the bundle's exports, unless it sees neither `module` nor `exports`. */
const mochaByItself = {
  name: 'mocha-by-itself',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]mocha[\\/]mocha\.js$/ }, ({ path: file }) => ({
      contents: `var module, exports, define;\n${readFileSync(file, 'utf8')}`, loader: 'js',
    }));
  },
};
