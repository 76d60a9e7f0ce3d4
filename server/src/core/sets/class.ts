import { maskOf } from '../engine/address.ts';
import type { IcmpRole } from '../engine/conntrack/icmp.ts';
import type { Prefix } from '../engine/host.ts';
import { TCP_FLAGS, type ConntrackState, type Packet } from '../engine/packet.ts';
import { PROTOCOL } from '../engine/protocols.ts';
import { EVERY, type PacketSet } from './diagram.ts';
import type { FieldName } from './fields.ts';
import { icmpStates } from './well-formed.ts';
import type { PacketSpace } from './space.ts';

/** The networks in which the open addresses of a class lie; undefined = anywhere. */
export interface Networks {
  readonly source?: Prefix;
  readonly destination?: Prefix;
}

const NUMBERS = ['protocol', 'source', 'destination', 'sourcePort', 'destinationPort', 'icmpType', 'icmpCode', 'mark', 'tos', 'ttl', 'length', 'uid', 'gid'] as const satisfies readonly FieldName[];

/** What conntrack says of a message that belongs to no connection. */
const FIRST_STATES: Readonly<Record<IcmpRole, readonly ConntrackState[]>> = { query: ['NEW'], answer: ['INVALID'], error: ['INVALID'], untracked: ['UNTRACKED'], other: ['INVALID'] };

/**
 * The class that a packet with open fields stands for, wherever on its path it is: every packet that has the fields that
 * are given, open addresses within `networks`. Where no conntrack state is given it is the one of a packet that belongs to no connection yet, and where no
 * TCP flags are given those of the ordinary packet of its state; it is whole unless it is said to be a fragment.
 */
export function classOf(space: PacketSpace, packet: Packet, networks: Networks = {}): PacketSet {
  let set: PacketSet = EVERY;
  const narrow = (by: PacketSet): void => { set = space.intersection(set, by); };
  for (const name of NUMBERS) if (packet[name] !== undefined && packet[name] !== -1) narrow(space.equals(name, packet[name]));
  for (const side of ['source', 'destination'] as const) {
    const network = networks[side];
    if (network !== undefined) narrow(space.equals(side, network.address, maskOf(space.family, network.length)));
  }
  for (const side of ['in', 'out'] as const) if (packet[side] !== undefined) narrow(space.interface(side, packet[side]));
  if (packet.mac !== undefined) narrow(space.intersection(space.framed(), space.equals('mac', BigInt(`0x${packet.mac.replaceAll(':', '')}`))));
  if (packet.path === 'out' && packet.uid !== undefined) narrow(space.equals('socket', packet.uid === -1 ? 0 : 1));
  narrow(space.equals('fragment', (packet.fragmentOffset ?? 0) > 0 ? 1 : 0));
  narrow(stateOf(space, packet));
  if (!packet.anyFlags) narrow(space.union(space.complement(space.equals('protocol', PROTOCOL.tcp)), flagsOf(space, packet)));
  return set;
}

function stateOf(space: PacketSpace, { state, protocol }: Packet): PacketSet {
  if (state !== undefined) return space.inStates([state]);
  const icmp = space.equals('protocol', space.family === 'ipv4' ? PROTOCOL.icmp : PROTOCOL.icmpv6);
  const first = space.union(space.inStates(['NEW']), icmp);
  const isIcmp = protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
  return protocol !== undefined && !isIcmp ? space.inStates(['NEW']) : space.intersection(first, icmpStates(space, (role) => FIRST_STATES[role]));
}

function flagsOf(space: PacketSpace, { tcpFlags, state }: Packet): PacketSet {
  if (tcpFlags !== undefined) return space.equals('tcpFlags', tcpFlags);
  return space.equals('tcpFlags', state === 'ESTABLISHED' || state === 'INVALID' || state === 'UNTRACKED' ? TCP_FLAGS.ACK : TCP_FLAGS.SYN);
}
