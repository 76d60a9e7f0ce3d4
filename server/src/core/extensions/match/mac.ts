import type { Traversal } from '../../engine/traversal.ts';
import type { Condition } from '../../engine/traversal.ts';
import { both, exactly, type Bounds } from '../../sets/bounds.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { macAddress } from '../../values/mac.ts';
import { defineMatch, option, type ExtensionUse } from '../definition.ts';
import { decide, negate, observed } from '../shared/fields.ts';
import { optionPackets } from '../shared/packet-sets.ts';

const source = option('mac-source', macAddress, { negatable: true });

/** Whether the packet came in an Ethernet frame: not from a local process, nor by the loopback interface. */
const hasFrame = ({ packet, inInterface, isCopy }: Traversal): boolean => packet.path !== 'out' && inInterface !== 'lo' && !isCopy;

/** Without a frame neither the option nor its negation holds. Seen in the kernel. */
function conditions(use: ExtensionUse): readonly Condition[] {
  const bound = use.option(source);
  if (bound === undefined) return [];
  return [{
    source: bound.text,
    test: (traversal) => (hasFrame(traversal) ? negate(bound, decide(traversal.packet.mac, () => `the hardware source address is ${bound.value}`, (mac) => mac === bound.value, { field: 'mac', pin: (packet) => { packet.mac = bound.value; } })) : false),
    observe: (traversal) => (hasFrame(traversal) ? observed(traversal.packet.mac, 'the hardware source address') : 'the packet came in no Ethernet frame'),
  }];
}

const packets = (use: ExtensionUse, space: PacketSpace): Bounds =>
  both(space, exactly(space.framed()), optionPackets(use, space, source, (mac) => space.equals('mac', BigInt(`0x${mac.replaceAll(':', '')}`))));

export default defineMatch({
  name: 'mac',
  families: ['ipv4', 'ipv6'],
  hooks: ['PREROUTING', 'INPUT', 'FORWARD'],
  options: [source],
  requires: [['mac-source']],
  conditions,
  packets,
});
