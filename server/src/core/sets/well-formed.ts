import { icmpRole, type IcmpRole } from '../engine/conntrack/icmp.ts';
import type { ConntrackState } from '../engine/packet.ts';
import { PROTOCOL } from '../engine/protocols.ts';
import type { Hook, TableName } from '../netfilter.ts';
import { EVERY, NONE, type PacketSet } from './diagram.ts';
import { STATES } from './fields.ts';
import type { PacketSpace } from './space.ts';

/** States that conntrack may give to an ICMP message of each role; whatever is malformed is INVALID. Seen in the kernel. */
const ICMP_STATES: Readonly<Record<IcmpRole, readonly ConntrackState[]>> = {
  query: STATES,
  answer: ['ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'],
  error: ['RELATED', 'INVALID', 'UNTRACKED'],
  untracked: ['INVALID', 'UNTRACKED'],
  other: ['INVALID', 'UNTRACKED'],
};

/**
 * Packets that the kernel can show to a table at a hook. `tracks` says whether connections are tracked: then packets are
 * put together before any table sees them, except those that a local process has forbidden to touch.
 */
export function wellFormed(space: PacketSpace, table: TableName, hook: Hook, tracks: boolean): PacketSet {
  const here = space.intersection(space.atHooks([hook]), interfacesAt(space, hook));
  const whole = (tracks && hook !== 'OUTPUT' && hook !== 'POSTROUTING') || (hook === 'INPUT' && space.family === 'ipv4');
  const fragments = whole ? space.equals('fragment', 0) : EVERY;
  return [fragments, statesIn(space, table, hook), tracks ? untrackedFragments(space, table) : EVERY].reduce((so, set) => space.intersection(so, set), here);
}

/** Conntrack has nothing to do with a fragment that was not put together, and then neither has nat. */
function untrackedFragments(space: PacketSpace, table: TableName): PacketSet {
  const whole = space.equals('fragment', 0);
  return table === 'raw' ? EVERY : table === 'nat' ? whole : space.union(whole, space.inStates(['INVALID', 'UNTRACKED']));
}

/** Which of a packet's interfaces a hook knows. */
export function interfacesAt(space: PacketSpace, hook: Hook): PacketSet {
  const some = (side: 'in' | 'out'): PacketSet => space.range(side, 1, space.names.classes.length - 1);
  const none = (side: 'in' | 'out'): PacketSet => space.equals(side, 0);
  switch (hook) {
    case 'PREROUTING': case 'INPUT': return space.intersection(some('in'), none('out'));
    case 'FORWARD': return space.intersection(some('in'), some('out'));
    case 'OUTPUT': return space.intersection(none('in'), some('out'));
    case 'POSTROUTING': return space.intersection(space.union(some('in'), none('in')), some('out'));
  }
}

/** The conntrack states that packets have in a table: nat sees only the first of a connection, raw comes before conntrack. */
function statesIn(space: PacketSpace, table: TableName, hook: Hook): PacketSet {
  const states = table === 'nat' ? comesToNat(space, hook) : space.inStates(STATES);
  return table === 'raw' ? states : space.intersection(states, icmpStates(space, (role) => ICMP_STATES[role]));
}

/** Packets that, where they are ICMP messages, have one of the states that `allowed` gives to their role. */
export function icmpStates(space: PacketSpace, allowed: (role: IcmpRole) => readonly ConntrackState[]): PacketSet {
  const byRole = new Map<IcmpRole, number[]>();
  for (let type = 0; type < 256; type++) {
    const role = icmpRole(space.family, type);
    const types = byRole.get(role);
    if (types === undefined) byRole.set(role, [type]);
    else types.push(type);
  }
  const messages = [...byRole].reduce<PacketSet>((so, [role, types]) =>
    space.union(so, space.intersection(space.oneOf('icmpType', types), space.inStates(allowed(role)))), NONE);
  const icmp = space.equals('protocol', space.family === 'ipv4' ? PROTOCOL.icmp : PROTOCOL.icmpv6);
  return space.union(messages, space.complement(icmp));
}

/** Packets that nat chains see: the first of a connection; of what the host has sent to itself, on its way out only. Seen in the kernel. */
export function comesToNat(space: PacketSpace, hook: Hook): PacketSet {
  const first = beginsConnection(space);
  return hook === 'PREROUTING' || hook === 'INPUT' ? space.difference(first, space.interface('in', 'lo')) : first;
}

/** The first packet of a connection, but not an error about one. */
function beginsConnection(space: PacketSpace): PacketSet {
  const icmp = space.equals('protocol', space.family === 'ipv4' ? PROTOCOL.icmp : PROTOCOL.icmpv6);
  return space.union(space.inStates(['NEW']), space.difference(space.inStates(['RELATED']), icmp));
}
