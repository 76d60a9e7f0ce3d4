import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { RULES } from '../../../server/src/rules/rules.generated.ts';
import { pagesOf } from '../../../server/src/rules/support/pages.ts';

const folder = fileURLToPath(new URL('../../../docs/rules', import.meta.url));

describe('docs/rules', () => {
  const pages = pagesOf(RULES);

  it('has a page for each diagnostic and no other', () => {
    assert.deepEqual(readdirSync(folder).sort(), [...pages.keys()].sort());
  });

  it('is what scripts/generate-docs.mjs writes', () => {
    const stale = [...pages].filter(([name, text]) => readFileSync(path.join(folder, name), 'utf8') !== text).map(([name]) => name);
    assert.deepEqual(stale, [], 'run: node scripts/generate-docs.mjs');
  });
});
