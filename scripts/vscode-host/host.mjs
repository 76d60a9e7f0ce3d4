// Starts VS Code's server on a profile of its own, and a Chromium that shows its workbench.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { chromium as chromiumPath, hostNode, serverRoot } from './places.mjs';

const quiet = {
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'extensions.ignoreRecommendations': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.enabled': false,
};

/**
 * A fresh folder for everything that one run writes: user data, extensions, logs, and a copy of `workspace`, because two
 * runs on one folder disturb each other. `dispose` deletes it.
 */
export function createProfile({ settings = {}, workspace } = {}) {
  const home = mkdtempSync(path.join(os.tmpdir(), 'iptables-lens-host-'));
  const settingsFile = path.join(home, 'data', 'User', 'settings.json');
  mkdirSync(path.dirname(settingsFile), { recursive: true });
  writeFileSync(settingsFile, JSON.stringify({ ...quiet, ...settings }, undefined, 2));
  const folder = path.join(home, 'workspace');
  if (workspace !== undefined) cpSync(workspace, folder, { recursive: true });
  return { home, folder, log: path.join(home, 'server.log'), dispose: () => remove(home) };
}

/** The arguments that put everything the server writes into the profile. */
export const profileArguments = ({ home }) => [
  path.join(serverRoot, 'out', 'server-main.js'), '--accept-server-license-terms',
  '--server-data-dir', home, '--user-data-dir', path.join(home, 'data'), '--extensions-dir', path.join(home, 'extensions'),
  '--telemetry-level', 'off', '--disable-telemetry',
];

/**
 * Starts a server on a port of this machine, by default a free one, and waits until it answers. `tests` lets the page's address name an
 * extension under development (and hides toasts); `trust: 'ask'` leaves workspace trust on; `environment` is what the
 * extension host inherits. `stop` ends the server and all that it started; `ended` settles when the server has ended for any reason.
 */
export async function startServer(profile, { tests = false, trust = 'given', environment = {}, port: wanted } = {}) {
  const port = wanted ?? await freePort();
  const log = openSync(profile.log, 'a');
  const child = spawn(hostNode(), [
    ...profileArguments(profile), '--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--disable-experiments',
    ...(trust === 'given' ? ['--disable-workspace-trust'] : []), ...(tests ? ['--enable-smoke-test-driver'] : []),
  ], { stdio: ['ignore', log, log], detached: true, env: { ...process.env, ...ownFolders(profile.home), ...environment } });
  // Detached makes a process group of it, so that its extension hosts and watchers end with it.
  const stop = () => endGroup(child);
  process.once('exit', stop);
  const authority = `127.0.0.1:${port}`;
  try {
    await answers(child, `http://${authority}/version`);
  } catch (error) {
    stop();
    throw new Error(`${error.message}\n${readFileSync(profile.log, 'utf8')}`, { cause: error });
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return { authority, stop, ended, url: `http://${authority}`, remote: (file) => `vscode-remote://${authority}${file}` };
}

/** The address of a workbench on a folder; `payload` are the pairs that the workbench reads from it. */
export function workbenchUrl(server, folder, payload = []) {
  const query = new URLSearchParams({ folder, payload: JSON.stringify(payload) });
  return `${server.url}/?${query}`;
}

/** Starts a headless Chromium with a profile of its own that reaches nothing but this machine. */
export async function startBrowser({ width = 1280, height = 800, scale = 1 } = {}) {
  const home = mkdtempSync(path.join(os.tmpdir(), 'iptables-lens-chromium-'));
  const context = await chromium.launchPersistentContext(home, {
    executablePath: chromiumPath(), headless: true, viewport: { width, height }, deviceScaleFactor: scale,
    env: { ...process.env, ...ownFolders(home) },
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  // The marketplace and telemetry are answered at once, so that a closed network is not waited for.
  await context.route(({ hostname, protocol }) => hostname !== '127.0.0.1' && protocol.startsWith('http'), (route) => route.abort());
  const page = context.pages()[0] ?? await context.newPage();
  const close = async () => {
    await context.close();
    remove(home);
  };
  return { page, close };
}

function remove(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Keeps device ids, crash reports and caches out of the user's own folders. */
function ownFolders(home) {
  return { XDG_CONFIG_HOME: path.join(home, 'xdg'), XDG_CACHE_HOME: path.join(home, 'xdg') };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function answers(child, url) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`VS Code's server ended with exit code ${child.exitCode}.`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error('VS Code\'s server did not answer within 30 seconds.');
}

function endGroup(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, 'SIGKILL');
}
