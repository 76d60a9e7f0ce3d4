import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { RULES } from '../../../server/src/rules/rules.generated.ts';

const source = fileURLToPath(new URL('../../../server/src', import.meta.url));

/** Every code that the core names: `code: '…'` in a Problem, and the code that the `problem(…)` and `refuse(…)` helpers are given. */
function codesOfCore(): Map<string, string> {
  const codes = new Map<string, string>();
  for (const file of readdirSync(path.join(source, 'core'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(path.join(source, 'core', file), 'utf8');
    for (const [, code] of text.matchAll(/(?:\bcode: |\b(?:problem|refuse)\(\s*(?:(?:'[a-z]+'|kind),\s*)?)'([a-z]+(?:-[a-z]+)*)'/gu)) codes.set(code!, file);
  }
  return codes;
}

describe('codes of diagnostics', () => {
  it('exist for every problem that the core can report', () => {
    const known = new Set(RULES.map(({ code }) => code));
    assert.deepEqual([...codesOfCore()].filter(([code]) => !known.has(code)), []);
  });

  it('are read from the core', () => {
    assert.ok(codesOfCore().has('undefined-chain'));
    assert.ok(codesOfCore().has('deprecated-spelling'));
  });

  it('are the names of their files', () => {
    for (const { code } of RULES) assert.ok(existsSync(path.join(source, 'rules', `${code}.ts`)), code);
  });

  it('name what they flag, not an order', () => {
    for (const { code } of RULES) assert.doesNotMatch(code, /^(no|avoid|use|check|do|dont|prefer|require)-/u);
  });
});
