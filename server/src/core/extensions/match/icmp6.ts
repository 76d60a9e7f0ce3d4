import { PROTOCOL } from '../../engine/protocols.ts';
import { icmpv6Type } from '../../values/icmp-type.ts';
import { defineMatch, option } from '../definition.ts';
import { icmpCondition, icmpPackets } from '../shared/icmp.ts';
import { needsHeader } from '../shared/transport.ts';

const type = option('icmpv6-type', icmpv6Type, { negatable: true });

export default defineMatch({
  name: 'icmp6',
  aliases: ['icmpv6', 'ipv6-icmp'],
  families: ['ipv6'],
  counterpart: '-m icmp',
  protocols: [PROTOCOL.icmpv6],
  options: [type],
  requires: [['icmpv6-type']],
  conditions: (use) => needsHeader(use, { header: 'ICMPv6' }, icmpCondition(use, type)),
  packets: (use, space) => icmpPackets(use, space, type),
});
