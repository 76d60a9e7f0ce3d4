import type { Address } from '../../engine/packet.ts';
import type { NatRange, Traversal } from '../../engine/traversal.ts';
import { Unknown } from '../../engine/truth.ts';
import type { MaskedAddress } from '../../values/address.ts';
import { netmapTarget } from '../../values/netmap.ts';
import { defineTarget, option, type ExtensionUse } from '../definition.ts';
import { translation } from '../shared/nat.ts';
import { translates } from '../shared/packet-sets.ts';

const to = option('to', netmapTarget);

/** The network's bits from the target, the host's from the packet. */
function mapped({ address: network, mask }: MaskedAddress, address: Address): Address {
  if (typeof address === 'bigint') return BigInt(network) | (address & ~BigInt(mask));
  return (Number(network) | (address & ~Number(mask))) >>> 0;
}

function rangeFor(target: MaskedAddress, address: Address | undefined): NatRange {
  if (target.host !== undefined) return { addresses: new Unknown(`the address of ${target.host} is looked up when the rule is loaded`) };
  if (address === undefined) return { addresses: new Unknown('the address that NETMAP maps is not given') };
  const result = mapped(target, address);
  return { addresses: { from: result, to: result } };
}

/** The destination is mapped where DNAT would be, the source where SNAT would be. Seen in the kernel. */
function translate(use: ExtensionUse, kind: 'source' | 'destination'): ReturnType<typeof translation> {
  return translation(kind, ({ packet }) => rangeFor(use.option(to)!.value, packet[kind]));
}

const isDestinationHook = ({ hook }: Traversal): boolean => hook === 'PREROUTING' || hook === 'OUTPUT';

export default defineTarget({
  name: 'NETMAP',
  families: ['ipv4', 'ipv6'],
  terminating: true,
  tracks: true,
  tables: ['nat'],
  options: [to],
  requires: [[to.name]],
  action: (use) => {
    const [destination, source] = [translate(use, 'destination'), translate(use, 'source')];
    return { apply: (traversal) => (isDestinationHook(traversal) ? destination : source).apply(traversal) };
  },
  result: () => translates('source', 'destination'),
});
