import type { Packet } from '../engine/packet.ts';
import { PROTOCOL } from '../engine/protocols.ts';
import { protocolName } from '../values/protocol.ts';
import { printEndpoint } from './endpoint.ts';
import { FIELDS } from './fields.ts';

/** The packet in canonical notation, which reads back as the same packet in a file of its family. */
export function printPacket(packet: Packet): string {
  const ends = `${printEndpoint({ address: packet.source, port: packet.sourcePort })} -> ${printEndpoint({ address: packet.destination, port: packet.destinationPort })}`;
  const fields = FIELDS.flatMap(({ name, print }) => {
    const value = print(packet);
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const inner = packet.inner === undefined ? [] : [`inner=(${printPacket(packet.inner)})`];
  return [protocolText(packet), ends, ...fields, ...inner].join(' ');
}

function protocolText({ protocol }: Packet): string {
  if (protocol === undefined) return 'any';
  return protocol === PROTOCOL.icmpv6 ? 'icmpv6' : (protocolName(protocol) ?? String(protocol));
}
