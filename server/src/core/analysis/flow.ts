import type { PacketSet } from '../sets/diagram.ts';
import { NONE } from '../sets/diagram.ts';
import { eitherOf, UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import type { Steps } from './steps.ts';

/** Packets, told by what they were at the start of a way, that have met the same rewriting on it. */
export interface Strand {
  readonly rewriting: Rewriting;
  readonly set: PacketSet;
}

/** Packets on their way, one strand for each rewriting; a packet is in several where it may have taken several ways. */
export type Flow = readonly Strand[];

export const NOTHING_FLOWS: Flow = [];

/** Packets that nothing has rewritten. */
export const unchanged = (set: PacketSet): Flow => (set === NONE ? NOTHING_FLOWS : [{ rewriting: UNCHANGED, set }]);

/** More strands than this are bundled: what they rewrite differently may then be anything. */
const MOST_STRANDS = 24;

/** Both flows together. */
export function merge(space: PacketSpace, a: Flow, b: Flow): Flow {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const strands = [...a];
  for (const strand of b) {
    const same = strands.findIndex(({ rewriting }) => rewriting.key === strand.rewriting.key);
    if (same === -1) strands.push(strand);
    else strands[same] = { rewriting: strand.rewriting, set: space.union(strands[same]!.set, strand.set) };
  }
  return strands.length <= MOST_STRANDS ? strands : bundled(space, strands);
}

/** Every strand but the unchanged one becomes one. */
function bundled(space: PacketSpace, strands: readonly Strand[]): Flow {
  const kept = strands.filter(({ rewriting }) => rewriting === UNCHANGED);
  const rest = strands.filter(({ rewriting }) => rewriting !== UNCHANGED);
  const rewriting = rest.map((strand) => strand.rewriting).reduce(eitherOf);
  return [...kept, { rewriting, set: rest.reduce<PacketSet>((so, { set }) => space.union(so, set), NONE) }];
}

/** All flows together: neighbours first, so that no large set is built again for each small one. */
export function* union(space: PacketSpace, flows: readonly Flow[]): Steps<Flow> {
  let round = flows;
  while (round.length > 1) {
    const next: Flow[] = [];
    for (let index = 0; index < round.length; index += 2) {
      next.push(round[index + 1] === undefined ? round[index]! : merge(space, round[index]!, round[index + 1]!));
      yield undefined;
    }
    round = next;
  }
  return round[0] ?? NOTHING_FLOWS;
}

/** Every packet in the flow, as it was at the start. */
export const packetsIn = (space: PacketSpace, flow: Flow): PacketSet => flow.reduce<PacketSet>((so, { set }) => space.union(so, set), NONE);
