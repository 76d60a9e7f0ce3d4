import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { printBare } from '../../values/address.ts';
import { defineMatch } from '../definition.ts';
import { questionPackets } from '../shared/packet-sets.ts';

/** The lower half of an IPv6 address that is made of a hardware address (RFC 4291, appendix A). */
function interfaceId(mac: string): bigint {
  const [a, ...bytes] = mac.split(':').map((byte) => parseInt(byte, 16));
  const id = [a! ^ 2, bytes[0]!, bytes[1]!, 0xff, 0xfe, bytes[2]!, bytes[3]!, bytes[4]!];
  return id.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

const LOWER = (1n << 64n) - 1n;

function test({ packet: { source, mac } }: Traversal): Truth {
  const question = new Unknown('the source address is made of the hardware address');
  if (typeof source !== 'bigint') return question;
  // Every such address has ff:fe in the middle of its lower half.
  if (((source >> 24n) & 0xffffn) !== 0xfffen) return false;
  return mac === undefined ? question : (source & LOWER) === interfaceId(mac);
}

const condition: Condition = {
  source: '-m eui64',
  test,
  observe: ({ packet: { source, mac } }) =>
    `the source is ${source === undefined ? 'open' : printBare(source, 'ipv6')} and the hardware address ${mac ?? 'is open'}`,
};

export default defineMatch({ name: 'eui64', families: ['ipv6'], hooks: ['PREROUTING', 'INPUT', 'FORWARD'], options: [], conditions: () => [condition], packets: questionPackets() });
