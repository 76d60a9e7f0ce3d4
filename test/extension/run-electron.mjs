// Runs the suite in a desktop VS Code, which @vscode/test-electron downloads: for machines with network and a display.
//   node test/extension/run-electron.mjs [VERSION]      default: stable
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { bundleSuite, workspace } from './bundle.mjs';

const home = mkdtempSync(path.join(os.tmpdir(), 'iptables-lens-electron-'));
const folder = path.join(home, 'workspace');
cpSync(workspace, folder, { recursive: true });
try {
  await runTests({
    version: process.argv[2] ?? 'stable',
    extensionDevelopmentPath: fileURLToPath(new URL('../..', import.meta.url)),
    extensionTestsPath: await bundleSuite('node'),
    launchArgs: [folder, '--disable-extensions', '--disable-workspace-trust', '--user-data-dir', path.join(home, 'data')],
  });
} finally {
  rmSync(home, { recursive: true, force: true });
}
