import type { World } from '../../engine/traversal.ts';

/** What SET targets have done to an ipset in a world. */
export interface SetChanges {
  added: boolean;
  deleted: boolean;
}

/**
 * The changes of the set called `name`. Which members came or went is not kept: a set's timeouts and netmasks are not
 * known, so that a packet that was not in the set may be in it after an addition, and the other way round.
 */
export function setChanges(world: World, name: string): SetChanges {
  return world.shared<SetChanges>('ipset changes', name, () => ({ added: false, deleted: false }));
}
