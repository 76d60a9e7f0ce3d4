import { PROTOCOL } from '../../engine/protocols.ts';
import { icmpType } from '../../values/icmp-type.ts';
import { defineMatch, option } from '../definition.ts';
import { icmpCondition, icmpPackets } from '../shared/icmp.ts';
import { needsHeader } from '../shared/transport.ts';

const type = option('icmp-type', icmpType, { negatable: true });

export default defineMatch({
  name: 'icmp',
  families: ['ipv4'],
  counterpart: '-m icmp6',
  protocols: [PROTOCOL.icmp],
  options: [type],
  requires: [['icmp-type']],
  conditions: (use) => needsHeader(use, { header: 'ICMP' }, icmpCondition(use, type)),
  packets: (use, space) => icmpPackets(use, space, type),
});
