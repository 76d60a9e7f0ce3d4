import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BranchingMap } from '../../../server/src/core/engine/branching-map.ts';
import { Digest } from '../../../server/src/core/engine/digest.ts';
import { Ledger, type Entry } from '../../../server/src/core/engine/ledger.ts';
import { STATE } from '../../../server/src/core/engine/state.ts';
import { run, way } from './run.ts';

describe('branches of a map', () => {
  it('hold each what was set in them, and nothing of the others', () => {
    fc.assert(fc.property(fc.array(fc.record({ branch: fc.nat(3), key: fc.nat(9), action: fc.constantFrom('set', 'delete', 'branch') }), { maxLength: 80 }), (steps) => {
      const branches = [{ map: new BranchingMap<number>(), expected: new Map<number, number>() }];
      for (const [value, step] of steps.entries()) {
        const one = branches[step.branch % branches.length]!;
        if (step.action === 'set') {
          one.map.set(step.key, value);
          one.expected.set(step.key, value);
        } else if (step.action === 'delete') {
          one.map.delete(step.key);
          one.expected.delete(step.key);
        } else {
          branches.push({ map: one.map.branch(), expected: new Map(one.expected) });
        }
      }
      for (const { map, expected } of branches) {
        assert.deepEqual(map.values().sort((a, b) => a - b), [...expected.values()].sort((a, b) => a - b));
        for (const step of steps) assert.equal(map.get(step.key), expected.get(step.key));
      }
    }));
  });
});

describe('the changes of worlds that have branched off', () => {
  const entryOf = (ledger: Ledger, value: unknown): Entry<unknown> => ledger.add(value, STATE, 0);

  it('are equal for the same changes, whatever lies between', () => {
    const ledger = new Ledger();
    let entry = entryOf(ledger, { count: 1, seen: new Map([['a', 1]]) });
    ledger.settle();
    const other = ledger.branch().ledger;
    let theirs = entry;
    const add = (one: Ledger, to: Entry<unknown>, by: number, put: (copied: Entry<unknown>) => void): void => {
      (one.own(to, put) as { count: number }).count += by;
      one.settle();
    };
    add(ledger, entry, 2, (copied) => { entry = copied; });
    assert.notEqual(ledger.changes, other.changes);
    add(other, theirs, 1, (copied) => { theirs = copied; });
    add(other, theirs, 1, (copied) => { theirs = copied; });
    assert.equal(ledger.changes, other.changes);
    assert.deepEqual([entry.value, theirs.value], [{ count: 3, seen: new Map([['a', 1]]) }, { count: 3, seen: new Map([['a', 1]]) }]);
    other.remove(theirs);
    other.settle();
    assert.notEqual(ledger.changes, other.changes);
  });

  it('leave to each what a packet had touched before they parted', () => {
    const ledger = new Ledger();
    const entry = entryOf(ledger, { count: 1 });
    const { entries, values } = ledger.branch();
    const own = ledger.own(entry, () => assert.fail('it owns it already')) as { count: number };
    own.count = 5;
    assert.deepEqual([entries[0]!.value, values.get(own)], [{ count: 1 }, { count: 1 }]);
  });
});

describe('a digest', () => {
  const data = fc.letrec((tie) => ({ value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.double({ noNaN: true }).map((number) => number + 0), fc.string(), fc.boolean(), fc.bigInt(), fc.constant(null), fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true })) })).value;

  it('is equal for equal data alone', () => {
    const sum = (value: unknown): string => JSON.stringify(new Digest().add(value).sum);
    fc.assert(fc.property(data, data, (some, others) => {
      assert.equal(sum(some), sum(structuredClone(some)));
      const isSame = fc.stringify(some) === fc.stringify(others);
      assert.equal(sum(some) === sum(others), isSame);
    }));
    assert.notEqual(sum({ a: 1, b: {} }), sum({ a: 1, b: { c: 0 } }));
    assert.equal(sum({ a: 1, b: undefined }), sum({ a: 1 }));
  });
});

describe('a packet that parts before conntrack sees it', () => {
  it('marks the template of its own course alone', async () => {
    const rules = `*raw
-A PREROUTING -j CT --zone 1
-A PREROUTING -m statistic --mode random --probability 0.5 -j CONNMARK --set-mark 7
-A PREROUTING -m connmark --mark 7 -j LOG
COMMIT
`;
    const [result] = await run(rules, ['udp 192.0.2.1:1 -> 198.51.100.1:2 in=eth0']);
    assert.deepEqual(result!.outcomes!.map((outcome) => way(outcome).replace(/ filter.*/u, '')), ['ACCEPT raw:PREROUTING:1 raw:PREROUTING:2 raw:PREROUTING:3 raw:PREROUTING:policy', 'ACCEPT raw:PREROUTING:1 raw:PREROUTING:policy']);
  });
});
