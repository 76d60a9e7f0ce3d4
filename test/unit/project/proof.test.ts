import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PAGE, README, page, proofs, summary, withSummary } from '../../kernel/proof.ts';

describe('docs/proof.md', () => {
  it('says what the tests do (node --import tsx test/kernel/proof.ts --write)', () => {
    assert.equal(readFileSync(PAGE, 'utf8'), page());
  });

  it('is summed up in the README', () => {
    const readme = readFileSync(README, 'utf8');
    assert.ok(readme.includes(summary()));
    assert.equal(readme, withSummary(readme));
  });

  it('leaves out no match or target that the kernel of the tests has', () => {
    const unproven = proofs().filter(({ random, worked, isLoaded }) => random + worked === 0 && isLoaded).map(({ definition }) => definition.name);
    // iptables-nft refuses QUEUE, and each rule is loaded with both back ends.
    assert.deepEqual(unproven, ['QUEUE']);
  });
});
