import { LOOKED_UP, type Beginning, type LookedUp, type Probe } from '../sets/probe.ts';
import type { PacketSet } from '../sets/diagram.ts';
import type { PacketSpace } from '../sets/space.ts';

/** A rule of a chain by its place, with the packets that may match it. */
export interface IndexedStep {
  readonly index: number;
  readonly may: PacketSet;
}

/** A rule that is tried one by one, with what packets that may match it have in common: most are told by that at a glance. */
interface ToldStep extends IndexedStep {
  readonly told: readonly Beginning[];
}

/** Rules that are told apart by so many first bits of one field, by those bits. */
interface Group {
  readonly field: LookedUp;
  readonly length: number;
  readonly steps: Map<number, ToldStep[]>;
  size: number;
}

const NOTHING_TOLD: readonly Beginning[] = [];

/** A lookup costs about as much as trying this many rules. */
const WORTH_A_LOOKUP = 4;

/** Finds the rules that one packet may match without trying each: rules that ask for a prefix or a port are kept by it. */
export class StepIndex {
  private readonly space: PacketSpace;
  private readonly groups: readonly Group[];
  private readonly others: readonly ToldStep[];

  /** `steps` in ascending order; `told` says what packets that may match one have in common. */
  constructor(space: PacketSpace, steps: readonly IndexedStep[], told: (index: number) => readonly Beginning[]) {
    this.space = space;
    const isSmall = steps.length <= WORTH_A_LOOKUP;
    const each = steps.map(({ index, may }) => ({ index, may, told: isSmall ? NOTHING_TOLD : told(index) }));
    this.groups = isSmall ? [] : [...grouped(each)].filter(({ size }) => size >= WORTH_A_LOOKUP);
    const found = new Set(this.groups.flatMap((group) => [...group.steps.values()].flat()));
    this.others = found.size === 0 ? each : each.filter((step) => !found.has(step));
  }

  /** The places of the rules from `from` on that the packet may match, in order. */
  matching(probe: Probe, from = 0): Matching {
    const lists = [this.others];
    for (const { field, length, steps } of this.groups) {
      const list = steps.get(probe.hash(field, length));
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
      if (probe.beginsAs(best.told) && space.has(best.may, probe.bits)) return best.index;
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

/** Puts each rule under the rarest beginning that it has. */
function grouped(steps: readonly ToldStep[]): Iterable<Group> {
  const frequency = new Frequency();
  for (const { told } of steps) for (const each of told) frequency.add(each);
  const groups = new Map<number, Group>();
  for (const step of steps) {
    const rarest = frequency.rarest(step.told);
    if (rarest === undefined) continue;
    const { field, length, hash } = rarest;
    let group = groups.get(kindOf(rarest));
    if (group === undefined) groups.set(kindOf(rarest), group = { field, length, steps: new Map(), size: 0 });
    group.size++;
    const list = group.steps.get(hash);
    if (list === undefined) group.steps.set(hash, [step]);
    else list.push(step);
  }
  return groups.values();
}

/** The field and the length as one number; no field has more than 128 bits. */
const kindOf = ({ field, length }: Beginning): number => LOOKED_UP.indexOf(field) * 256 + length;

/** How many rules have each beginning. */
class Frequency {
  private readonly counts = new Map<number, Map<number, number>>();

  add(beginning: Beginning): void {
    const kind = kindOf(beginning);
    let counts = this.counts.get(kind);
    if (counts === undefined) this.counts.set(kind, counts = new Map());
    counts.set(beginning.hash, (counts.get(beginning.hash) ?? 0) + 1);
  }

  /** The one of them that fewest rules have. */
  rarest(beginnings: readonly Beginning[]): Beginning | undefined {
    let rarest: Beginning | undefined;
    let least = Infinity;
    for (const each of beginnings) {
      const count = this.counts.get(kindOf(each))!.get(each.hash)!;
      if (count < least) [rarest, least] = [each, count];
    }
    return rarest;
  }
}
