import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ruleset } from '../../../bench/ruleset.ts';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { openDocument } from '../../support/document.ts';

describe('a document under edits', () => {
  it('keeps the lines that an edit does not touch', async () => {
    const document = await openDocument(ruleset(100, 1));
    const before = [...document.lines];
    const row = 40;
    document.update([{ range: { start: { line: row, character: 3 }, end: { line: row, character: 4 } }, text: 'x' }], 2);
    assert.equal(document.lines.length, before.length);
    document.lines.forEach((line, index) => assert.equal(line === before[index], index !== row, `line ${index}`));
  });

  it('keeps the lines that others are put before and behind, and that come back as they were', async () => {
    const document = await openDocument('*filter\n-A INPUT -j DROP\nCOMMIT\n');
    const before = [...document.lines];
    document.update([{ range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } }, text: '-A INPUT -j ACCEPT\n' }], 2);
    document.update([{ range: { start: { line: 2, character: 16 }, end: { line: 2, character: 16 } }, text: '\n' }], 3);
    assert.deepEqual(document.lines.map((line) => [before.indexOf(line), line.number]), [[0, 0], [-1, 1], [1, 2], [-1, 3], [2, 4]]);
    document.update([{ text: '*filter\n-A INPUT -j DROP\nCOMMIT\n' }], 4);
    assert.deepEqual(document.lines.map((line) => [before.indexOf(line), line.number]), [[0, 0], [-1, 1], [2, 2]]);
  });

  it('joins and splits lines', async () => {
    const document = await openDocument('*filter\n-A INPUT\n-j ACCEPT\nCOMMIT\n');
    document.update([{ range: { start: { line: 1, character: 8 }, end: { line: 2, character: 0 } }, text: ' ' }], 2);
    assert.equal(document.getText(), '*filter\n-A INPUT -j ACCEPT\nCOMMIT\n');
    assert.deepEqual(document.lines.map(({ number }) => number), [0, 1, 2]);
    document.update([{ range: { start: { line: 1, character: 8 }, end: { line: 1, character: 9 } }, text: '\n' }], 3);
    assert.deepEqual(document.lines.map(({ text }) => text), ['*filter', '-A INPUT', '-j ACCEPT', 'COMMIT']);
  });

  it('makes one logical line of a command that goes on', async () => {
    const document = await openDocument('#!/bin/sh\niptables -A INPUT \\\n  -j ACCEPT\necho done\n', 'firewall.sh');
    assert.equal(document.lines.length, 3);
    assert.equal(document.lines[2]!.number, 3);
    const at = document.offsetAt({ line: 2, character: 4 })!;
    assert.equal(at.line.text.slice(at.offset), ' ACCEPT');
    assert.deepEqual(document.positionAt(at.line, at.offset), { line: 2, character: 4 });
    const behind = document.offsetAt({ line: 1, character: 99 })!;
    assert.deepEqual(document.positionAt(behind.line, behind.offset), { line: 1, character: 'iptables -A INPUT \\'.length }, 'a column behind the row is its end');
  });

  it('makes one of a condition that goes on, and none of a rule with its counters', async () => {
    const text = (first: string): string => `${first} \\\niptables -A INPUT -j DROP\n`;
    const counts = await Promise.all(['[ -f x ] &&', '[[ -f x ]] &&', '[\t-f x ] &&', '[x', '[0:0] -A INPUT -j DROP', '[ 0:0 ] -A INPUT -j DROP', '[0 -A INPUT -j DROP'].map(async (first) => (await openDocument(text(first))).lines.length));
    assert.deepEqual(counts, [1, 1, 1, 1, 2, 2, 2]);
  });

  it('is what a fresh document of the same text is, after any edits', async () => {
    const pieces = ['-A INPUT -j ACCEPT', '\n', '\r\n', ' \\\n', '*filter', ':X - [0:0]', 'COMMIT', '"', '# expect ACCEPT: tcp any -> any', 'iptables -A INPUT ', '\\', ' ', 'é', '\n\n', '', '[', '[ -f x ] && ', '[0:0] '];
    const edit = fc.record({ at: fc.nat(), length: fc.nat(30), text: fc.array(fc.constantFrom(...pieces), { maxLength: 4 }).map((parts) => parts.join('')) });
    await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), fc.array(edit, { maxLength: 8 }), async (start, edits) => {
      const document = await openDocument(start.join(''));
      let text = start.join('');
      for (const { at, length, text: inserted } of edits) {
        const from = snap(text, at % (text.length + 1));
        const to = snap(text, Math.min(text.length, from + length));
        document.update([{ range: { start: positionIn(text, from), end: positionIn(text, to) }, text: inserted }], 2);
        text = text.slice(0, from) + inserted + text.slice(to);
      }
      assert.equal(document.getText(), text);
      assert.deepEqual(shape(document), shape(await openDocument(text)));
    }), { numRuns: 300 });
  });
});

