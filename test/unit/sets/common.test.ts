import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Common } from '../../../server/src/core/sets/common.ts';
import { NONE } from '../../../server/src/core/sets/diagram.ts';
import { beginningsOf } from '../../../server/src/core/sets/probe.ts';
import { PacketSpace } from '../../../server/src/core/sets/space.ts';

const condition = fc.oneof(
  fc.record({ field: fc.constantFrom('source' as const, 'destination' as const), value: fc.nat(15), length: fc.integer({ min: 28, max: 32 }) }),
  fc.record({ field: fc.constantFrom('destinationPort' as const, 'mark' as const), value: fc.nat(3), length: fc.integer({ min: 13, max: 32 }) }),
);

describe('what packets of a set have in common', () => {
  it('excludes rules only that none of them can match', () => {
    fc.assert(fc.property(fc.array(fc.array(condition, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }), fc.array(condition, { minLength: 1, maxLength: 2 }), (sets, rule) => {
      const space = new PacketSpace('ipv4', []);
      const meeting = (conditions: typeof rule): number => conditions.reduce((so, { field, value, length }) => {
        const { bits } = space.fields[field];
        const mask = length >= bits ? 2 ** bits - 1 : (2 ** bits - 2 ** (bits - length)) >>> 0;
        return space.intersection(so, space.equals(field, (value & mask) >>> 0, mask));
      }, space.equals('fragment', 0) as number);
      const set = sets.reduce((so, each) => space.union(so, meeting(each)), NONE as number);
      const wanted = meeting(rule);
      const common = new Common(space, set);
      const isExcluded = beginningsOf(space, wanted, false).some((each) => common.excludes(each));
      if (isExcluded) assert.ok(!space.intersects(set, wanted));
      // With one set of conditions nothing else can be in the way.
      if (sets.length === 1 && rule.length === 1 && !space.intersects(set, wanted) && sets[0]!.every(({ field, length }) => field !== rule[0]!.field || length >= rule[0]!.length)) assert.ok(isExcluded || set === NONE);
    }), { numRuns: 500 });
  });

  it('is nothing about sets with later fragments', () => {
    const space = new PacketSpace('ipv4', []);
    const [beginning] = beginningsOf(space, space.equals('source', 1), false);
    assert.ok(!new Common(space, space.equals('source', 2)).excludes(beginning!));
  });
});
