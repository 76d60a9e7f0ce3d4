import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Diagrams, EVERY, NONE, type PacketSet } from '../../../server/src/core/sets/diagram.ts';

/** Few enough that every assignment can be tried. */
const VARIABLES = 6;
const ASSIGNMENTS = Array.from({ length: 2 ** VARIABLES }, (_, number) => Uint8Array.from({ length: VARIABLES }, (__, level) => (number >> level) & 1));

/** A formula over the variables, as a tree of operations. */
type Formula = number | readonly ['and' | 'or' | 'minus', Formula, Formula] | readonly ['not', Formula];

const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof({ depthSize: 'medium', withCrossShrink: true },
    fc.integer({ min: 0, max: VARIABLES - 1 }),
    fc.tuple(fc.constantFrom('and' as const, 'or' as const, 'minus' as const), tie('formula'), tie('formula')),
    fc.tuple(fc.constant('not' as const), tie('formula'))),
}));

function build(diagrams: Diagrams, given: Formula): PacketSet {
  if (typeof given === 'number') return diagrams.node(given, NONE, EVERY);
  if (given[0] === 'not') return diagrams.complement(build(diagrams, given[1]));
  const [a, b] = [build(diagrams, given[1]), build(diagrams, given[2])];
  return given[0] === 'and' ? diagrams.intersection(a, b) : given[0] === 'or' ? diagrams.union(a, b) : diagrams.difference(a, b);
}

function holds(given: Formula, bits: Uint8Array): boolean {
  if (typeof given === 'number') return bits[given] === 1;
  switch (given[0]) {
    case 'not': return !holds(given[1], bits);
    case 'and': return holds(given[1], bits) && holds(given[2], bits);
    case 'or': return holds(given[1], bits) || holds(given[2], bits);
    case 'minus': return holds(given[1], bits) && !holds(given[2], bits);
  }
}

describe('decision diagrams', () => {
  const property = (check: (given: Formula, other: Formula) => void): void => fc.assert(fc.property(formula, formula, check), { numRuns: 300 });

  it('hold exactly what a table of every assignment holds', () => {
    property((given) => {
      const diagrams = new Diagrams();
      const set = build(diagrams, given);
      for (const bits of ASSIGNMENTS) assert.equal(diagrams.has(set, bits), holds(given, bits));
    });
  });

  it('are one number for one set', () => {
    property((given, other) => {
      const diagrams = new Diagrams();
      const same = ASSIGNMENTS.every((bits) => holds(given, bits) === holds(other, bits));
      assert.equal(build(diagrams, given) === build(diagrams, other), same);
    });
  });

  it('know whether sets meet, and whether one holds the other', () => {
    property((given, other) => {
      const diagrams = new Diagrams();
      const [a, b] = [build(diagrams, given), build(diagrams, other)];
      assert.equal(diagrams.intersects(a, b), ASSIGNMENTS.some((bits) => holds(given, bits) && holds(other, bits)));
      assert.equal(diagrams.includes(a, b), ASSIGNMENTS.every((bits) => !holds(other, bits) || holds(given, bits)));
    });
  });

  it('find a packet of both sets, as alike as can be to one that is given', () => {
    property((given, other) => {
      const diagrams = new Diagrams();
      const [a, b] = [build(diagrams, given), build(diagrams, other)];
      const exists = ASSIGNMENTS.some((bits) => holds(given, bits) && holds(other, bits));
      for (const liked of ASSIGNMENTS) {
        const bits = Uint8Array.from(liked);
        assert.equal(diagrams.meet(a, b, bits), exists);
        if (exists) assert.ok(holds(given, bits) && holds(other, bits));
        if (!exists || (holds(given, liked) && holds(other, liked))) assert.deepEqual(bits, liked);
      }
    });
  });

  it('count', () => {
    property((given) => {
      const diagrams = new Diagrams();
      const set = build(diagrams, given);
      const count = ASSIGNMENTS.filter((bits) => holds(given, bits)).length;
      assert.equal(diagrams.count(set, VARIABLES), BigInt(count));
      assert.equal(diagrams.density(set), count / ASSIGNMENTS.length);
    });
  });

  it('stay the same sets while they grow', () => {
    const diagrams = new Diagrams();
    const numbers = Array.from({ length: 3000 }, (_, index) => (index * 7919) % 65536);
    const equals = (value: number): PacketSet => Array.from({ length: 16 }, (_, bit) => 15 - bit)
      .reduce<PacketSet>((set, level) => (((value >> level) & 1) === 1 ? diagrams.node(level, NONE, set) : diagrams.node(level, set, NONE)), EVERY);
    const all = numbers.reduce<PacketSet>((set, value) => diagrams.union(set, equals(value)), NONE);
    assert.equal(diagrams.count(all, 16), BigInt(new Set(numbers).size));
    for (const value of numbers) assert.equal(diagrams.intersection(all, equals(value)), equals(value));
  });

  it('hold the same when they are made in passing, and leave nothing behind', () => {
    property((given, other) => {
      const diagrams = new Diagrams();
      const lasting = build(diagrams, given);
      const { size } = diagrams;
      diagrams.forgetting(() => {
        const both = diagrams.difference(lasting, build(diagrams, other));
        for (const bits of ASSIGNMENTS) assert.equal(diagrams.has(both, bits), holds(given, bits) && !holds(other, bits));
        assert.equal(both === NONE, ASSIGNMENTS.every((bits) => !holds(given, bits) || holds(other, bits)));
      });
      assert.equal(diagrams.size, size);
      assert.equal(build(diagrams, given), lasting);
    });
  });
});
