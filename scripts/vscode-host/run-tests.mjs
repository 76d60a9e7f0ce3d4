// Runs the suite of test/extension in the extension host of a real VS Code and ends with its exit code.
//   node scripts/vscode-host/run-tests.mjs [--web] [--verbose]      --web: the browser entry in the web worker host
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import util from 'node:util';
import { bundleSuite, workspace } from '../../test/extension/bundle.mjs';
import { buildExtension } from './build.mjs';
import { createProfile, startBrowser, startServer, workbenchUrl } from './host.mjs';
import { isMain } from './main.mjs';
import { root } from './places.mjs';
import { setup } from './setup.mjs';
import { extensionId } from './vsix.mjs';

const limit = 300_000;
/** What the workbench itself writes to the console of a test run; the two modules are left uncompiled by setup.mjs. */
const noise = new RegExp([
  String.raw`^(?:Resolv(?:ing|ed) connection token|Creating a socket|Updating additional builtin|%s%s\s*$)`,
  String.raw`^\[(?:reconnection-grace-time|AccountPolicyGate|AgentHost|ChatModel|Service Worker)`,
  String.raw`open-vsx\.org`, 'spdlog', 'native-watchdog',
].join('|'), 'u');

/** Tests run in Restricted Mode, where all must work as elsewhere. */
const untrusted = { 'security.workspace.trust.startupPrompt': 'never' };

/** Runs the suite in the node host or, with `web`, in the web worker host; the answer is whether all tests passed. */
export async function runTests({ web = false, verbose = false } = {}) {
  const suite = await bundleSuite(web ? 'browser' : 'node');
  const webHost = { 'remote.extensionKind': { [extensionId]: ['web'] } };
  const profile = createProfile({ workspace, settings: { ...untrusted, ...(web ? webHost : {}) } });
  const server = await startServer(profile, { tests: true, trust: 'ask' });
  const browser = await startBrowser();
  try {
    const { code, logs } = await watch(browser.page, verbose, () => browser.page.goto(workbenchUrl(server, profile.folder, [
      ['extensionDevelopmentPath', server.remote(root)], ['extensionTestsPath', server.remote(suite)], ['skipWelcome', 'true'],
    ])));
    if (typeof code !== 'number' || verbose) report(profile, logs);
    if (code !== 0) console.error(`The extension host ended the tests with: ${code}`);
    return code === 0;
  } finally {
    await browser.close();
    server.stop();
    profile.dispose();
  }
}

/** Opens the page and waits for the end of the tests, which the workbench tells by two functions that it looks for in its window. */
async function watch(page, verbose, open) {
  let end;
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  await page.exposeFunction('codeAutomationLog', (type, parts) => {
    const line = util.format(...parts);
    if (verbose || !noise.test(line)) (type === 'error' || type === 'warn' ? process.stderr : process.stdout).write(`${line}\n`);
  });
  await page.exposeFunction('codeAutomationExit', (code, logs) => end({ code, logs }));
  page.on('crash', () => end({ code: 'the page crashed' }));
  if (verbose) page.on('console', (message) => console.log(`[page] ${message.type()} ${message.text()}`));
  await open();
  const tooLate = sleep(limit, { code: `no end within ${limit / 1000} seconds` }, { ref: false });
  return Promise.race([ended, tooLate]);
}

function report(profile, logs = []) {
  console.error(readFileSync(profile.log, 'utf8'));
  for (const { relativePath, contents } of logs) console.error(`--- ${relativePath}\n${contents}`);
}

if (isMain(import.meta.url)) {
  const { values } = util.parseArgs({ options: { web: { type: 'boolean' }, verbose: { type: 'boolean' } } });
  setup();
  buildExtension();
  process.exitCode = (await runTests(values)) ? 0 : 1;
}
