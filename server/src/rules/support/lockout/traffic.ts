import { TCP_FLAGS, type Packet } from '../../../core/engine/packet.ts';
import { PROTOCOL } from '../../../core/engine/protocols.ts';
import type { Family } from '../../../core/netfilter.ts';
import { parseClass, type PacketClass } from '../../../core/notation/parse.ts';
import { classOf } from '../../../core/sets/class.ts';
import type { PacketSet } from '../../../core/sets/diagram.ts';
import type { PacketSpace } from '../../../core/sets/space.ts';

/** A class of packets that a host can hardly do without. */
export interface Traffic extends PacketClass {
  /** The class as it was written. */
  readonly text: string;
  /** Ports to which it goes, where that is a range. */
  readonly ports?: readonly [first: number, last: number];
}

/** The traffic that a class in our own notation speaks of, whatever its tos and ttl and whoever sends it. */
export function traffic(family: Family, text: string, more: Pick<Traffic, 'ports'> = {}): Traffic {
  const parsed = parseClass(text, family);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
  const { packet, networks } = parsed;
  return { packet: { ...packet, tos: undefined, uid: text.includes('uid=') ? packet.uid : undefined, gid: text.includes('gid=') ? packet.gid : undefined, ttl: text.includes('ttl=') ? packet.ttl : undefined }, networks, text, ...more };
}

/** The packets of the traffic; where it names no interface, those that do not stay on this host. */
export function packetsOf(space: PacketSpace, { packet, networks, ports }: Traffic): PacketSet {
  let set = classOf(space, packet, networks);
  if (packet.in === undefined) set = space.difference(set, space.interface('in', 'lo'));
  if (packet.out === undefined) set = space.difference(set, space.interface('out', 'lo'));
  return ports === undefined ? set : space.intersection(set, space.range('destinationPort', ...ports));
}

const answers = new WeakMap<Traffic, Traffic>();

/** The packets of established connections that go back for traffic which comes in; the same object each time. */
export function answersTo(coming: Traffic): Traffic {
  let back = answers.get(coming);
  if (back === undefined) answers.set(coming, back = turned(coming));
  return back;
}

function turned({ text, packet, networks }: Traffic): Traffic {
  const { source, destination, sourcePort, destinationPort, in: device } = packet;
  return {
    text: `answers to ${text}`,
    packet: {
      ...established(packet), path: 'out', in: undefined, out: device, mac: undefined,
      source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort,
    },
    networks: { ...(networks.destination === undefined ? {} : { source: networks.destination }), ...(networks.source === undefined ? {} : { destination: networks.source }) },
  };
}

const later = new WeakMap<Traffic, Traffic>();

/** The packets of the same connections once they are established; the same object each time. */
export function continued(coming: Traffic): Traffic {
  let traffic = later.get(coming);
  if (traffic === undefined) later.set(coming, traffic = { ...coming, packet: established(coming.packet) });
  return traffic;
}

const established = (packet: Packet): Packet => ({ ...packet, state: 'ESTABLISHED', tcpFlags: packet.protocol === PROTOCOL.tcp ? TCP_FLAGS.ACK : undefined });
