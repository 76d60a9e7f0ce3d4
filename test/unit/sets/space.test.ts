import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EVERY, NONE } from '../../../server/src/core/sets/diagram.ts';
import { exactly } from '../../../server/src/core/sets/bounds.ts';
import { after, before, inTurn, possiblyBefore, rewritingOf, type Rewrite } from '../../../server/src/core/sets/rewriting.ts';
import { PacketSpace } from '../../../server/src/core/sets/space.ts';
import { beginningsOf, listedBeginningsOf, placeOf, Probe, type Beginning } from '../../../server/src/core/sets/probe.ts';
import { packetOf, pick, valueOf, witness } from '../../../server/src/core/sets/witness.ts';

/** Variables of a packet whose field has the value. */
function withValue(space: PacketSpace, name: 'tos' | 'mark', value: number): Uint8Array {
  const bits = new Uint8Array(space.variables);
  const { level, bits: width } = space.fields[name];
  for (let bit = 0; bit < width; bit++) bits[level + width - 1 - bit] = (value >>> bit) & 1;
  return bits;
}

const BYTES = Array.from({ length: 256 }, (_, value) => value);
const byte = fc.integer({ min: 0, max: 255 });

describe('packet space', () => {
  it('holds the values of a range, and of a masked number', () => {
    fc.assert(fc.property(byte, byte, (a, b) => {
      const space = new PacketSpace('ipv4', []);
      const [range, masked] = [space.range('tos', a, b), space.equals('tos', a, b)];
      for (const value of BYTES) {
        const bits = withValue(space, 'tos', value);
        assert.equal(space.has(range, bits), a <= value && value <= b);
        assert.equal(space.has(masked, bits), (value & b) === a);
      }
    }), { numRuns: 100 });
  });

  it('knows what a packet was before it was rewritten', () => {
    const change = fc.record({ mask: byte, value: byte });
    fc.assert(fc.property(change, change, byte, byte, (first, second, from, to) => {
      const space = new PacketSpace('ipv4', []);
      const rewriting = (given: { mask: number; value: number }) => rewritingOf(space, [{ field: 'tos', change: given } satisfies Rewrite], () => true);
      const apply = (given: { mask: number; value: number }, value: number): number => (value & ~given.mask) ^ given.value;
      const set = before(space, inTurn(rewriting(first), rewriting(second)), exactly(space.range('tos', from, to)));
      assert.equal(set.may, set.must);
      for (const value of BYTES) {
        const after = apply(second, apply(first, value));
        assert.equal(space.has(set.may, withValue(space, 'tos', value)), from <= after && after <= to);
      }
    }), { numRuns: 100 });
  });

  it('knows what becomes of packets that are rewritten', () => {
    const change = fc.record({ mask: byte, value: byte });
    fc.assert(fc.property(change, byte, byte, (given, from, to) => {
      const space = new PacketSpace('ipv4', []);
      const set = after(space, rewritingOf(space, [{ field: 'tos', change: given }], () => true), space.range('tos', from, to));
      const made = new Set(BYTES.filter((value) => from <= value && value <= to).map((value) => (value & ~given.mask) ^ given.value));
      for (const value of BYTES) assert.equal(space.has(set, withValue(space, 'tos', value)), made.has(value));
    }), { numRuns: 100 });
  });

  it('tells what the packets of a set have in common', () => {
    const space = new PacketSpace('ipv4', []);
    const either = space.union(space.equals('destinationPort', 80), space.equals('destinationPort', 443));
    const parts = [space.equals('protocol', 6), either, space.equals('source', 0x0a010000, 0xffff0000)];
    const whole = parts.reduce((so, part) => space.intersection(so, part));
    const set = space.union(whole, space.intersection(space.equals('fragment', 1), space.equals('destination', 0x0a000001)));
    const bits = pick(space, space.intersection(set, space.equals('fragment', 0)));
    const found = beginningsOf(space, set, false);
    // 80 is 0000000001010000 and 443 is 0000000110111011.
    assert.deepEqual(found.map(({ place }) => place), [placeOf(space, 'protocol', 8), placeOf(space, 'destinationPort', 7), placeOf(space, 'source', 16)]);
    for (const { place, hash } of found) assert.equal(new Probe(space).take(bits).hash(place), hash);
    assert.deepEqual(beginningsOf(space, space.union(set, whole), true), []);
  });

  it('lists what packets of a set begin with in a field of several values', () => {
    const space = new PacketSpace('ipv4', []);
    const either = [space.equals('destinationPort', 80), space.range('destinationPort', 440, 445), space.equals('destinationPort', 65535)];
    const set = space.intersection(space.equals('protocol', 6), either.reduce((so, each) => space.union(so, each)));
    const begins = (field: 'protocol' | 'destinationPort', value: number, length: number): Beginning => {
      const place = placeOf(space, field, length);
      return { place, hash: new Probe(space).take(pick(space, space.equals(field, value))).hash(place) };
    };
    // From 440 to 445 are four numbers that share their first 14 bits, and two that share 15.
    assert.deepEqual(listedBeginningsOf(space, set), [begins('destinationPort', 80, 16), begins('destinationPort', 440, 14), begins('destinationPort', 444, 15), begins('destinationPort', 65535, 16)]);
    assert.equal(listedBeginningsOf(space, space.intersection(space.equals('protocol', 6), either[0]!)), undefined);
    assert.equal(listedBeginningsOf(space, EVERY), undefined);
    const many = Array.from({ length: 100 }, (_, number) => space.equals('destinationPort', number * number));
    assert.equal(listedBeginningsOf(space, many.reduce((so, each) => space.union(so, each))), undefined);
  });

  it('leaves open what depends on a rewritten field, and nothing else', () => {
    const space = new PacketSpace('ipv4', []);
    const [none, addresses, anything] = [space.question('a', 'nothing'), space.question('b', 'addresses'), space.question('c')];
    const marked = rewritingOf(space, [{ field: 'mark' }, { field: 'questions' }], () => true);
    const translated = rewritingOf(space, [{ field: 'source' }, { field: 'questions' }], () => true);
    const all = [none, addresses, anything].reduce((so, set) => space.intersection(so, set));
    assert.equal(possiblyBefore(space, marked, all), space.intersection(none, addresses));
    assert.equal(possiblyBefore(space, translated, all), none);
    assert.equal(possiblyBefore(space, inTurn(marked, translated), all), none);
  });

  it('leaves open what a rewritten field may be', () => {
    const space = new PacketSpace('ipv4', []);
    const free = rewritingOf(space, [{ field: 'mark' }], () => true);
    assert.deepEqual(before(space, free, exactly(space.equals('mark', 5))), { may: 0, must: NONE });
  });

  it('tells interfaces apart as far as rules do', () => {
    const space = new PacketSpace('ipv4', ['eth0', 'eth+', 'wlan+', '+', 'e+']);
    const held = (pattern: string): string[] => space.names.fitting(pattern).map((code) => space.names.classes[code]!.name);
    assert.deepEqual(held('eth0'), ['eth0']);
    assert.equal(held('eth+').length, 2);
    assert.equal(held('e+').length, 3);
    assert.equal(held('+').length, space.names.classes.length);
    assert.equal(space.names.codeOf('eth7'), space.names.codeOf('ethernet'));
    assert.notEqual(space.names.codeOf('eth7'), space.names.codeOf('en0'));
    assert.notEqual(space.names.codeOf('ppp0'), space.names.codeOf('wlan0'));
  });

  it('shows a packet of a set', () => {
    const space = new PacketSpace('ipv6', ['eth0']);
    const address = 0x20010db8000000000000000000000042n;
    const parts = [space.equals('protocol', 17), space.equals('source', address), space.range('destinationPort', 5000, 5010), space.interface('in', 'eth0'), space.atHooks(['INPUT'])];
    const set = parts.reduce((so, part) => space.intersection(so, part));
    const { bits, packet } = witness(space, set)!;
    assert.ok(space.has(set, bits));
    assert.deepEqual([packet.protocol, packet.source, packet.in, packet.path], [17, address, 'eth0', 'in']);
    assert.ok(packet.destinationPort! >= 5000 && packet.destinationPort! <= 5010);
    assert.equal(valueOf(space, bits, 'source'), address);
    assert.deepEqual(packetOf(space, bits), packet);
    assert.equal(witness(space, NONE), undefined);
  });
});
