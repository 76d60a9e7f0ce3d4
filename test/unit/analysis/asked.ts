import type { Analysis, Fates } from '../../../server/src/core/analysis/analysis.ts';
import type { Packet } from '../../../server/src/core/engine/packet.ts';
import type { Fate } from '../../../server/src/core/engine/result.ts';
import { classOf } from '../../../server/src/core/sets/class.ts';
import type { PacketSet } from '../../../server/src/core/sets/diagram.ts';

export const HOOK = { in: 'INPUT', forward: 'FORWARD', out: 'OUTPUT' } as const;

/** The set that holds the packet at its hook, and nothing else that a rule could tell from it. */
export function only({ space }: Analysis, packet: Packet): PacketSet {
  const bare = [...(packet.path === 'out' ? [] : [space.equals('out', packet.out === undefined ? 0 : space.names.codeOf(packet.out))]), ...(packet.in === undefined ? [space.equals('in', 0)] : [])];
  return [space.atHooks([HOOK[packet.path]]), ...bare].reduce((so, set) => space.intersection(so, set), classOf(space, packet));
}

/** The set of packets that fare so, by the verdict. */
export const FATES: Readonly<Record<Exclude<Fate['verdict'], 'UNKNOWN'>, keyof Fates>> = { ACCEPT: 'accepted', DROP: 'dropped', REJECT: 'rejected', QUEUE: 'queued' };
