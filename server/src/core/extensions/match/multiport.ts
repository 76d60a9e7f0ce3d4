import { PROTOCOL } from '../../engine/protocols.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, or, type Truth } from '../../engine/truth.ts';
import { all, type Bounds } from '../../sets/bounds.ts';
import { NONE, type PacketSet } from '../../sets/diagram.ts';
import type { PacketSpace } from '../../sets/space.ts';
import type { NumberRange } from '../../values/integer.ts';
import { portList } from '../../values/port-list.ts';
import { defineMatch, option, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { fieldCondition, negate, observed } from '../shared/fields.ts';
import { optionPackets, transportPackets } from '../shared/packet-sets.ts';
import { needsHeader, portAmong, PORT_NAMES, type Side } from '../shared/transport.ts';

const DCCP = 33;

const sources = option('source-ports', portList, { aliases: ['sports'], saved: 'sports', negatable: true, protocolFirst: true, conflicts: ['destination-ports', 'ports'] });
const destinations = option('destination-ports', portList, { aliases: ['dports'], saved: 'dports', negatable: true, protocolFirst: true, conflicts: ['source-ports', 'ports'] });
const either = option('ports', portList, { negatable: true, protocolFirst: true, conflicts: ['source-ports', 'destination-ports'] });

type Ranges = readonly NumberRange[];

function sideCondition(use: ExtensionUse, spec: OptionSpec<Ranges>, side: Side): Condition[] {
  const bound = use.option(spec);
  if (bound === undefined) return [];
  const ranges = bound.value;
  return [fieldCondition(bound, {
    field: side,
    yes: ranges,
    key: question(PORT_NAMES[side], ranges),
    ask: (traversal) => portAmong(traversal, side, ranges),
    observe: ({ packet }) => observed(packet[side], PORT_NAMES[side]),
  })];
}

/** `--ports` holds when either port is listed. */
function eitherCondition(use: ExtensionUse): Condition[] {
  const bound = use.option(either);
  if (bound === undefined) return [];
  const ranges = bound.value;
  const one = (traversal: Traversal, side: Side): Truth => portAmong(traversal, side, ranges) ?? new Unknown(question('either port', ranges));
  return [{
    source: bound.text,
    test: (traversal) => negate(bound, or(one(traversal, 'sourcePort'), one(traversal, 'destinationPort'))),
    observe: ({ packet }) => `${observed(packet.sourcePort, PORT_NAMES.sourcePort)} and ${observed(packet.destinationPort, PORT_NAMES.destinationPort)}`,
  }];
}

function packets(use: ExtensionUse, space: PacketSpace): Bounds {
  const ofSide = (side: Side, ranges: Ranges): PacketSet => ranges.reduce((so, { from, to }) => space.union(so, space.range(side, from, to)), NONE);
  return transportPackets(use, space, all(space, [
    optionPackets(use, space, sources, (ranges) => ofSide('sourcePort', ranges)),
    optionPackets(use, space, destinations, (ranges) => ofSide('destinationPort', ranges)),
    optionPackets(use, space, either, (ranges) => space.union(ofSide('sourcePort', ranges), ofSide('destinationPort', ranges))),
  ]));
}

const question = (what: string, ranges: Ranges): string => `${what} is one of ${portList.print(ranges, { family: 'ipv4' })}`;

export default defineMatch({
  name: 'multiport',
  families: ['ipv4', 'ipv6'],
  protocols: [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.udplite, PROTOCOL.sctp, DCCP],
  options: [sources, destinations, either],
  requires: [['source-ports', 'destination-ports', 'ports']],
  conditions: (use) => needsHeader(use, { header: 'transport' }, [
    ...sideCondition(use, sources, 'sourcePort'), ...sideCondition(use, destinations, 'destinationPort'), ...eitherCondition(use),
  ]),
  packets,
});
