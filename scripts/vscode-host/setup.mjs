// Installs a real VS Code for tests and for `npm start`: the server inside npm's code-server, a Node that runs it, vsce, and
// Debian's Chromium. Run again it only looks and says so. Nothing comes from elsewhere than npm and Debian's packages.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMain } from './main.mjs';
import { chromium, hostFolder, hostNode, hostNodeMajor, onPath, serverRoot } from './places.mjs';

const versions = { server: 'code-server@4.139.1', node: `node-${process.platform}-${process.arch}@24.21.0`, vsce: '@vscode/vsce@4.1.0' };
const stampFile = path.join(hostFolder, 'installed.json');

/** Makes the host complete; says what it does by `say`, and throws a SetupError when something is impossible here. */
export function setup(say = console.log) {
  ensureChromium(say);
  if (isInstalled()) return say(`VS Code host is ready: ${versions.server}, ${path.relative(process.cwd(), hostFolder) || '.'}`);
  if (process.platform === 'win32') throw new SetupError('code-server does not run on Windows: install VS Code and put `code` on PATH instead.');
  say(`Installing a VS Code host into ${hostFolder} (about a minute, 300 MB) …`);
  rmSync(stampFile, { force: true });
  if (hostNode() !== process.execPath) install('node', versions.node, say);
  install('server', versions.server, say);
  // code-server installs what VS Code itself needs by a script; here the same without compiling anything.
  npm(serverRoot, ['install', '--ignore-scripts', '--omit=dev'], say);
  dropUnused();
  install('vsce', versions.vsce, say);
  writeFileSync(stampFile, stamp());
  say(`VS Code host is ready: VS Code ${vscodeVersion()}`);
}

/** Something that this machine can't give; the message says what to do. */
export class SetupError extends Error {}

const stamp = () => `${JSON.stringify(versions, undefined, 2)}\n`;
const isInstalled = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp() && existsSync(hostNode());

function install(name, spec, say) {
  const folder = path.join(hostFolder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  npm(folder, ['install', '--ignore-scripts', '--no-save', spec], say);
}

function npm(folder, args, say) {
  say(`  npm ${args.join(' ')}  (in ${path.relative(hostFolder, folder)})`);
  run('npm', [...args, '--no-fund', '--no-audit', '--loglevel=error'], { cwd: folder });
}

function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
  if (error) throw new SetupError(`\`${program}\` can't be started: ${error.message}`);
  if (status !== 0) throw new SetupError(`\`${[program, ...args].join(' ')}\` failed with exit code ${status}.`);
}

/** Leaves out the AI back ends, which no test uses and which come with 200 MB and calls of their own. */
function dropUnused() {
  const unused = ['node_modules/@github', 'node_modules/@microsoft/mxc-sdk', 'extensions/copilot', 'extensions/mermaid-markdown-features'];
  for (const folder of unused) rmSync(path.join(serverRoot, folder), { recursive: true, force: true });
}

function ensureChromium(say) {
  if (chromium() !== undefined) return;
  if (onPath('apt-get') === undefined || process.getuid?.() !== 0) {
    throw new SetupError('Chromium is missing: install it (Debian: `apt-get install chromium`), or name one in the variable CHROMIUM.');
  }
  say('Installing chromium by apt-get …');
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

function vscodeVersion() {
  const read = (name) => JSON.parse(readFileSync(path.join(serverRoot, name), 'utf8'));
  return read('product.json').version ?? read('package.json').version;
}

if (isMain(import.meta.url)) {
  try {
    setup();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`${error.message}\n(Node ${hostNodeMajor} and Chromium are what VS Code's server and its page need.)`);
    process.exitCode = 1;
  }
}
