import type { Traversal, World } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import type { Counters, Member } from './ipset.ts';

/** What a rule does with the counters of what it finds in a set. */
export interface CounterUse {
  /** Whether they stay as they are. */
  readonly leavesCounters?: boolean;
  /** Compares them; without it any will do. */
  readonly compare?: (counters: Counters) => Truth;
}

/** What the members of a set have counted in a world; plain data. */
interface Counted {
  readonly members: Map<string, Counters>;
  /** Whether a packet may have been counted that was not. */
  isDoubtful: boolean;
}

const countedIn = (world: World, name: string): Counted => world.shared<Counted>('ipset counters', name, () => ({ members: new Map(), isDoubtful: false }));

/** Notes that a packet of the world may have been counted by a member of the set called `name`. */
export function doubtCounters(world: World, name: string): void {
  countedIn(world, name).isDoubtful = true;
}

const word = (value: bigint): bigint => BigInt.asUintN(64, value);

/** Counts the packet for a member that it met, then compares the counters; true where nothing is to be compared. Seen in the kernel. */
export function countAndCompare({ packet, world }: Traversal, name: string, { element, counters: saved }: Pick<Member, 'element' | 'counters'>, { leavesCounters, compare }: CounterUse): Truth {
  const counted = countedIn(world, name);
  let counters = counted.members.get(element) ?? saved ?? { packets: 0n, bytes: 0n };
  if (leavesCounters !== true) {
    const bytes = counters.bytes === undefined || packet.length === undefined ? undefined : word(counters.bytes + BigInt(packet.length));
    counted.members.set(element, counters = { packets: word(counters.packets + 1n), bytes });
  }
  if (compare === undefined) return true;
  return counted.isDoubtful ? new Unknown(`the counters of ${element} in the set ${name} are what the rule asks for`) : compare(counters);
}
