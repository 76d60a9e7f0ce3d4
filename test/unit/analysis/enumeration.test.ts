import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import type { Packet } from '../../../server/src/core/engine/packet.ts';
import type { Fate } from '../../../server/src/core/engine/result.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { printPacket } from '../../../server/src/core/notation/print.ts';
import type { Rule, Ruleset } from '../../../server/src/core/ruleset/model.ts';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { analyse, type Place } from '../../../server/src/core/analysis/analysis.ts';
import { NONE } from '../../../server/src/core/sets/diagram.ts';
import { pick } from '../../../server/src/core/sets/witness.ts';
import { testParser } from '../../support/document.ts';
import { FATES, HOOK, only } from './asked.ts';
import { filterTable, PACKETS, serviceTable } from './rulesets.ts';

/** Every rule of the filter table with its place. */
function placesOf(ruleset: Ruleset): { readonly rule: Rule; readonly place: Place }[] {
  return [...ruleset.tables.get('filter')!.chains.values()].flatMap(({ name, rules }) => rules.map((rule, index) => ({ rule, place: { chain: name, index } })));
}

describe('analysis against every packet', () => {
  let rulesetOf: (text: string) => Ruleset;
  before(async () => {
    const parser = await testParser();
    rulesetOf = (text) => new RulesetDocument(parser, 'file:///test/rules.v4', 'iptables', 1, text).ruleset();
  });

  /** What the engine does with every packet: which packets hit each rule, and the fate of each. */
  function enumerate(ruleset: Ruleset): { readonly hit: ReadonlyMap<Rule, ReadonlySet<Packet>>; readonly verdicts: ReadonlyMap<Packet, Fate['verdict']> } {
    const program = compile(ruleset);
    const hit = new Map<Rule, Set<Packet>>(placesOf(ruleset).map(({ rule }) => [rule, new Set()]));
    const verdicts = new Map<Packet, Fate['verdict']>();
    for (const packet of PACKETS) {
      const { verdict, steps } = simulate(program, new Worlds(), packet);
      verdicts.set(packet, verdict);
      for (const { rule, hook } of steps) if (hook === HOOK[packet.path]) hit.get(rule)!.add(packet);
    }
    return { hit, verdicts };
  }

  for (const [what, tables, numRuns] of [['', filterTable, 8], [' where many rules lead to chains of their own', serviceTable, 4]] as const) {
    it(`finds for each rule the packets that hit it, and for each packet its fate${what}`, () => fc.assert(fc.property(tables, assertFound), { numRuns }));
  }

  function assertFound(text: string): void {
    const ruleset = rulesetOf(text);
    const analysis = analyse(ruleset);
    const { hit, verdicts } = enumerate(ruleset);
    const bits = new Map(PACKETS.map((packet) => [packet, pick(analysis.space, only(analysis, packet))]));
    for (const { rule, place } of placesOf(ruleset)) {
      const left = analysis.left('filter', place);
      for (const packet of PACKETS) {
        if (analysis.space.has(left, bits.get(packet)!) !== hit.get(rule)!.has(packet)) assert.fail(`${rule.bound.line.text}: ${printPacket(packet)}`);
      }
      assert.equal(analysis.canMatch('filter', place), left !== NONE);
      if (hit.get(rule)!.size > 0) assert.equal(analysis.cover('filter', place), undefined);
    }
    for (const path of ['in', 'forward', 'out'] as const) {
      const fates = analysis.fates(path, 0);
      for (const packet of PACKETS.filter((each) => each.path === path)) {
        for (const [verdict, fate] of Object.entries(FATES)) {
          if (analysis.space.has(fates[fate], bits.get(packet)!) !== (verdicts.get(packet) === verdict)) assert.fail(`${fate}: ${printPacket(packet)}`);
        }
      }
    }
  }
});
