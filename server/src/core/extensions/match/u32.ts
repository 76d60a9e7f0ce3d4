import { Unknown, and, type Truth } from '../../engine/truth.ts';
import { u32Tests, type U32Test } from '../../values/u32-tests.ts';
import { conditionOf, defineMatch, option } from '../definition.ts';
import { bytesOf, type PacketBytes } from '../shared/header-bytes.ts';
import { andWords, exactly, isExact, liesBetween, shiftLeft, shiftRight, type PartialWord } from '../shared/partial-word.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const u32 = option('u32', u32Tests, { negatable: true });

/** The longest packet, for one whose length is open. */
const LONGEST = 0xffff;

/** Reads four bytes; undefined when that depends on the packet's length, false when they are beyond its end. */
function fetch(bytes: PacketBytes, at: number): PartialWord | false | undefined {
  if (at + 4 <= (bytes.length ?? bytes.least)) return bytes.read(at, 4);
  return bytes.length !== undefined || at + 4 > LONGEST ? false : undefined;
}

/** The word that a location leads to, from the IP header on. Seen in the kernel. */
function locate({ start, steps }: U32Test, bytes: PacketBytes): PartialWord | false | undefined {
  let word = fetch(bytes, start);
  let base = 0;
  for (const { operator, number } of steps) {
    if (word === false || word === undefined) return word;
    switch (operator) {
      case '&': word = andWords(word, exactly(number)); break;
      case '<<': word = shiftLeft(word, number); break;
      case '>>': word = shiftRight(word, number); break;
      case '@':
        if (!isExact(word)) return undefined;
        base += word.value;
        word = base > 0xffffffff ? false : fetch(bytes, base + number);
        break;
    }
  }
  return word;
}

function testTruth(test: U32Test, bytes: PacketBytes): Truth {
  const word = locate(test, bytes);
  if (word === false) return false;
  const inside = word === undefined ? [undefined] : test.values.map(({ from, to }) => liesBetween(word, from, to));
  if (inside.includes(true)) return true;
  if (!inside.includes(undefined)) return false;
  return new Unknown(`the bytes of the packet fit ${u32Tests.print([test], { family: 'ipv4' })}`, { field: 'bytes' });
}

export default defineMatch({
  name: 'u32',
  families: ['ipv4', 'ipv6'],
  options: [u32],
  requires: [['u32']],
  conditions: (use) => conditionOf(use, u32,
    (tests, { packet }) => {
      const bytes = bytesOf(packet);
      return tests.map((test) => testTruth(test, bytes)).reduce<Truth>(and, true);
    },
    ({ packet }) => (packet.length === undefined ? 'the bytes of the packet are not all known' : `the packet has ${packet.length} bytes`)),
  packets: questionPackets(u32),
});
