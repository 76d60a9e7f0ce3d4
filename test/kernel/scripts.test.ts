import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { SEED } from '../support/random.ts';
import { Damage } from '../unit/shell/damage.ts';
import { BACKENDS } from '../support/programs.ts';
import { followed, runByBash } from './bash-run.ts';
import { describeWithPrograms } from './namespace.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fixtures = 'test/fixtures/scripts';
const SCRIPTS = ['examples/script/firewall.sh', ...readdirSync(path.join(root, fixtures)).sort().map((name) => path.join(fixtures, name))];

/** Scripts that are damaged, for each back end. */
const DAMAGED = Number(process.env.SHELL_DAMAGED ?? 12);

describeWithPrograms('whole scripts, run by bash', () => {
  for (const backend of BACKENDS) {
    for (const file of SCRIPTS) {
      it(`run the same commands with the same statuses, and leave the same ruleset: ${file} (${backend})`, async () => {
        const script = readFileSync(path.join(root, file), 'utf8');
        const theirs = await runByBash(script, backend);
        for (const family of ['ipv4', 'ipv6'] as const) assert.deepEqual(await followed(script, family, backend), theirs[family], family);
      });
    }

    it(`do so as well with calls taken away, doubled or swapped (${backend})`, async () => {
      console.log(`      ${DAMAGED} scripts with FUZZ_SEED=${SEED}`);
      const damage = new Damage(SEED);
      let known = 0;
      for (let count = 0; count < DAMAGED; count++) {
        const file = damage.pick(SCRIPTS);
        const script = damage.ofCalls(readFileSync(path.join(root, file), 'utf8'));
        const theirs = await runByBash(script, backend);
        for (const family of ['ipv4', 'ipv6'] as const) {
          const ours = await followed(script, family, backend);
          // A call that has left its loop has variables that its caller may set.
          if (ours.statuses.some((status) => status.startsWith('?'))) continue;
          known++;
          assert.deepEqual(ours, theirs[family], `${file}, ${family}:\n${script}`);
        }
      }
      assert.ok(known > DAMAGED);
    });
  }
});
