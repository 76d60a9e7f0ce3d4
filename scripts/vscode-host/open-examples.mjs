// Opens the extension on the examples: in the desktop VS Code where `code` is on PATH, else in a browser.
//   npm start [-- --browser] [-- --port NUMBER]
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import util from 'node:util';
import { buildExtension } from './build.mjs';
import { createProfile, startServer, workbenchUrl } from './host.mjs';
import { chromium, onPath, root } from './places.mjs';
import { SetupError, setup } from './setup.mjs';
import { installVsix, pack } from './vsix.mjs';

const examples = path.join(root, 'examples');
const { values } = util.parseArgs({ options: { browser: { type: 'boolean' }, port: { type: 'string' } } });

try {
  const desktop = values.browser ? undefined : onPath('code', 'code.cmd');
  if (desktop === undefined) await openInBrowser();
  else openInDesktop(desktop);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function openInDesktop(code) {
  buildExtension();
  const { status } = spawnSync(code, [`--extensionDevelopmentPath=${root}`, examples], { stdio: 'inherit', shell: process.platform === 'win32' });
  process.exitCode = status ?? 1;
}

/** Serves until Ctrl+C; the window of a browser opens where there is a display. */
async function openInBrowser() {
  setup();
  const profile = createProfile();
  process.once('exit', profile.dispose);
  const vsix = path.join(profile.home, 'extension.vsix');
  pack(vsix);
  installVsix(profile, vsix);
  const server = await startServer(profile, { port: values.port === undefined ? undefined : Number(values.port) });
  const start = path.join(examples, 'single-host', 'rules.v4');
  const url = workbenchUrl(server, examples, [['openFile', server.remote(start)]]);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit());
  console.log(`\nVS Code with iptables Lens: ${url}\nClick "Simulate packet" above a rule. Ctrl+C ends.`);
  if (hasDisplay()) showWindow(url, profile);
  await server.ended;
}

function hasDisplay() {
  return process.platform === 'darwin' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function showWindow(url, { home }) {
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  spawn(chromium(), [`--app=${url}`, `--user-data-dir=${path.join(home, 'chromium')}`, '--no-first-run', ...root], { stdio: 'ignore' })
    .on('error', (error) => console.error(`No window could be opened (${error.message}): open the address above.`));
}
