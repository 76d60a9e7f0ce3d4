import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SEED } from '../../support/random.ts';
import { ScriptGenerator } from './generate.ts';
import { evaluate, hasShell, runInShell, wordsOf, type Shell } from './run.ts';

const SCRIPTS = Number(process.env.SHELL_SCRIPTS ?? 100);

/** The scripts of a file, each with arguments. */
const scriptsIn = (name: string): { script: string; args: string[] }[] =>
  readFileSync(new URL(`../../fixtures/shell/${name}`, import.meta.url), 'utf8').split('\n#----\n').map((script) => ({ script, args: ['start', '-p', '80'] }));

/** Asserts that what a shell runs of each script is what is found here. */
function compare(shell: Shell, scripts: readonly { readonly script: string; readonly args: readonly string[] }[]): void {
  const runs = runInShell(shell, scripts);
  assert.equal(runs.length, scripts.length);
  scripts.forEach(({ script, args }, index) => {
    // Words that double themselves may take a shell longer than anybody waits.
    if (runs[index]!.some(([word]) => word === 'killed')) return;
    const ours = evaluate(script, { args, isBash: shell === 'bash' }).invocations.filter(({ reached, conditions }) => reached && conditions.every(({ step, succeeded }) => step !== undefined && succeeded === true));
    assert.deepEqual(ours.map(wordsOf), runs[index], `script ${index}, called with ${JSON.stringify(args)}:\n${script}`);
  });
}

describe('scripts written construct by construct', () => {
  it('run what bash runs', function () {
    if (!hasShell('bash')) this.skip();
    compare('bash', scriptsIn('constructs.sh'));
  });

  for (const shell of ['bash', 'dash'] as const) {
    for (const [what, file] of [['end at what is not set', 'unset.sh'], ['read what aliases stand for', 'aliases.sh'], ['end shells inside of shells', 'endings.sh']] as const) {
      it(`${what} as ${shell} does`, function () {
        if (!hasShell(shell)) {
          console.log(`      skipped: there is no ${shell}`);
          this.skip();
        }
        compare(shell, scriptsIn(file));
      });
    }
  }
});

describe('scripts made at random', () => {
  it('run what bash runs', function () {
    if (!hasShell('bash')) {
      console.log('      skipped: there is no bash');
      this.skip();
    }
    console.log(`      ${SCRIPTS} scripts with FUZZ_SEED=${SEED}`);
    const generator = new ScriptGenerator(SEED);
    compare('bash', Array.from({ length: SCRIPTS }, () => generator.script()));
  }).timeout(60_000);
});
