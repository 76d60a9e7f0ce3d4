import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs the project's packages where that was not done yet, so that every command works on a fresh clone. */
export function installDependencies() {
  // npm writes this file when an installation is complete.
  if (existsSync(path.join(root, 'node_modules/.package-lock.json'))) return;
  console.log('Installing the packages (npm ci) …');
  const { status } = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}
