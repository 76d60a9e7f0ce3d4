// Packs the extension as users get it and holds what is inside against what it needs.
//   node scripts/vscode-host/vsix.mjs [FILE]     default: iptables-lens-VERSION.vsix in the root
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { buildExtension } from './build.mjs';
import { profileArguments } from './host.mjs';
import { isMain } from './main.mjs';
import { hostNode, root, vsce } from './places.mjs';
import { setup } from './setup.mjs';

/** Everything that the package may hold; it must hold each of the first list. */
const wanted = [
  'package.json', 'LICENSE', 'README.md',
  'client/dist/extension.cjs', 'client/dist/browser.cjs',
  'server/dist/server.cjs', 'server/dist/browser.js', 'server/dist/iptables.wasm', 'server/dist/web-tree-sitter.wasm',
  'syntaxes/iptables.tmLanguage.json', 'syntaxes/language-configuration.json', 'schemas/host-facts.schema.json',
];
const allowed = ['CHANGELOG.md', 'icon.png'];

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** The extension's identifier, `publisher.name`. */
export const extensionId = `${manifest.publisher}.${manifest.name}`;

/** Builds for production and packs into `file`; throws when the package holds too much or too little. */
export function pack(file) {
  buildExtension('--production');
  checkContents(execFileSync(hostNode(), [vsce, 'ls', '--no-dependencies'], { cwd: root, encoding: 'utf8' }).trim().split('\n'));
  const repository = manifest.repository === undefined ? ['--allow-missing-repository', '--no-rewrite-relative-links'] : [];
  execFileSync(hostNode(), [vsce, 'package', '--no-dependencies', ...repository, '-o', file], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Installs a packed extension into a profile; throws unless the profile lists it afterwards. */
export function installVsix(profile, file) {
  const server = (...args) => execFileSync(hostNode(), [...profileArguments(profile), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  server('--install-extension', file, '--force');
  const listed = server('--list-extensions', '--show-versions').split(/\s+/u);
  if (!listed.includes(`${extensionId}@${manifest.version}`)) throw new Error(`${extensionId} is not among the installed extensions: ${listed.join(' ')}`);
}

function checkContents(files) {
  const missing = wanted.filter((file) => !files.includes(file));
  const surplus = files.filter((file) => !wanted.includes(file) && !allowed.includes(file));
  if (missing.length > 0) throw new Error(`The package lacks: ${missing.join(', ')}`);
  if (surplus.length > 0) throw new Error(`The package holds what it does not need: ${surplus.join(', ')}`);
}

if (isMain(import.meta.url)) {
  setup();
  const file = path.resolve(process.argv[2] ?? path.join(root, `${manifest.name}-${manifest.version}.vsix`));
  pack(file);
  console.log(`${file}: ${Math.round(statSync(file).size / 1024)} KiB`);
}
