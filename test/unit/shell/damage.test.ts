import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { openDocument } from '../../support/document.ts';
import { SEED } from '../../support/random.ts';
import { Damage } from './damage.ts';

const FIXTURES = new URL('../../fixtures/scripts/', import.meta.url);
const SCRIPTS = Number(process.env.SHELL_DAMAGED ?? 60);

describe('damaged scripts', () => {
  it('are followed and checked, whatever they have become', async () => {
    console.log(`      ${SCRIPTS} scripts with FUZZ_SEED=${SEED}`);
    const damage = new Damage(SEED);
    const texts = readdirSync(FIXTURES).sort().map((name) => readFileSync(new URL(name, FIXTURES), 'utf8'));
    for (let count = 0; count < SCRIPTS; count++) {
      const script = damage.anywhere(damage.pick(texts));
      const document = await openDocument(script, 'firewall.sh');
      try {
        new Diagnostics(document).complete();
        for (const family of ['ipv4', 'ipv6'] as const) document.ruleset(family);
      } catch (error) {
        assert.fail(`${String((error as Error).stack)}\n${script}`);
      }
    }
  }).timeout(120_000);
});
