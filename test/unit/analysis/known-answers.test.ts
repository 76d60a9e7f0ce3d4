import assert from 'node:assert/strict';
import fc from 'fast-check';
import { analyse } from '../../../server/src/core/analysis/analysis.ts';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import type { Chain, Rule, Table } from '../../../server/src/core/ruleset/model.ts';
import { open } from '../rules/check.ts';
import { Enumeration } from './brute-force.ts';
import { smallWorld, type SmallWorld } from './small-worlds.ts';

const opened = ({ family, text }: SmallWorld): RulesetDocument => open(text, family === 'ipv4' ? 'rules.v4' : 'rules.v6');

/** A rule by its chain and place, from 0. */
interface Standing {
  readonly chain: Chain;
  readonly index: number;
  readonly rule: Rule;
}

const standings = (table: Table): readonly Standing[] => [...table.chains.values()].filter(({ name }) => name !== 'TRACKS')
  .flatMap((chain) => chain.rules.map((rule, index) => ({ chain, index, rule })));

describe('analysis of small worlds', () => {
  it('lets match what some packet hits, and nothing else', () => {
    fc.assert(fc.property(smallWorld, (world) => {
      const ruleset = opened(world).ruleset();
      const analysis = analyse(ruleset);
      const { space } = analysis;
      const enumeration = new Enumeration(ruleset, world.table, world.packets);
      const hasFragments = world.packets.some(({ fragmentOffset }) => fragmentOffset !== undefined);
      for (const { chain: { name: chain }, index, rule } of standings(ruleset.tables.get(world.table)!)) {
        const place = { chain, index };
        const isHit = enumeration.hitting(rule).length > 0;
        const canMatch = analysis.canMatch(world.table, place);
        const context = `${rule.bound.line.text}\n${world.text}`;
        if (!canMatch) assert.ok(!isHit, `called dead, but hit: ${context}`);
        // A rule may be left with fragments alone, which few worlds have.
        else if (!isHit && !enumeration.isOpen(rule)) assert.ok(!hasFragments && !space.intersects(analysis.left(world.table, place), space.equals('fragment', 0)), `said to match, but never hit: ${context}`);
      }
    }), { numRuns: 120 });
  });
});
