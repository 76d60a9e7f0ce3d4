import { ALWAYS } from '../../sets/bounds.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import { MAX_PORT, resolvedPortRange } from '../../values/port.ts';
import { defineMatch, option, type ExtensionUse } from '../definition.ts';
import { saveOption } from '../save.ts';
import { portsPart, translatedPackets, transportPackets } from '../shared/packet-sets.ts';
import { checkEveryPort, checkOtherPorts, needsHeader, portConditions } from '../shared/transport.ts';

const sourcePort = option('source-port', resolvedPortRange, { aliases: ['sport'], saved: 'sport', negatable: true });
const destinationPort = option('destination-port', resolvedPortRange, { aliases: ['dport'], saved: 'dport', negatable: true });

/** iptables-save leaves out a range of all ports, even a negated one. */
function save(use: ExtensionUse): readonly string[] {
  return [sourcePort, destinationPort].flatMap((spec) => {
    const bound = use.option(spec);
    return bound === undefined || (bound.value.from === 0 && bound.value.to === MAX_PORT) ? [] : saveOption(use, bound);
  });
}

export default defineMatch({
  name: 'udp',
  families: ['ipv4', 'ipv6'],
  protocols: [PROTOCOL.udp],
  options: [sourcePort, destinationPort],
  check: (use) => [...checkEveryPort(use, [sourcePort, destinationPort]), ...checkOtherPorts(use, sourcePort, destinationPort, true)],
  save,
  translated: (use) => save(use).length > 0 || use.options.some(({ negated }) => negated),
  conditions: (use) => needsHeader(use, { header: 'UDP', native: use.options.length > 0 }, [
    ...portConditions(use, sourcePort, destinationPort, true),
  ]),
  packets: (use, space) => (use.options.length === 0
    ? transportPackets(use, space, ALWAYS) : translatedPackets(use, space, portsPart(use, space, sourcePort, destinationPort))),
});
