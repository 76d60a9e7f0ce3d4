import assert from 'node:assert/strict';
import { ALWAYS, both, either, NEVER, opposite, sometimes, SOMETIMES } from '../../../server/src/core/sets/bounds.ts';
import { EVERY, NONE } from '../../../server/src/core/sets/diagram.ts';
import { PacketSpace } from '../../../server/src/core/sets/space.ts';

describe('bounds of when something holds', () => {
  const space = new PacketSpace('ipv4', []);
  const [tcp, port] = [space.equals('protocol', 6), space.equals('destinationPort', 22)];

  it('turn round with what is sure and what is possible', () => {
    assert.deepEqual([opposite(space, ALWAYS), opposite(space, SOMETIMES)], [NEVER, SOMETIMES]);
    assert.deepEqual(opposite(space, sometimes(tcp)), { may: EVERY, must: space.complement(tcp) });
    assert.deepEqual(opposite(space, { may: EVERY, must: tcp }), { may: space.complement(tcp), must: NONE });
  });

  it('are sure where both are, and possible where one is', () => {
    const unsure = { may: tcp, must: space.intersection(tcp, port) };
    assert.deepEqual(both(space, unsure, SOMETIMES), sometimes(tcp));
    assert.deepEqual(either(space, unsure, sometimes(port)), { may: space.union(tcp, port), must: space.intersection(tcp, port) });
  });
});
