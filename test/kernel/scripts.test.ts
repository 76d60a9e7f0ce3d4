import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { BACKENDS } from '../support/programs.ts';
import { followed, runByBash } from './bash-run.ts';
import { describeWithPrograms } from './namespace.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fixtures = 'test/fixtures/scripts';
const SCRIPTS = ['examples/script/firewall.sh', ...readdirSync(path.join(root, fixtures)).sort().map((name) => path.join(fixtures, name))];

describeWithPrograms('whole scripts, run by bash', () => {
  for (const backend of BACKENDS) {
    for (const file of SCRIPTS) {
      it(`run the same commands with the same statuses, and leave the same ruleset: ${file} (${backend})`, async () => {
        const script = readFileSync(path.join(root, file), 'utf8');
        const theirs = await runByBash(script, backend);
        for (const family of ['ipv4', 'ipv6'] as const) assert.deepEqual(await followed(script, family, backend), theirs[family], family);
      });
    }
  }
});
