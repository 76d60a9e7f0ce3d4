import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPlainRule } from '../../../server/src/core/syntax/plain-rule.ts';
import type { Argument, LineContent } from '../../../server/src/core/syntax/line.ts';
import { openDocument } from '../../support/document.ts';
import { anyLine } from './random.ts';

/** What the grammar makes of a line: a blank before it keeps it from being read as plain. */
async function byGrammar(text: string): Promise<unknown> {
  const { content } = (await openDocument(` ${text}\n`)).lines[0]!;
  const { counters, arguments: args } = content as LineContent & { readonly kind: 'rule' };
  return { counters: counters && oneEarlier(counters), arguments: args.map(oneEarlier) };
}

const oneEarlier = (argument: Argument): Argument => ({ ...argument, start: argument.start - 1, end: argument.end - 1 });

function said(content: LineContent | undefined): unknown {
  return content?.kind === 'rule' ? { counters: content.counters, arguments: content.arguments } : content;
}

const plain = fc.oneof(
  anyLine.map((line) => `-${line}`),
  fc.tuple(fc.nat(), fc.nat(), anyLine).map(([packets, bytes, line]) => `[${packets}:${bytes}] -${line}`),
).filter((line) => readPlainRule(line) !== undefined);

describe('plain rules', () => {
  it('may have quotes around whole words', async () => {
    const line = '[1:2] -A INPUT -m comment\t--comment "a b" -j "" ';
    assert.deepEqual(said(readPlainRule(line)), await byGrammar(line));
  });

  it('are read as the grammar reads them', () => fc.assert(fc.asyncProperty(plain, async (line) => {
    assert.deepEqual(said(readPlainRule(line)), await byGrammar(line));
  }), { numRuns: 2000 }));

  it('have neither odd quotes nor carriage returns', () => {
    for (const text of ['-A INPUT --comment="x"', '-A INPUT -m "x"y', '-A INPUT "x', '-A INPUT "a\\"b"', '-A INPUT\r', '', '# -A INPUT', '*filter', '[0:0]', '[0:0]-A', '[x:y] -A INPUT', ' -A INPUT']) {
      assert.equal(readPlainRule(text), undefined, text);
    }
  });
});
