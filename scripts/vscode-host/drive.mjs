// Uses the packed extension as a user does: opens an example, clicks "Simulate packet", types a packet, and reads the page.
//   node scripts/vscode-host/drive.mjs [--shots]     --shots: pictures for docs/images, else they go to test-results
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import util from 'node:util';
import { createProfile, startBrowser, startServer, workbenchUrl } from './host.mjs';
import { isMain } from './main.mjs';
import { root } from './places.mjs';
import { setup } from './setup.mjs';
import { installVsix, pack } from './vsix.mjs';
import { Workbench } from './workbench.mjs';

/** A quiet window that shows the editor, in the theme that the page prefers. */
const settings = {
  'window.autoDetectColorScheme': true, 'window.commandCenter': false, 'workbench.activityBar.location': 'hidden',
  'editor.minimap.enabled': false, 'editor.fontSize': 13,
};
/** A stranger at a port that is open to friends only: jumps, a log and a drop, in the middle of the file. */
const example = { folder: 'default-deny', rule: '-A SERVICES -p tcp -m tcp --dport 22', earlier: '-A FRIENDS -s 10.40.0.0/24', verdict: '-A FRIENDS -j DROP', behind: '-A OUTGOING -o lo' };
const packet = 'tcp 203.0.113.9:40000 -> 10.40.0.2:22 in=eth0';
const wrongPacket = 'tpc 203.0.113.9:40000 -> 198.51.100.7:22';

/** Packs and installs the extension in a fresh profile and goes through a simulation; throws at the first thing that is not so. */
export async function drive({ pictures }) {
  const steps = [];
  const step = async (what, check) => {
    await check();
    steps.push(what);
    console.log(`  ✔ ${what}`);
  };
  const profile = createProfile({ workspace: path.join(root, 'examples', example.folder), settings });
  const vsix = path.join(profile.home, 'extension.vsix');
  await step('the package holds what it needs and nothing else', () => pack(vsix));
  await step('the package installs', () => installVsix(profile, vsix));
  const server = await startServer(profile);
  const browser = await startBrowser({ width: 1100, height: 1040, scale: 1.5 });
  try {
    const open = ['openFile', server.remote(path.join(profile.folder, 'rules.v4'))];
    await browser.page.goto(workbenchUrl(server, profile.folder, [open]));
    await goThrough(new Workbench(browser.page), { profile, pictures, step });
    console.log(`\n  ${steps.length} passing`);
  } catch (error) {
    await browser.page.screenshot({ path: path.join(folderFor('test-results'), 'drive-failed.png') });
    throw error;
  } finally {
    await browser.close();
    server.stop();
    profile.dispose();
  }
}

async function goThrough(workbench, { profile, pictures, step }) {
  const source = readFileSync(path.join(profile.folder, 'rules.v4'), 'utf8');
  await step('an example opens', () => workbench.shows('*filter'));
  await workbench.hideSideBar();
  await step('Escape leaves everything as it is', () => escape(workbench, source));
  await step('a wrong packet is refused while it is typed', () => refuse(workbench, source));
  await step('the rules that a packet met are marked', () => simulate(workbench, source));
  for (const theme of ['light', 'dark']) {
    await step(`a picture, ${theme}`, async () => {
      await workbench.useTheme(theme);
      // A change of theme is drawn over some frames.
      await sleep(1000);
      await workbench.picture(path.join(folderFor(pictures), `simulate-${theme}.png`));
    });
  }
  await step('the status bar clears the simulation', () => clear(workbench, source));
  await step('Enter ends a line whose last word is complete', () => endLine(workbench));
  await step('the expectations run as tests', () => runExpectations(workbench, pictures));
  await step('nothing complained', async () => expect('no toasts', await workbench.toasts(), (toasts) => toasts.length === 0));
}

async function escape(workbench, source) {
  await workbench.clickLens('Simulate packet', example.rule);
  expect('a suggestion that reaches the rule', await workbench.choices(), (rows) => rows.some((row) => row.includes(':22')));
  await workbench.press('Escape');
  expect('no hints', await workbench.hints(source), (hints) => hints.size === 0);
}

async function refuse(workbench, source) {
  await workbench.clickLens('Simulate packet', example.rule);
  await workbench.type(wrongPacket);
  await until('what is wrong, in the list', () => workbench.choices(), (rows) => rows.some((row) => row.includes('tpc`')));
  await workbench.press('Enter');
  expect('the box stays open', await workbench.choices(), (rows) => rows.length > 0);
  await workbench.press('Escape');
  expect('no hints', await workbench.hints(source), (hints) => hints.size === 0);
}

async function simulate(workbench, source) {
  await workbench.clickLens('Simulate packet', example.rule);
  await workbench.type(packet);
  await workbench.press('Enter');
  const startsWith = (start) => ([line]) => line.startsWith(start);
  const hints = await until('hints', () => workbench.hints(source), (found) => found.size > 0);
  expect('DROP on the rule that drops', [...hints], (all) => all.some(([line, hint]) => line.startsWith(example.verdict) && hint.includes('DROP')));
  expect('why an earlier rule did not match', [...hints], (all) => all.some(startsWith(example.earlier)));
  expect('nothing behind the verdict', [...hints], (all) => !all.some(startsWith(example.behind)));
  await until('the fate in the status bar', () => workbench.status(), (texts) => texts.some((text) => text.includes('DROP')));
}

async function clear(workbench, source) {
  await workbench.clickStatus('DROP');
  await until('no hints', () => workbench.hints(source), (hints) => hints.size === 0);
  await until('an empty status bar', () => workbench.status(), (texts) => !texts.some((text) => text.includes('DROP')));
}

async function endLine(workbench) {
  const column = (texts) => texts.find((text) => /^Ln \d+, Col \d+$/u.test(text))?.split(' ').at(-1);
  await workbench.write('-A OUTGOING -j DROP', 'DROP');
  await workbench.press('Enter');
  await until('the cursor at the start of the next line', () => workbench.status(), (texts) => column(texts) === '1');
  await workbench.command('File: Revert File');
}

async function runExpectations(workbench, pictures) {
  await workbench.command('Test: Run All Tests');
  await workbench.command('Testing: Focus on Test Explorer View');
  const tests = await until('tests that passed', () => workbench.tests(), (rows) => rows.some((row) => row.includes('rules.v4') && /passed/iu.test(row)));
  expect('no test that failed', tests, (rows) => !rows.some((row) => /failed|errored/iu.test(row)));
  await workbench.picture(path.join(folderFor(pictures === 'docs/images' ? 'test-results' : pictures), 'tests.png'));
}

function expect(what, value, holds) {
  if (!holds(value)) throw new Error(`Expected ${what}, the page says: ${util.inspect(value)}`);
}

async function until(what, look, holds) {
  let value = await look();
  for (const end = Date.now() + 20_000; !holds(value) && Date.now() < end; value = await look()) await sleep(100);
  expect(what, value, holds);
  return value;
}

function folderFor(name) {
  const folder = path.join(root, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

if (isMain(import.meta.url)) {
  const { values } = util.parseArgs({ options: { shots: { type: 'boolean' } } });
  setup();
  await drive({ pictures: values.shots ? 'docs/images' : 'test-results' });
}
