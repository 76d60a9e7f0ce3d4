import { EVERY, NONE, type PacketSet } from '../sets/diagram.ts';
import { Probe } from '../sets/probe.ts';
import { possiblyBefore } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import { AnalysedChain, calleesOf, type TableStep } from './chain.ts';
import { Outcomes, sameOutcomes } from './outcomes.ts';
import type { Prepared } from './preparation.ts';
import type { Routes } from './routes.ts';
import { isSame } from './rule-sets.ts';
import type { CallSite } from './chain-graph.ts';

type Chains = ReadonlyMap<string, AnalysedChain>;

/** A stretch of a chain that an edit has put in place of another one: where it starts, and where the two end. */
interface Stretch {
  readonly start: number;
  readonly endBefore: number;
  readonly end: number;
}

/** With more rules changed than this what an edit leaves is not worth finding out. */
const MOST = 1 << 12;

/** So many changed rules are held against a packet one by one. */
const FEW = 8;

/** So many ways to a changed rule are looked at. */
const MOST_WAYS = 64;

/** So many changed rules are held against a set one by one. */
const MOST_SETS = 64;

/**
 * What an edit has changed of the rules of a table. A packet takes the way that it took before unless it may match a
 * changed rule; so what is known of packets that may not still holds.
 */
export class Changes {
  private readonly space: PacketSpace;
  private readonly probe: Probe;
  private readonly stretches = new Map<string, Stretch>();
  /** Changed rules, as they were and as they are; undefined where there are many. */
  private readonly changed: AnalysedChain | undefined;
  /** Chains that changed jumps may lead to, before or now. */
  private readonly rerouted: ReadonlySet<string>;

  private readonly before: Prepared;
  private readonly after: Prepared;
  private outcomes: boolean | undefined;
  /** Whether sets are left; of each dead rule it is asked whether it still is, and whether for the same reason. */
  private readonly left = new Map<PacketSet, boolean>();

  /** `before` and `after` are the table in the same space; `routes` the ways to the chains of now. */
  constructor(space: PacketSpace, before: Prepared, after: Prepared, routes: Routes) {
    this.space = space;
    this.probe = new Probe(space);
    this.before = before;
    this.after = after;
    const steps: TableStep[] = [];
    for (const name of new Set([...before.chains.keys(), ...after.chains.keys()])) {
      const [was, is] = [before.chains.get(name), after.chains.get(name)];
      if (was === is) continue;
      // What stands for a policy is come to otherwise than rules.
      const isAlike = policiesIn(was) === policiesIn(is);
      const stretch = isAlike ? changedStretch(was?.steps ?? [], is?.steps ?? []) : { start: 0, endBefore: was?.steps.length ?? 0, end: is?.steps.length ?? 0 };
      this.stretches.set(name, stretch);
      const changed = [...(was?.steps ?? []).slice(stretch.start, stretch.endBefore), ...(is?.steps ?? []).slice(stretch.start, stretch.end)];
      if (changed.length > 0) steps.push(...this.met(changed, name, routes));
    }
    this.changed = steps.length > MOST ? undefined : new AnalysedChain(space, '', steps);
    this.rerouted = new Set(inSameOrder(before.chains, after.chains) ? [...calleesOf(steps)].flatMap((name) => [...behind(before.chains, name), ...behind(after.chains, name)]) : after.chains.keys());
  }

  /** Whether there is none. */
  get areNone(): boolean {
    return this.stretches.size === 0;
  }

  /** Whether the packet with these bits, whatever is rewritten of it, can match none of the changed rules that do anything. */
  leavePacket(bits: Uint8Array): boolean {
    if (this.changed === undefined) return false;
    const { steps } = this.changed;
    return steps.length <= FEW ? steps.every(({ loose }) => !this.space.has(loose.may, bits)) : this.changed.acting(this.probe.take(bits)).next() === -1;
  }

  /** Whether no packet of the set can. */
  leave(set: PacketSet): boolean {
    if (set === NONE) return true;
    let known = this.left.get(set);
    if (known === undefined) this.left.set(set, known = this.findLeft(set));
    return known;
  }

  private findLeft(set: PacketSet): boolean {
    return this.changed !== undefined && this.changed.steps.length <= MOST_SETS && this.changed.steps.every(({ loose }) => !this.space.intersects(set, loose.may));
  }

