import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { saveRuleset } from '../../server/src/core/ruleset/save.ts';
import { openDocument } from '../support/document.ts';
import { BACKENDS } from '../support/programs.ts';
import { savedByBash } from './bash-run.ts';
import { describeWithPrograms } from './namespace.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPTS = ['examples/script/firewall.sh', 'test/fixtures/scripts/restores.sh'];

describeWithPrograms('whole scripts, run by bash', () => {
  for (const backend of BACKENDS) {
    for (const file of SCRIPTS) {
      it(`leave the ruleset of ${file} (${backend})`, async () => {
        const script = readFileSync(path.join(root, file), 'utf8');
        for (const family of ['ipv4', 'ipv6'] as const) {
          const ruleset = (await openDocument(script, 'firewall.sh')).ruleset(family, backend);
          assert.deepEqual(saveRuleset(ruleset, backend).map(({ text }) => text), savedByBash(script, family, backend), family);
        }
      });
    }
  }
});
