// Every test of the extension: the first paint, the suite in both kinds of extension host, and the packed extension in use.
//   node scripts/vscode-host/run-all.mjs
import { spawnSync } from 'node:child_process';
import { buildExtension } from './build.mjs';
import { drive } from './drive.mjs';
import { root } from './places.mjs';
import { runTests } from './run-tests.mjs';
import { setup } from './setup.mjs';

const firstPaint = () => {
  const { status } = spawnSync('npx', ['mocha', 'test/extension/*.test.ts'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  return status === 0;
};

const parts = {
  'first paint': firstPaint,
  'suite in the node extension host': () => runTests(),
  'suite in the web worker extension host': () => runTests({ web: true }),
  'packed extension': () => drive({ pictures: 'test-results' }).then(() => true),
};

setup();
buildExtension();
for (const [name, run] of Object.entries(parts)) {
  console.log(`\n-- ${name}`);
  const passed = await Promise.resolve().then(run).catch((error) => {
    console.log('\n  1 failing');
    console.error(error);
    return false;
  });
  if (!passed) process.exitCode = 1;
}
