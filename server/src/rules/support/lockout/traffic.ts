import { TCP_FLAGS, type Packet } from '../../../core/engine/packet.ts';
import { PROTOCOL } from '../../../core/engine/protocols.ts';
import type { Family } from '../../../core/netfilter.ts';
import { parseClass, type PacketClass } from '../../../core/notation/parse.ts';
import { classOf } from '../../../core/sets/class.ts';
import { NONE, type PacketSet } from '../../../core/sets/diagram.ts';
import type { FieldName } from '../../../core/sets/fields.ts';
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

/** A host far away and this one; documentation addresses. */
const HOSTS: Readonly<Record<Family, readonly [far: number | bigint, own: number | bigint]>> = {
  ipv4: [0xcb007109, 0x0a000005], ipv6: [(0x20010db8n << 96n) | 9n, (0x20010db8n << 96n) | 5n],
};

/** Values that open fields of a packet between another host and this one usually have, in the order of preference. */
function usualValues(family: Family, { path, sourcePort }: Packet): readonly (readonly [FieldName, number | bigint])[] {
  const [far, own] = HOSTS[family];
  const isOut = path === 'out';
  return [
    ['source', isOut ? own : far], ['destination', isOut ? far : own],
    // Answers go to the port that a client has chosen.
    [isOut && sourcePort !== undefined ? 'destinationPort' : 'sourcePort', 40_000],
    ['tos', 0], ['ttl', 64], ['length', 60], ['connmark', 0], ['uid', 0], ['gid', 0],
  ];
}

/** Those packets of the traffic that are usual in all but their interface, protocol and port: few enough to be followed at once. */
export function usualPacketsOf(space: PacketSpace, traffic: Traffic): PacketSet {
  return usualValues(space.family, traffic.packet).reduce<PacketSet>((so, [field, value]) => {
    const narrowed = space.intersection(so, space.equals(field, value));
    return narrowed === NONE ? so : narrowed;
  }, packetsOf(space, traffic));
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
function continued(coming: Traffic): Traffic {
  let traffic = later.get(coming);
  if (traffic === undefined) later.set(coming, traffic = { ...coming, packet: established(coming.packet) });
  return traffic;
}

/** The chains that a connection to the host goes through. */
export const HOOKS = ['INPUT', 'OUTPUT'] as const;

/** What of the connections of an access, once they are established, comes to a hook. */
export const connectionAt = (hook: 'INPUT' | 'OUTPUT', access: Traffic): Traffic => (hook === 'INPUT' ? continued(access) : answersTo(access));

const established = (packet: Packet): Packet => ({ ...packet, state: 'ESTABLISHED', tcpFlags: packet.protocol === PROTOCOL.tcp ? TCP_FLAGS.ACK : undefined });
