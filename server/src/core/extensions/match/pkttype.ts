import { MULTICAST } from '../../engine/address.ts';
import { frameType, type FrameType } from '../../engine/frame.ts';
import { othersThan, type About, type Values } from '../../engine/knowledge.ts';
import type { Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import type { Family } from '../../netfilter.ts';
import { choice } from '../../values/choice.ts';
import { conditionOf, defineMatch, option } from '../definition.ts';
import { questionPackets } from '../shared/packet-sets.ts';

type PacketType = FrameType | 'otherhost';

const type = option('pkt-type', choice<PacketType>({
  what: 'a packet type', placeholder: 'TYPE', ignoreCase: true,
  choices: [
    { name: 'unicast', aliases: ['host'], value: 'unicast', detail: 'to this host alone' },
    { name: 'broadcast', aliases: ['bcast'], value: 'broadcast', detail: 'to every host on the link' },
    { name: 'multicast', aliases: ['mcast'], value: 'multicast', detail: 'to a group of hosts on the link' },
    { name: 'otherhost', value: 'otherhost', detail: 'to another host, seen by listening in' },
  ],
}), { negatable: true });

const EVERYBODY: Values = { from: 0xffffffff, to: 0xffffffff };

/** What the answer for an open destination says of it. */
function about(wanted: FrameType, family: Family): About {
  const groups: Values = MULTICAST[family];
  if (wanted === 'multicast') return { field: 'destination', yes: [groups] };
  if (family === 'ipv6') return { field: 'destination', yes: othersThan([groups]) };
  const others = othersThan([groups, EVERYBODY]);
  return wanted === 'broadcast' ? { field: 'destination', yes: othersThan([groups]), no: [...others, groups] } : { field: 'destination', yes: others, no: othersThan([]) };
}

function typeTruth(wanted: PacketType, traversal: Traversal): Truth {
  const known = frameType(traversal);
  if (known !== undefined) return known === wanted;
  const { family, destination } = traversal.packet;
  if (wanted === 'otherhost' || (family === 'ipv6' && wanted === 'broadcast')) return false;
  return new Unknown(`the packet was addressed as ${wanted} on the link`, destination === undefined ? about(wanted, family) : { field: 'destination' });
}

export default defineMatch({
  name: 'pkttype',
  families: ['ipv4', 'ipv6'],
  options: [type],
  requires: [['pkt-type']],
  conditions: (use) => conditionOf(use, type, typeTruth, (traversal) => `the packet was addressed as ${frameType(traversal) ?? 'unicast or broadcast'}`),
  packets: questionPackets(type, 'nothing'),
});
