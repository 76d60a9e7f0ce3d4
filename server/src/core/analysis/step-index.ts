import type { Beginning, Probe } from '../sets/probe.ts';
import { EVERY, type PacketSet } from '../sets/diagram.ts';
import type { PacketSpace } from '../sets/space.ts';
import type { Steps } from './steps.ts';

/** A rule of a chain by its place, with the packets that may match it. */
export interface IndexedStep {
  readonly index: number;
  readonly may: PacketSet;
}

/** One of several that a rule stands for: packets are looked for that may match both. */
export interface Part {
  readonly may: PacketSet;
  readonly told: readonly Beginning[];
}

/** A rule that is tried one by one, with what packets that may match it have in common: most are told by that at a glance. */
interface ToldStep extends IndexedStep {
  readonly told: readonly Beginning[];
  /** Which packets are looked for among those that may match it. */
  readonly part: PacketSet;
}

/** Rules that are told apart by so many first bits of one field, by those bits; where many have the same, in an index of their own. */
interface Group {
  readonly place: number;
  readonly steps: ReadonlyMap<number, readonly ToldStep[] | StepIndex>;
}

const NOTHING_TOLD: readonly Beginning[] = [];

/** In what parts the rule at a place is looked for; undefined where it has none. */
export type Parts = (index: number) => Steps<readonly Part[] | undefined>;

/** A lookup costs about as much as trying this many rules. */
const WORTH_A_LOOKUP = 4;

/** Of more rules with the same first bits those are told apart by others. */
const MANY = 32;

/** So many rules are put in at once. */
const AT_ONCE = 512;

/** Finds the rules that one packet may match without trying each: rules that ask for a prefix or a port are kept by it. */
export class StepIndex {
  private readonly space: PacketSpace;
  private readonly groups: readonly Group[];
  private readonly others: readonly ToldStep[];

  private constructor(space: PacketSpace, groups: readonly Group[], others: readonly ToldStep[]) {
    this.space = space;
    this.groups = groups;
    this.others = others;
  }

  /**
   * The index of rules in ascending order, made in small steps; `told` says what packets that may match one have in common.
   * A rule that has that in common with many others is found by its `parts`, where it has any.
   */
  static *of(space: PacketSpace, steps: readonly IndexedStep[], told: (index: number) => readonly Beginning[], parts?: Parts): Steps<StepIndex> {
    const isSmall = steps.length <= WORTH_A_LOOKUP;
    const whole: ToldStep[] = [];
    for (const { index, may } of steps) {
      whole.push({ index, may, told: isSmall ? NOTHING_TOLD : told(index), part: EVERY });
      if (whole.length % AT_ONCE === 0) yield undefined;
    }
    if (isSmall) return new StepIndex(space, [], whole);
    return yield* StepIndex.arranged(space, parts === undefined ? whole : yield* parted(whole, parts), []);
  }

  /** The index of rules that are alike in the first bits at the places `used`. */
  private static *arranged(space: PacketSpace, steps: readonly ToldStep[], used: readonly number[]): Steps<StepIndex> {
    const lists = yield* listed(steps, used);
    const groups: Group[] = [];
    const found = new Set<ToldStep>();
    for (const [place, byHash] of lists) {
      let size = 0;
      for (const list of byHash.values()) size += list.length;
      if (size < WORTH_A_LOOKUP) continue;
      const own = new Map<number, readonly ToldStep[] | StepIndex>();
      for (const [hash, list] of byHash) {
        own.set(hash, list.length > MANY ? yield* StepIndex.arranged(space, list, [...used, place]) : list);
        for (const step of list) found.add(step);
      }
      groups.push({ place, steps: own });
    }
    return new StepIndex(space, groups, groups.length === 0 ? steps : steps.filter((step) => !found.has(step)));
  }

  /** The places of the rules from `from` on and before `to` that the packet may match, in order. */
  matching(probe: Probe, from = 0, to = Infinity): Matching {
    const lists: (readonly ToldStep[])[] = [];
    this.collect(probe, lists);
    return new Matching(this.space, probe, lists, from, to);
  }

  /** Puts the lists together in which the rules are that the packet may match. */
  private collect(probe: Probe, lists: (readonly ToldStep[])[]): void {
    if (this.others.length > 0) lists.push(this.others);
    for (const { place, steps } of this.groups) {
      const found = steps.get(probe.hash(place));
      if (found instanceof StepIndex) found.collect(probe, lists);
      else if (found !== undefined) lists.push(found);
    }
  }
}

