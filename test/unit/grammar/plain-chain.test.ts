import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPlainChain } from '../../../server/src/core/syntax/plain-chain.ts';
import { openDocument } from '../../support/document.ts';

/** What the grammar makes of a line: a blank at its end keeps it from being read as plain. */
async function byGrammar(text: string): Promise<unknown> {
  const document = await openDocument(`${text} \n`);
  return document.lines[0]!.content;
}

const word = fc.string({ unit: fc.constantFrom(...'AZaz09_.+@/-:[]#!,=\'"\\'), minLength: 1, maxLength: 8 });
const plain = fc.tuple(word, fc.oneof(fc.constantFrom('-', 'ACCEPT', 'DROP'), word), fc.nat(), fc.nat())
  .map(([name, policy, packets, bytes]) => `:${name} ${policy} [${packets}:${bytes}]`).filter((line) => readPlainChain(line) !== undefined);

describe('plain chain declarations', () => {
  it('are read as the grammar reads them', () => fc.assert(fc.asyncProperty(plain, async (line) => {
    assert.deepEqual(readPlainChain(line), await byGrammar(line));
  }), { numRuns: 1000 }));

  it('are written as iptables-save writes them', () => {
    for (const text of [':INPUT ACCEPT', ':INPUT  ACCEPT [0:0]', ':INPUT ACCEPT [0:0] ', ': INPUT ACCEPT [0:0]', ':"A" - [0:0]', ':A - [0:0] x', ':A\\ - [0:0]', ':A - [0:0]\r']) {
      assert.equal(readPlainChain(text), undefined, text);
    }
  });
});
