import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SEED } from '../../support/random.ts';
import { ScriptGenerator } from './generate.ts';
import { evaluate, hasBash, runInBash, wordsOf } from './run.ts';

const SCRIPTS = Number(process.env.SHELL_SCRIPTS ?? 100);

const CONSTRUCTS = new URL('../../fixtures/shell/constructs.sh', import.meta.url);

/** Asserts that what bash runs of each script is what is found here. */
function compare(scripts: readonly { readonly script: string; readonly args: readonly string[] }[]): void {
  const runs = runInBash(scripts);
  assert.equal(runs.length, scripts.length);
  scripts.forEach(({ script, args }, index) => {
    // Words that double themselves may take bash longer than anybody waits.
    if (runs[index]!.some(([word]) => word === 'killed')) return;
    const ours = evaluate(script, { args }).invocations.filter(({ reached, conditions }) => reached && conditions.every(({ step, succeeded }) => step !== undefined && succeeded === true));
    assert.deepEqual(ours.map(wordsOf), runs[index], `script ${index}, called with ${JSON.stringify(args)}:\n${script}`);
  });
}

describe('scripts written construct by construct', () => {
  it('run what bash runs', function () {
    if (!hasBash) this.skip();
    compare(readFileSync(CONSTRUCTS, 'utf8').split('\n#----\n').map((script) => ({ script, args: ['start', '-p', '80'] })));
  });
});

describe('scripts made at random', () => {
  it('run what bash runs', function () {
    if (!hasBash) {
      console.log('      skipped: there is no bash');
      this.skip();
    }
    console.log(`      ${SCRIPTS} scripts with FUZZ_SEED=${SEED}`);
    const generator = new ScriptGenerator(SEED);
    compare(Array.from({ length: SCRIPTS }, () => generator.script()));
  }).timeout(60_000);
});
