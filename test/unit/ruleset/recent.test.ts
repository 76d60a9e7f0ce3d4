import assert from 'node:assert/strict';
import { Recent, Round } from '../../../server/src/core/ruleset/recent.ts';

describe('values that are asked for again', () => {
  it('stay as long as each round asks for them, and go with the first that asks for others only', () => {
    const recent = new Recent<object>();
    const ask = (...texts: readonly string[]): object[] => {
      const round = new Round();
      const values = texts.map((text) => recent.of(text, round, () => ({ text })));
      round.end();
      return values;
    };
    const [a, b] = ask('a', 'b', 'a');
    assert.deepEqual([a, b], [{ text: 'a' }, { text: 'b' }]);
    assert.equal(ask('b')[0], b);
    const [again, other] = ask('a', 'b');
    assert.notEqual(again, a);
    assert.equal(other, b);
  });

  it('are there throughout their round, and of the one before as long as it lasts', () => {
    const recent = new Recent<object>();
    const [first, second] = [new Round(), new Round()];
    const a = recent.of('a', first, () => ({}));
    assert.equal(recent.of('a', first, () => ({})), a);
    first.end();
    recent.of('b', second, () => ({}));
    assert.equal(recent.of('a', second, () => ({})), a);
  });
});
