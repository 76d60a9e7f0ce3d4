import { spawnSync } from 'node:child_process';
import { root } from './places.mjs';

/** Builds the extension by the project's own build; throws when that fails. */
export function buildExtension(...options) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build', '--', ...options], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`\`npm run build\` failed with exit code ${status}.`);
}
