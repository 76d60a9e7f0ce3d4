import assert from 'node:assert/strict';
import fc from 'fast-check';
import { analyse } from '../../../server/src/core/analysis/analysis.ts';
import { printPacket } from '../../../server/src/core/notation/print.ts';
import type { Ruleset } from '../../../server/src/core/ruleset/model.ts';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { NONE } from '../../../server/src/core/sets/diagram.ts';
import { pick } from '../../../server/src/core/sets/witness.ts';
import { testParser } from '../../support/document.ts';
import { FATES, only } from './asked.ts';
import { enumerated, INCOMING, type Enumerated } from './every-answer.ts';
import { conditionalScript, takingScript } from './scripts.ts';

describe('analysis of scripts by every answer to what they ask', () => {
  let rulesetOf: (text: string) => Ruleset;
  before(async () => {
    const parser = await testParser();
    rulesetOf = (text) => new RulesetDocument(parser, 'file:///test/fw.sh', 'shellscript', 1, text).ruleset();
  });

  const enumerate = (text: string): Enumerated => enumerated(text, rulesetOf);

  it('finds the rules that packets hit by some of them, and what may become of each packet', () => fc.assert(fc.property(conditionalScript, (text) => {
    const { hit, verdicts } = enumerate(text);
    const ruleset = rulesetOf(text);
    const analysis = analyse(ruleset);
    for (const { name: chain, rules } of ruleset.tables.get('filter')!.chains.values()) {
      for (const [index, { bound: { line } }] of rules.entries()) assert.equal(analysis.canMatch('filter', { chain, index }), hit.has(line.number), `line ${line.number + 1} of\n${text}`);
    }
    const fates = analysis.fates('in', 0);
    for (const packet of INCOMING) {
      const bits = pick(analysis.space, only(analysis, packet));
      const may = Object.entries(FATES).filter(([, fate]) => analysis.space.has(fates[fate], bits)).map(([verdict]) => verdict);
      assert.deepEqual(may.sort(), [...verdicts.get(packet)!].sort(), `${printPacket(packet)}\n${text}`);
    }
  }), { numRuns: 20 }));

  it('calls no rule dead that a packet hits by some of them, and rules out nothing that may become of one, where rules are taken away', () => fc.assert(fc.property(takingScript, (text) => {
    const { hit, verdicts } = enumerate(text);
    const ruleset = rulesetOf(text);
    const analysis = analyse(ruleset);
    const alive = new Set<number>();
    for (const { name: chain, rules } of ruleset.tables.get('filter')!.chains.values()) {
      for (const [index, { bound: { line } }] of rules.entries()) if (analysis.canMatch('filter', { chain, index })) alive.add(line.number);
    }
    for (const line of hit) assert.ok(alive.has(line), `line ${line + 1} of\n${text}`);
    const fates = analysis.fates('in', 0);
    for (const packet of INCOMING) {
      const bits = pick(analysis.space, only(analysis, packet));
      for (const verdict of verdicts.get(packet)!) assert.ok(analysis.space.has(fates[FATES[verdict as keyof typeof FATES]], bits), `${verdict}: ${printPacket(packet)}\n${text}`);
    }
  }), { numRuns: 20 }));

  /** What may become of a packet of a script that asks so often, of which each answer lets it in and drops others. */
  const fatesWith = (count: number): readonly string[] => {
    const asked = Array.from({ length: count }, (_, number) => [`if [ -f /etc/fw.${number} ]; then`, 'iptables -A INPUT -p tcp -j ACCEPT', 'else', 'iptables -A INPUT -p tcp -j DROP', 'fi']);
    const analysis = analyse(rulesetOf(['#!/bin/sh', 'iptables -P INPUT DROP', 'if [ -n "$A" ]; then', 'iptables -A INPUT -p tcp -j ACCEPT', 'else', 'iptables -A INPUT -j ACCEPT', 'fi', ...asked.flat(), ''].join('\n')));
    assert.ok(!analysis.canMatch('filter', { chain: 'INPUT', index: 2 }));
    const fates = analysis.fates('in', analysis.space.equals('protocol', 6));
    return (['accepted', 'dropped'] as const).filter((fate) => fates[fate] !== NONE);
  };

  it('takes each rule for one that need not be there where there are too many, as far as fates go', () => {
    assert.deepEqual(fatesWith(31), ['accepted']);
    assert.deepEqual(fatesWith(32), ['accepted', 'dropped']);
  });

  it('names what decides on a packet in a ruleset that there may be', () => {
    const lines = ['#!/bin/sh', 'iptables -P INPUT ACCEPT', 'if [ -n "$A" ]; then', 'iptables -A INPUT -p udp -j DROP', 'iptables -A INPUT -p tcp -j LOG', 'else', 'iptables -A INPUT -p tcp -j DROP', 'fi', ''];
    const analysis = analyse(rulesetOf(lines.join('\n')));
    const { dropped } = analysis.fates('in', analysis.space.equals('protocol', 6));
    assert.equal(analysis.example('in', dropped, 'drop')?.decidedBy?.rule?.bound.line.number, 6);
  });
});
