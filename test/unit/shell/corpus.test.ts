import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { openDocument } from '../../support/document.ts';
import { evaluate } from './run.ts';

const folder = fileURLToPath(new URL('../../../../shared/corpus/', import.meta.url));

/** Lines on which, as far as a look at the line alone tells, iptables is called. Text that is printed or assigned is none. */
const CALL = /(?:^|[\s;&|({`!"])(?:"?\$\{?(?:IP6?T\w*|ip6?t\w*)\}?"?|(?:\/[\w./]*\/)?ip6?tables(?:-legacy|-nft)?(?:-restore)?)\s+(?:-|<|\$)/u;
const TEXT = /^\s*(?:#|echo\b|log\b|EVENT|EXP|IP6?TABLES?\w*=)/u;

/** How many lines with calls a script has, and which of them the evaluation does not know of. */
function coverage(script: string): { readonly calls: number; readonly missed: readonly string[] } {
  const lines = script.split('\n');
  const known = new Set<number>();
  const rowAt = rows(script);
  for (const { base, home, program, arguments: args } of evaluate(script).invocations) for (const { start } of [home, program, ...args]) known.add(rowAt((base?.start ?? 0) + start));
  const calls = lines.map((text, row) => ({ text, row })).filter(({ text }) => CALL.test(text) && !TEXT.test(text));
  return { calls: calls.length, missed: calls.filter(({ row }) => !known.has(row)).map(({ text, row }) => `${row + 1}: ${text.trim()}`) };
}

/** The row of an offset. */
function rows(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
}

/** The scripts of the corpus; the large ones repeat each other, and are read only when SHELL_CORPUS is `all`. */
function corpus(): { readonly file: string; readonly text: string }[] | undefined {
  if (!existsSync(`${folder}scripts.json`)) return undefined;
  const rows = JSON.parse(readFileSync(`${folder}scripts.json`, 'utf8')) as { readonly file: string; readonly size: number }[];
  return rows.filter(({ size }) => process.env.SHELL_CORPUS === 'all' || size < 12_000).map(({ file }) => ({ file, text: readFileSync(folder + file, 'utf8') }));
}

describe('scripts of other projects, read and never run', () => {
  it('have at least 95 % of their calls resolved, exactly or to a named unknown', function () {
    const scripts = corpus();
    if (scripts === undefined) {
      console.log('      skipped: ../shared/corpus is not here');
      this.skip();
    }
    let calls = 0;
    const missed: string[] = [];
    for (const { file, text } of scripts) {
      const found = coverage(text);
      calls += found.calls;
      missed.push(...found.missed.map((line) => `${file}:${line}`));
    }
    console.log(`      ${calls - missed.length} of ${calls} lines with calls are resolved`);
    assert.ok(calls > 500 && missed.length / calls < 0.05, missed.slice(0, 20).join('\n'));
  }).timeout(60_000);

  it('are read to their ends where bash does so', function () {
    const scripts = corpus();
    if (scripts === undefined) this.skip();
    const isRead = (text: string): boolean => spawnSync('bash', ['-n'], { input: text }).status === 0;
    assert.deepEqual(scripts.filter(({ text }) => evaluate(text).broken !== undefined && isRead(text)).map(({ file }) => file), []);
  }).timeout(60_000);

  it('get findings without a crash', async function () {
    const scripts = corpus();
    if (scripts === undefined) this.skip();
    for (const { text } of scripts) new Diagnostics(await openDocument(text, 'script.sh')).findings();
  }).timeout(60_000);
});
