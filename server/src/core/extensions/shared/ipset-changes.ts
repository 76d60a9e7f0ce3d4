import type { IpSet } from '../../engine/host.ts';
import type { Address } from '../../engine/packet.ts';
import type { World } from '../../engine/traversal.ts';
import { network, type ReadySet } from './ipset.ts';

/** What SET targets have done to an ipset in a world; plain data. */
export interface SetChanges {
  /** By element, the second at which it goes: infinite for one that stays, `GONE` for one that was deleted. */
  readonly elements: Map<string, number>;
  /** Whether something may have been added, or deleted, of which it is not known what. */
  mayHaveMore: boolean;
  mayHaveLess: boolean;
}

export const GONE = -Infinity;

/** The changes of the set called `name`. */
export function setChanges(world: World, name: string): SetChanges {
  return world.shared<SetChanges>('ipset changes', name, () => ({ elements: new Map(), mayHaveMore: false, mayHaveLess: false }));
}

/** Types of which each packet has one element; what packets add to networks and to sets that hold a range of ports depends on more. */
const FOLLOWED: ReadonlySet<string> = new Set(['hash:ip', 'hash:ip,port', 'hash:ip,port,ip']);

/** Whether it is followed which elements packets add and delete. */
export function isFollowed({ type, timeout }: IpSet, { isPartial, hasCounters, hasTimeouts }: ReadySet): boolean {
  return FOLLOWED.has(type) && !isPartial && !hasCounters && hasTimeouts === (timeout !== undefined);
}

/** The element of a followed set that a packet has. */
export function elementOf({ netmask, family }: IpSet, { dimensions }: ReadySet, parts: readonly (Address | string)[]): string {
  const length = netmask ?? (family === 'inet' ? 32 : 128);
  return parts.map((part, index) => (dimensions[index] === 'ip' ? network(part as Address, length) : part)).join(' ');
}
