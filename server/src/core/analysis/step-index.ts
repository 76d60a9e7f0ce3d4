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
  /** By which beginning it is kept: the place of that. */
  group?: number;
}

/** Rules that are told apart by so many first bits of one field, by those bits. */
interface Group {
  readonly place: number;
  readonly steps: Map<number, ToldStep[]>;
  size: number;
}

const NOTHING_TOLD: readonly Beginning[] = [];

/** In what parts the rule at a place is looked for; undefined where it has none. */
export type Parts = (index: number) => Steps<readonly Part[] | undefined>;

/** A lookup costs about as much as trying this many rules. */
const WORTH_A_LOOKUP = 4;

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
    const each = parts === undefined ? whole : yield* parted(whole, parts);
    const groups = [...yield* grouped(each)].filter(({ size }) => size >= WORTH_A_LOOKUP);
    const kept = new Set(groups.map(({ place }) => place));
    const others = each.filter(({ group }) => group === undefined || !kept.has(group));
    return new StepIndex(space, groups, others);
  }

  /** The places of the rules from `from` on that the packet may match, in order. */
  matching(probe: Probe, from = 0): Matching {
    const lists = [this.others];
    for (const { place, steps } of this.groups) {
      const list = steps.get(probe.hash(place));
      if (list !== undefined) lists.push(list);
    }
    return new Matching(this.space, probe, lists, from);
  }
}

/** Goes through several ascending lists of rules at once. */
export class Matching {
  private readonly space: PacketSpace;
  private readonly probe: Probe;
  private readonly lists: readonly (readonly ToldStep[])[];
  /** Where each list goes on. */
  private readonly ahead: number[];
  private found = -1;

  constructor(space: PacketSpace, probe: Probe, lists: readonly (readonly ToldStep[])[], from: number) {
    this.space = space;
    this.probe = probe;
    this.lists = lists;
    this.ahead = lists.map((list) => firstFrom(list, from));
  }

  /** The place of the next rule that the packet may match; -1 behind the last. */
  next(): number {
    const { space, probe, lists, ahead } = this;
    for (;;) {
      let best: ToldStep | undefined;
      let from = -1;
      for (let list = 0; list < lists.length; list++) {
        const step = lists[list]![ahead[list]!];
        if (step !== undefined && (best === undefined || step.index < best.index)) [best, from] = [step, list];
      }
      if (best === undefined) return -1;
      ahead[from]!++;
      if (best.index !== this.found && probe.beginsAs(best.told) && space.has(best.may, probe.bits) && space.has(best.part, probe.bits)) return (this.found = best.index);
    }
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

/** Puts each rule under the rarest beginning that it has. */
function* grouped(steps: readonly ToldStep[]): Steps<Iterable<Group>> {
  const frequency = yield* frequencyOf(steps);
  const groups = new Map<number, Group>();
  for (const [at, step] of steps.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) yield undefined;
    const rarest = frequency.rarest(step.told);
    if (rarest === undefined) continue;
    const { place, hash } = rarest;
    step.group = place;
    let group = groups.get(place);
    if (group === undefined) groups.set(place, group = { place, steps: new Map(), size: 0 });
    group.size++;
    const list = group.steps.get(hash);
    if (list === undefined) group.steps.set(hash, [step]);
    else list.push(step);
  }
  return groups.values();
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

  /** The one of them that fewest rules have. */
  rarest(beginnings: readonly Beginning[]): Beginning | undefined {
    let rarest: Beginning | undefined;
    let least = Infinity;
    for (const each of beginnings) {
      const count = this.of(each);
      if (count < least) [rarest, least] = [each, count];
    }
    return rarest;
  }
}