  /** Whether other ways may lead to the chain than before. */
  reroute(chain: string): boolean {
    return this.rerouted.has(chain);
  }

  /** Whether each chain may do to packets what it could do before, as far as their verdicts go, and built-in chains have their policies. */
  get keepOutcomes(): boolean {
    return (this.outcomes ??= this.compareOutcomes());
  }

  private compareOutcomes(): boolean {
    const [then, now] = [this.before.chains, this.after.chains].map((chains) => new Outcomes((name) => chains.get(name)!)) as [Outcomes, Outcomes];
    const isIn = (name: string): boolean => this.before.chains.has(name) && this.after.chains.has(name);
    const isCalled = (name: string): boolean => [...this.after.chains.values()].some(({ callees }) => callees.has(name));
    return this.before.policies === this.after.policies && [...this.stretches.keys()].every((name) => !isIn(name) || !isCalled(name) || sameOutcomes(then.behind(name), now.behind(name)));
  }

  /** Whether the rule that stands there now says what it said before, and so do those of all chains that it leads to. */
  keepText(place: CallSite): boolean {
    const then = this.placeBefore(place);
    const step = this.after.chains.get(place.chain)?.steps[place.index];
    if (then === undefined || step === undefined || !isSame(this.before.rules.get(then.chain)!.rules[then.index]!, this.after.rules.get(place.chain)!.rules[place.index]!)) return false;
    return step.consequence.kind !== 'chain' || [...behind(this.after.chains, step.consequence.chain)].every((name) => this.before.rules.get(name) === this.after.rules.get(name));
  }

  /**
   * The rules as packets meet them that have met no changed one before. Such packets have come by jumps that are there
   * before and after, so that the ways of now tell all of them.
   */
  private met(steps: readonly TableStep[], chain: string, routes: Routes): readonly TableStep[] {
    const coming = this.comingTo(chain, routes);
    return steps.filter(({ acts }) => acts).map((step) => ({ ...step, loose: { may: this.space.intersection(this.space.union(step.loose.may, this.rewrittenAside(step)), coming), must: NONE } }));
  }

  /** Packets that the rule's match may rewrite, whatever has been rewritten before. */
  private rewrittenAside({ aside }: TableStep): PacketSet {
    return aside === undefined ? NONE : possiblyBefore(this.space, this.after.anything, aside.packets);
  }

  private comingTo(chain: string, routes: Routes): PacketSet {
    let coming: PacketSet = NONE;
    let ways = 0;
    for (const { may } of routes.to(chain)) {
      if (++ways > MOST_WAYS) return EVERY;
      coming = this.space.union(coming, may);
    }
    return coming;
  }

  /** Where the rule stood before; undefined where it is new. */
  placeBefore({ chain, index }: CallSite): CallSite | undefined {
    const stretch = this.stretches.get(chain);
    if (stretch === undefined) return { chain, index };
    const { start, end, endBefore } = stretch;
    return index < start ? { chain, index } : index < end ? undefined : { chain, index: index - end + endBefore };
  }

  /** Where a rule of before stands now; undefined where it is gone. */
  placeNow({ chain, index }: CallSite): CallSite | undefined {
    const stretch = this.stretches.get(chain);
    if (stretch === undefined) return { chain, index };
    const { start, end, endBefore } = stretch;
    return index < start ? { chain, index } : index < endBefore ? undefined : { chain, index: index - endBefore + end };
  }
}

const policiesIn = (chain: AnalysedChain | undefined): number => (chain === undefined ? 0 : chain.steps.length - chain.policiesFrom);

function changedStretch(before: readonly TableStep[], after: readonly TableStep[]): Stretch {
  const common = Math.min(before.length, after.length);
  let start = 0;
  while (start < common && before[start] === after[start]) start++;
  let same = 0;
  while (same < common - start && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  return { start, endBefore: before.length - same, end: after.length - same };
}

/** Whether the chains that are in both stand in the same order, in which the ways from them are found. */
function inSameOrder(before: Chains, after: Chains): boolean {
  const names = [...after.keys()].filter((name) => before.has(name));
  let at = 0;
  for (const name of before.keys()) if (after.has(name) && names[at++] !== name) return false;
  return true;
}

/** The chain and all that it leads to. */
function behind(chains: Chains, name: string): ReadonlySet<string> {
  const found = new Set([name]);
  for (const each of found) for (const callee of chains.get(each)?.callees ?? []) found.add(callee);
  return found;
}
