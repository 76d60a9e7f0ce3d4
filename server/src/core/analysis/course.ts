import { Common } from '../sets/common.ts';
import { NONE, type PacketSet } from '../sets/diagram.ts';
import { after, before, inTurn, possiblyBefore, UNCHANGED, type Preimages, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import type { AnalysedChain, TableStep, Verdict } from './chain.ts';
import { merge, NOTHING_FLOWS, packetsIn, unchanged, union, type Flow } from './flow.ts';
import type { Aside } from './match.ts';
import type { Steps } from './steps.ts';
import type { CallSite } from './chain-graph.ts';

/** What a class of packets is followed through. */
export interface Terrain {
  readonly space: PacketSpace;
  chain(name: string): AnalysedChain;
  /** What a rule rewrites, as far as that counts. */
  rewritingOf(step: TableStep): Rewriting;
  /** Whether sets tell packets as they are by now: then nothing is lost where rewriting leaves open what becomes of them. */
  readonly tellsNow?: boolean;
}

/** So many rules are passed in one step. */
const AT_ONCE = 8;

/**
 * Follows a class of packets through chains, all packets of it together. Sets tell packets as they were at the start,
 * unless the terrain says otherwise; rules that none of them can match cost next to nothing.
 */
export class Course {
  /** Packets that may come to the place that is watched, and those that then may match. */
  readonly reaching: PacketSet[] = [];
  readonly hitting: PacketSet[] = [];
  /** Rules that packets may not have got past, in the order in which they met them. */
  readonly taking: CallSite[] = [];
  private readonly terrain: Terrain;
  private readonly space: PacketSpace;
  private readonly place: CallSite | undefined;
  private readonly isOpen: (site: CallSite) => boolean;
  private readonly given = new Map<Verdict, Flow[]>();
  private readonly known = new Map<string, Flow>();
  /** What the packets had in common at the start. */
  private common: Common | undefined;
  /** What sets have been before each rewriting. */
  private readonly preimages = new Map<string, Preimages>();

  /** `place` is a rule to watch; rules that are `isOpen` let packets on whatever else they do with them. */
  constructor(terrain: Terrain, place?: CallSite, isOpen: (site: CallSite) => boolean = () => false) {
    this.terrain = terrain;
    this.space = terrain.space;
    this.place = place;
    this.isOpen = isOpen;
  }

  /** Packets that may have got the verdict so far. */
  *verdict(kind: Verdict): Steps<Flow> {
    return yield* union(this.space, this.given.get(kind) ?? []);
  }

  /** Packets of `flow` that may come back out of the built-in chain to its policy. */
  *through(name: string, flow: Flow): Steps<Flow> {
    this.common = new Common(this.space, packetsIn(this.space, flow));
    return yield* this.chain(name, flow);
  }

  private *chain(name: string, flow: Flow): Steps<Flow> {
    const key = `${name} ${flow.map(({ rewriting, set }) => `${set}:${rewriting.key}`).join()}`;
    let back = this.known.get(key);
    if (back === undefined) this.known.set(key, back = yield* this.follow(name, flow));
    return back;
  }

  private *follow(name: string, entering: Flow): Steps<Flow> {
    const chain = this.terrain.chain(name);
    const { steps, policiesFrom } = chain;
    const back = yield* union(this.space, yield* this.along(chain, entering, 0, policiesFrom));
    return policiesFrom === steps.length ? back : yield* union(this.space, yield* this.along(chain, back, policiesFrom, steps.length));
  }

  /** Follows packets past some rules of a chain; those that return from there, and those that get past all of them. */
  private *along(chain: AnalysedChain, entering: Flow, from: number, to: number): Steps<readonly Flow[]> {
    const { name, steps } = chain;
    const returned: Flow[] = [];
    let flow = entering;
    for (let index = from; index < to && flow.length > 0; index++) {
      if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
      const step = steps[index]!;
      const isWatched = this.place?.index === index && this.place.chain === name;
      if (isWatched) this.reaching.push(packetsIn(this.space, flow));
      if (step.killed !== NONE) this.give('drop', unchanged(this.space.intersection(packetsIn(this.space, flow), step.killed)));
      if (!isWatched && !step.acts && this.terrain.rewritingOf(step) === UNCHANGED) continue;
      const aside = step.aside === undefined ? NOTHING_FLOWS : this.aside(step, step.aside, flow);
      const hit = chain.beginnings(index).some((each) => this.common!.excludes(each)) ? NOTHING_FLOWS : this.matching(step, flow);
      if (hit.length === 0) {
        flow = merge(this.space, flow, aside);
        continue;
      }
      if (isWatched) this.hitting.push(packetsIn(this.space, hit));
      const unmatched = this.unmatched(step, flow);
      const passed = yield* this.past(step, step.aside === undefined ? hit : this.rewrite(step.aside.rewriting, hit), returned);
      if (passed.length === 0 && unmatched !== flow) this.taking.push({ chain: name, index });
      flow = merge(this.space, merge(this.space, unmatched, aside), this.isOpen({ chain: name, index }) ? merge(this.space, passed, hit) : passed);
    }
    return [...returned, flow];
  }

  /** What goes on behind the rule of the packets that match it; the others are noted. */
  private *past(step: TableStep, hit: Flow, returned: Flow[]): Steps<Flow> {
    const { consequence } = step;
    if (consequence.kind === 'chain') {
      const back = yield* this.chain(consequence.chain, hit);
      if (!consequence.goto) return back;
      returned.push(back);
      return NOTHING_FLOWS;
    }
    for (const outcome of consequence.outcomes) {
      if (outcome === 'return') returned.push(hit);
      else if (outcome !== 'continue') this.give(outcome, this.rewritten(step, hit));
    }
    return consequence.outcomes.includes('continue') ? this.rewritten(step, hit) : NOTHING_FLOWS;
  }

  private matching({ match, loose }: TableStep, flow: Flow): Flow {
    return flow.flatMap(({ rewriting, set }) => {
      // Whatever rules of the table have rewritten; much quicker than to look through the rewriting.
      if (!this.space.intersects(set, loose.may)) return [];
      const wanted = possiblyBefore(this.space, rewriting, match.may, this.preimagesOf(rewriting));
      return this.space.intersects(set, wanted) ? [{ rewriting, set: this.space.intersection(set, wanted) }] : [];
    });
  }

  private unmatched({ match }: TableStep, flow: Flow): Flow {
    if (match.must === NONE) return flow;
    return flow.flatMap(({ rewriting, set }) => {
      const left = this.space.difference(set, before(this.space, rewriting, match, this.preimagesOf(rewriting)).must);
      return left === NONE ? [] : [{ rewriting, set: left }];
    });
  }

  private preimagesOf({ key }: Rewriting): Preimages {
    let known = this.preimages.get(key);
    if (known === undefined) this.preimages.set(key, known = new Map());
    return known;
  }

  /** Packets that the rule's match rewrites and that may then not match the rule. */
  private aside({ match }: TableStep, { packets, rewriting: then }: Aside, flow: Flow): Flow {
    const unmatched = this.space.difference(packets, match.must);
    const met = flow.flatMap(({ rewriting, set }) => {
      const own = this.space.intersection(set, possiblyBefore(this.space, rewriting, unmatched, this.preimagesOf(rewriting)));
      return own === NONE ? [] : [{ rewriting, set: own }];
    });
    return this.rewrite(then, met);
  }

  private rewritten(step: TableStep, flow: Flow): Flow {
    return this.rewrite(this.terrain.rewritingOf(step), flow);
  }

  private rewrite(then: Rewriting, flow: Flow): Flow {
    if (then === UNCHANGED) return flow;
    if (this.terrain.tellsNow === true) return unchanged(after(this.space, then, packetsIn(this.space, flow)));
    return flow.reduce<Flow>((so, { rewriting, set }) => merge(this.space, so, [{ rewriting: inTurn(rewriting, then), set }]), NOTHING_FLOWS);
  }

  private give(kind: Verdict, flow: Flow): void {
    if (flow.length === 0) return;
    const known = this.given.get(kind);
    if (known === undefined) this.given.set(kind, [flow]);
    else known.push(flow);
  }
}
