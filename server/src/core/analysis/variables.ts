import type { Bounds } from '../sets/bounds.ts';
import type { PacketSet } from '../sets/diagram.ts';
import type { PacketSpace } from '../sets/space.ts';
import type { RuleSets } from './rule-sets.ts';
import type { Steps } from './steps.ts';

/** On which variables matches depend: 1 for each of them by its level; behind all others one place for questions of any kind. */
export type Variables = Uint8Array;

/** So many matches are looked at in one step. */
const AT_ONCE = 64;

/** The variables on which the matches of all chains depend, in small steps. */
export function* variablesOf(space: PacketSpace, chains: Iterable<RuleSets>): Steps<Variables> {
  const all = new Uint8Array(space.firstQuestion + 1);
  const looking = new Looking(space);
  let looked = 0;
  for (const chain of chains) {
    const own = (chain.variables ??= yield* looking.at(chain.steps));
    for (let level = 0; level < all.length; level++) all[level]! |= own[level]!;
    if (++looked % AT_ONCE === 0) yield undefined;
  }
  return all;
}

const LATEST = 0xffff;

/** Goes through diagrams, through what several of them have in common once. */
class Looking {
  private readonly space: PacketSpace;
  /** When each node was looked at last: for which chain. */
  private seen: Uint16Array | undefined;
  private now = 0;

  constructor(space: PacketSpace) {
    this.space = space;
  }

  *at(steps: readonly { readonly match: Bounds }[]): Steps<Variables> {
    const seen = (this.seen ??= new Uint16Array(this.space.size));
    if (this.now === LATEST) {
      seen.fill(0);
      this.now = 0;
    }
    this.now++;
    const variables = new Uint8Array(this.space.firstQuestion + 1);
    for (const [index, { match }] of steps.entries()) {
      this.note(match.may, seen, variables);
      if (match.must !== match.may) this.note(match.must, seen, variables);
      if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
    }
    return variables;
  }

  private note(set: PacketSet, seen: Uint16Array, variables: Variables): void {
    const node = set >> 1;
    if (node === 0 || seen[node] === this.now) return;
    seen[node] = this.now;
    const level = this.space.level(set);
    // What tells rulesets apart is no part of a packet.
    if (level < this.space.firstQuestion) variables[level] = 1;
    else if (this.space.dependenceAt(level) !== 'ruleset') variables[this.space.firstQuestion] = 1;
    this.note(this.space.low(set), seen, variables);
    this.note(this.space.high(set), seen, variables);
  }
}
