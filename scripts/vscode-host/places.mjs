// Where the VS Code host and what it needs stand.
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The extension's own folder, the root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder that setup.mjs fills; VSCODE_HOST_DIR lets several checkouts share one. */
export const hostFolder = path.resolve(root, process.env.VSCODE_HOST_DIR ?? '.vscode-host');

/** The Node release that code-server asks for; a running Node of this major is used as it is. */
export const hostNodeMajor = '24';

const installed = (name, ...parts) => path.join(hostFolder, name, 'node_modules', ...parts);

/** VS Code's server as code-server's npm package carries it. */
export const serverRoot = installed('server', 'code-server', 'lib', 'vscode');

/** The command line of vsce. */
export const vsce = installed('vsce', '@vscode', 'vsce', 'vsce');

/** The Node binary that runs VS Code's server and vsce. */
export function hostNode() {
  if (process.versions.node.split('.')[0] === hostNodeMajor) return process.execPath;
  const binary = process.platform === 'win32' ? 'node.exe' : 'bin/node';
  return installed('node', `node-${process.platform}-${process.arch}`, binary);
}

/** The first program of these names on PATH; undefined when there is none. */
export function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

/** A Chromium: CHROMIUM in the environment, or one of its usual names on PATH; undefined when there is none. */
export function chromium() {
  const macApplication = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  return process.env.CHROMIUM ?? onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
    ?? (existsSync(macApplication) ? macApplication : undefined);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