describe('the ruleset of a document under edits', () => {
  const piece = fc.constantFrom('-A INPUT', '-j X', ' -j ACCEPT', ' -g Y', '-6', '-h', '# x', ':X - [0:0]', '\n', ' ', '', 'x');
  const command = fc.oneof({ weight: 6, arbitrary: fc.constant('-A INPUT') }, { weight: 2, arbitrary: fc.constantFrom('-A X', '-I INPUT', '-D INPUT', '-D INPUT 2', '-A Y') });
  const rule = fc.tuple(command, fc.constantFrom('', '-j ACCEPT', '-j X', '-j Y', '-p tcp -j Y', '-s 192.0.2.1,192.0.2.2 -j ACCEPT', '-j LOG', '-j LOG --log-level 4')).map((words) => words.join(' '));

  it('is that of a fresh document of the same text', async () => {
    const edit = fc.oneof(
      fc.record({ line: fc.nat(), at: fc.nat(), length: fc.nat(8), text: piece }),
      fc.record({ line: fc.nat(), at: fc.constant(0), length: fc.constant(1000), text: rule }),
    );
    await fc.assert(fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 10 }), fc.array(edit, { maxLength: 6 }), async (rules, edits) => {
      const document = await openDocument(['*filter', ':INPUT ACCEPT [0:0]', ':X - [0:0]', ':LOG - [0:0]', ...rules, 'COMMIT', ''].join('\n'));
      for (const { line, at, length, text } of edits) {
        document.ruleset();
        const number = line % document.lines.length;
        const character = at % (document.lines[number]!.text.length + 1);
        document.update([{ range: { start: { line: number, character }, end: { line: number, character: character + length } }, text }], 2);
        assert.deepEqual(left(document), left(await openDocument(document.getText())));
      }
    }), { numRuns: 300 });
  });

  it('keeps the chains that an edit of one rule does not touch', async () => {
    const document = await openDocument('*filter\n:X - [0:0]\n-A INPUT -j X\n-A X -j ACCEPT\nCOMMIT\n');
    const before = document.ruleset().tables.get('filter')!.chains;
    document.update([{ range: { start: { line: 3, character: 8 }, end: { line: 3, character: 14 } }, text: 'DROP' }], 2);
    const after = document.ruleset().tables.get('filter')!.chains;
    assert.equal(after.get('INPUT'), before.get('INPUT'));
    assert.deepEqual(after.get('X')!.rules.map(({ bound }) => bound.line.text), ['-A X -j DROP']);
  });
});

/** What a document leaves behind, and what is wrong with it; lines by their numbers. */
function left(document: RulesetDocument): unknown {
  const { tables, problems } = document.ruleset();
  return {
    problems: problems.map(({ line, related, ...rest }) => ({ ...rest, line: line.number, related: related?.map((place) => ({ ...place, line: place.line.number })) })),
    tables: [...tables].map(([name, { line, made, chains }]) => ({
      name, line: line?.number, made,
      chains: [...chains.values()].map(({ rules, declaration, ...chain }) => ({
        ...chain, declaration: declaration?.number, rules: rules.map(({ bound, source, destination }) => ({ source, destination, line: bound.line.number, text: bound.line.text, leads: bound.target?.kind })),
      })),
    })),
  };
}

const shape = (document: RulesetDocument): unknown => document.lines.map(({ number, text, eol, content }) => ({ number, text, eol, content }));

/** No editor puts its cursor between `\r` and `\n`. */
const snap = (text: string, offset: number): number => (text[offset - 1] === '\r' && text[offset] === '\n' ? offset - 1 : offset);

function positionIn(text: string, offset: number): { line: number; character: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)!.length };
}
