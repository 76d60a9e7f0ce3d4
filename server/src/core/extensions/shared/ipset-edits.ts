import type { IpSet } from '../../engine/host.ts';
import type { Address } from '../../engine/packet.ts';
import type { Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { elementOf, GONE, isFollowed, setChanges } from './ipset-changes.ts';
import { candidates, partsOf, type Part } from './ipset-lookup.ts';
import { readOptions, readSet, type ReadySet, type SetSide } from './ipset.ts';

/** What a SET target does with the packet's element; without `timeout` the set's own holds. */
export type SetChange = { readonly kind: 'add'; readonly exist: boolean; readonly timeout: number | undefined } | { readonly kind: 'delete' };

/** Most members that a set takes unless it was created with more. */
const USUAL_MOST = 65536;

/** Adds the packet's element to a set or deletes it there; whether the kernel does so, or finds nothing to do. */
export function changeSet(traversal: Traversal, name: string, sides: readonly SetSide[], change: SetChange): Truth {
  const set = traversal.host.ipsets?.get(name);
  if (set?.type === 'list:set') return changeList(traversal, set, sides, change);
  const changes = setChanges(traversal.world, name);
  if (set !== undefined) {
    const known = readSet(set);
    const parts = partsOf(traversal, set, known, sides);
    if (parts === undefined) return false;
    const isRoomy = set.members.length + changes.elements.size < (set.maxelem ?? USUAL_MOST);
    if (isRoomy && isFollowed(set, known) && !parts.includes(undefined)) return changeElement(traversal, name, set, parts as (Address | string)[], change);
  }
  if (change.kind === 'add') changes.mayHaveMore = true;
  // With an addition, a member's time may begin anew or not.
  if (change.kind === 'delete' || set === undefined || readSet(set).hasTimeouts) changes.mayHaveLess = true;
  return new Unknown(`the set ${name} is changed`);
}

/** Seen in the kernel: what is there is added again only with `--exist`, and then with a new timeout; a set of addresses takes no zero. */
function changeElement(traversal: Traversal, name: string, set: IpSet, parts: readonly (Address | string)[], change: SetChange): boolean {
  const { world } = traversal;
  const known = readSet(set);
  const element = elementOf(set, known, parts);
  const changes = setChanges(world, name);
  const until = changes.elements.get(element);
  const isThere = until === undefined ? isMember(traversal, known, parts) : world.now < until;
  if (change.kind === 'delete') {
    if (isThere || changes.mayHaveMore) changes.elements.set(element, GONE);
    return isThere;
  }
  if ((isThere && !change.exist) || (set.type === 'hash:ip' && Number(parts[0]) === 0)) return false;
  const timeout = set.timeout === undefined ? 0 : change.timeout ?? set.timeout;
  changes.elements.set(element, timeout === 0 ? Infinity : world.now + timeout);
  // If it was there after all, it goes when that time is over.
  if (changes.mayHaveMore && !change.exist && set.timeout !== undefined) changes.mayHaveLess = true;
  return true;
}

function isMember({ world }: Traversal, known: ReadySet, parts: readonly Part[]): boolean {
  for (const { timeout } of candidates(known, parts)) if (timeout === undefined || world.now < timeout) return true;
  return false;
}

/** The first set of a list that can be changed is, and no other. Seen in the kernel. */
function changeList(traversal: Traversal, { members }: IpSet, sides: readonly SetSide[], change: SetChange): Truth {
  let result: Truth = false;
  for (const { element, timeout } of members.map(readOptions)) {
    if (timeout !== undefined && traversal.world.now >= timeout) continue;
    if (result instanceof Unknown) {
      const inner = setChanges(traversal.world, element);
      inner.mayHaveMore ||= change.kind === 'add';
      inner.mayHaveLess = true;
    } else result = changeSet(traversal, element, sides, change);
    if (result === true) return true;
  }
  return result;
}
