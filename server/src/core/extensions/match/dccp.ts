import { Unknown } from '../../engine/truth.ts';
import { all } from '../../sets/bounds.ts';
import { dccpTypes } from '../../values/dccp-type.ts';
import { integer } from '../../values/integer.ts';
import { resolvedPortRange } from '../../values/port.ts';
import { conditionOf, defineMatch, option } from '../definition.ts';
import { optionQuestion, portsPackets, transportPackets } from '../shared/packet-sets.ts';
import { needsHeader, portCondition } from '../shared/transport.ts';
import { unseenCondition } from '../shared/unseen.ts';

const sourcePort = option('source-port', resolvedPortRange, { aliases: ['sport'], saved: 'sport', negatable: true });
const destinationPort = option('destination-port', resolvedPortRange, { aliases: ['dport'], saved: 'dport', negatable: true });
const types = option('dccp-types', dccpTypes, { negatable: true });
const dccpOption = option('dccp-option', integer({ what: 'a DCCP option', min: 1, max: 255, example: '2' }), { negatable: true });

export default defineMatch({
  name: 'dccp',
  families: ['ipv4', 'ipv6'],
  protocols: [33],
  options: [sourcePort, destinationPort, types, dccpOption],
  conditions: (use) => needsHeader(use, { header: 'DCCP' }, [
    ...portCondition(use, sourcePort, 'sourcePort'),
    ...portCondition(use, destinationPort, 'destinationPort'),
    ...conditionOf(use, types, (wanted) => (wanted.length === 0 ? false : new Unknown(`the DCCP type is ${wanted.join(' or ')}`)), () => 'the DCCP type is open'),
    ...unseenCondition(use, dccpOption, 'the packet', (number) => `carries the DCCP option ${number}`),
  ]),
  packets: (use, space) => transportPackets(use, space, all(space, [
    portsPackets(use, space, sourcePort, destinationPort), optionQuestion(use, space, types), optionQuestion(use, space, dccpOption),
  ])),
});
