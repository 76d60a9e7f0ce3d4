import assert from 'node:assert/strict';
import fc from 'fast-check';
import { analyse, type Analysis } from '../../../server/src/core/analysis/analysis.ts';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { testParser } from '../../support/document.ts';
import { anyRule, filterTable, serviceRule, serviceTable } from './rulesets.ts';

/** What can be said of every rule, and how much of all packets fares how. */
function told(analysis: Analysis): readonly unknown[] {
  const { ruleset, space } = analysis;
  const rules = [...ruleset.tables.get('filter')!.chains.values()].flatMap(({ name, rules: own }) => own.map(({ bound }, index) => {
    const place = { chain: name, index };
    return [bound.line.text, analysis.canMatch('filter', place), analysis.cover('filter', place)?.every(({ rule, chain, index: at }) => ruleset.tables.get('filter')!.chains.get(chain)!.rules[at] === rule)];
  }));
  return [rules, ...(['in', 'forward', 'out'] as const).map((path) => Object.values(analysis.fates(path, 0)).map((set: number) => space.density(set)))];
}

/** Edits of one line: what it is replaced by, where nothing is it is deleted. */
const editBy = (rule: fc.Arbitrary<string>): fc.Arbitrary<Edit> => fc.record({ at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), insert: fc.boolean(), text: fc.option(rule) });

interface Edit {
  readonly at: number;
  readonly insert: boolean;
  readonly text: string | null;
}

describe('analysis after edits', () => {
  let parser: Awaited<ReturnType<typeof testParser>>;
  before(async () => {
    parser = await testParser();
  });

  function assertTold(text: string, edits: readonly Edit[]): void {
    const document = new RulesetDocument(parser, 'file:///test/rules.v4', 'iptables', 1, text);
    let analysis = analyse(document.ruleset());
    const working = analysis.work();
    while (working.next().done !== true);
    const lines = text.split('\n');
    const [first, last] = [lines.findIndex((line) => line.startsWith('-A')), lines.indexOf('COMMIT')];
    let rules = last - first;
    for (const [version, { at, insert, text: line }] of edits.entries()) {
      const number = first + Math.floor(at * (rules + 1));
      const removed = insert || number === first + rules ? 0 : 1;
      document.update([{ range: { start: { line: number, character: 0 }, end: { line: number + removed, character: 0 } }, text: line === null ? '' : `${line}\n` }], version + 2);
      rules += (line === null ? 0 : 1) - removed;
      analysis = analyse(document.ruleset(), { previous: analysis });
      assert.deepEqual(told(analysis), told(analyse(document.ruleset())));
    }
  }

  const edits = (rule: fc.Arbitrary<string>): fc.Arbitrary<Edit[]> => fc.array(editBy(rule), { minLength: 1, maxLength: 6 });

  it('tells what a new one tells', () => fc.assert(fc.property(filterTable, edits(anyRule), assertTold), { numRuns: 40 }));

  it('tells what a new one tells where many rules lead to chains of their own', () => fc.assert(fc.property(serviceTable, edits(serviceRule), assertTold), { numRuns: 20 }));

  it('tells that a chain from which every packet came back keeps some now, behind another chain too', () => {
    const lines = ['*filter', ':INPUT ACCEPT [0:0]', ':OUTER - [0:0]', ':MARKS - [0:0]', '-A INPUT -j OUTER', '-A INPUT -p tcp -j ACCEPT', '-A OUTER -j MARKS', '-A MARKS -j LOG', 'COMMIT', ''];
    const document = new RulesetDocument(parser, 'file:///test/rules.v4', 'iptables', 1, lines.join('\n'));
    const place = { chain: 'INPUT', index: 1 };
    const before = analyse(document.ruleset());
    assert.ok(before.canMatch('filter', place));
    const end = { line: 8, character: 0 };
    document.update([{ range: { start: end, end }, text: '-A MARKS -p tcp -j DROP\n' }], 2);
    assert.ok(!analyse(document.ruleset(), { previous: before }).canMatch('filter', place));
  });

  it('begins anew where an edit makes the kernel track connections', async () => {
    const parser = await testParser();
    const lines = ['*filter', ':FORWARD ACCEPT [0:0]', '-A FORWARD -p tcp -j ACCEPT', '-A FORWARD -f -j DROP', 'COMMIT', ''];
    const document = new RulesetDocument(parser, 'file:///test/rules.v4', 'iptables', 1, lines.join('\n'));
    const before = analyse(document.ruleset());
    assert.ok(before.canMatch('filter', { chain: 'FORWARD', index: 1 }));
    const end = { line: 4, character: 0 };
    document.update([{ range: { start: end, end }, text: '-A FORWARD -m conntrack --ctstate NEW -j ACCEPT\n' }], 2);
    assert.ok(!analyse(document.ruleset(), { previous: before }).canMatch('filter', { chain: 'FORWARD', index: 1 }));
  });
});
