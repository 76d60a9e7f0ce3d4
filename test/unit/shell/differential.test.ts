import assert from 'node:assert/strict';
import { SEED } from '../../support/random.ts';
import { ScriptGenerator } from './generate.ts';
import { evaluate, hasBash, runInBash, wordsOf } from './run.ts';

const SCRIPTS = Number(process.env.SHELL_SCRIPTS ?? 100);

describe('scripts made at random', () => {
  it('run what bash runs', function () {
    if (!hasBash) {
      console.log('      skipped: there is no bash');
      this.skip();
    }
    console.log(`      ${SCRIPTS} scripts with FUZZ_SEED=${SEED}`);
    const generator = new ScriptGenerator(SEED);
    const scripts = Array.from({ length: SCRIPTS }, () => generator.script());
    const runs = runInBash(scripts);
    assert.equal(runs.length, scripts.length);
    scripts.forEach(({ script, args }, index) => {
      const ours = evaluate(script, { args }).invocations.filter(({ reached, conditions }) => reached && conditions.every(({ step, succeeded }) => step !== undefined && succeeded === true));
      assert.deepEqual(ours.map(wordsOf), runs[index], `script ${index}, called with ${JSON.stringify(args)}:\n${script}`);
    });
  }).timeout(60_000);
});