/** Goes through several ascending lists of rules at once. */
export class Matching {
  private readonly space: PacketSpace;
  private readonly probe: Probe;
  private readonly lists: readonly (readonly ToldStep[])[];
  private readonly to: number;
  /** Where each list goes on, and whether the packet is known to match there. */
  private readonly ahead: number[];
  private readonly isFound: boolean[];
  private latest = -1;

  constructor(space: PacketSpace, probe: Probe, lists: readonly (readonly ToldStep[])[], from: number, to: number) {
    this.space = space;
    this.probe = probe;
    this.lists = lists;
    this.to = to;
    this.ahead = lists.map((list) => firstFrom(list, from));
    this.isFound = lists.map(() => false);
  }

  /** The place of the next rule that the packet may match; -1 behind the last. */
  next(): number {
    let first = this.to;
    for (let list = 0; list < this.lists.length; list++) first = this.nextOf(list, first);
    if (first === this.to) return -1;
    // Several parts of one rule may be found.
    this.latest = first;
    return first;
  }

  /** The place of the next rule of one list, if it comes before the place `to`; otherwise that. */
  private nextOf(list: number, to: number): number {
    const steps = this.lists[list]!;
    for (let at = this.ahead[list]!; at < steps.length; at++) {
      const step = steps[at]!;
      if (step.index >= to) {
        this.ahead[list] = at;
        return to;
      }
      if (step.index > this.latest && (this.isFound[list]! || this.matches(step))) {
        this.ahead[list] = at;
        this.isFound[list] = true;
        return step.index;
      }
      this.isFound[list] = false;
    }
    this.ahead[list] = steps.length;
    return to;
  }

  private matches({ told, may, part }: ToldStep): boolean {
    return this.probe.beginsAs(told) && this.space.has(may, this.probe.bits) && this.space.has(part, this.probe.bits);
  }
}

/** Where in an ascending list the rules from a place on begin. */
function firstFrom(list: readonly ToldStep[], from: number): number {
  if (from === 0) return 0;
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.index < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rules, or their parts where many rules have in common what they are told by. */
function* parted(steps: readonly ToldStep[], parts: Parts): Steps<readonly ToldStep[]> {
  const frequency = yield* frequencyOf(steps);
  const result: ToldStep[] = [];
  let looked = 0;
  for (const step of steps) {
    const { index, may, told } = step;
    const rarest = frequency.rarest(told);
    const own = rarest === undefined || frequency.of(rarest) > WORTH_A_LOOKUP ? yield* parts(index) : undefined;
    if (own === undefined) result.push(step);
    else for (const part of own) result.push({ index, may, told: [...told, ...part.told], part: part.may });
    looked += 1 + (own?.length ?? 0);
    if (looked < AT_ONCE) continue;
    looked = 0;
    yield undefined;
  }
  return result;
}

function* frequencyOf(steps: readonly ToldStep[]): Steps<Frequency> {
  const frequency = new Frequency();
  for (const [at, { told }] of steps.entries()) {
    for (const each of told) frequency.add(each);
    if (at % AT_ONCE === AT_ONCE - 1) yield undefined;
  }
  return frequency;
}

/** The rules by the place and the hash of the rarest beginning of each, but those at the places `used`. */
function* listed(steps: readonly ToldStep[], used: readonly number[]): Steps<ReadonlyMap<number, ReadonlyMap<number, ToldStep[]>>> {
  const frequency = yield* frequencyOf(steps);
  const lists = new Map<number, Map<number, ToldStep[]>>();
  for (const [at, step] of steps.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) yield undefined;
    const rarest = frequency.rarest(step.told, used);
    if (rarest === undefined) continue;
    const { place, hash } = rarest;
    let own = lists.get(place);
    if (own === undefined) lists.set(place, own = new Map());
    const list = own.get(hash);
    if (list === undefined) own.set(hash, [step]);
    else list.push(step);
  }
  return lists;
}

/** How many rules have each beginning. */
class Frequency {
  private readonly counts = new Map<number, Map<number, number>>();

  add({ place, hash }: Beginning): void {
    let counts = this.counts.get(place);
    if (counts === undefined) this.counts.set(place, counts = new Map());
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }

  /** How many rules have this one. */
  of({ place, hash }: Beginning): number {
    return this.counts.get(place)!.get(hash)!;
  }

  /** The one of them that fewest rules have, but those at the places `used`. */
  rarest(beginnings: readonly Beginning[], used: readonly number[] = []): Beginning | undefined {
    let rarest: Beginning | undefined;
    let least = Infinity;
    for (const each of beginnings) {
      if (used.includes(each.place)) continue;
      const count = this.of(each);
      if (count < least) [rarest, least] = [each, count];
    }
    return rarest;
  }
}
