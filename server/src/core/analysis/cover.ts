import type { Rule } from '../ruleset/model.ts';
import { Common } from '../sets/common.ts';
import { NONE, type PacketSet } from '../sets/diagram.ts';
import { inTurn, UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { AnalysedChain, TableStep } from './chain.ts';
import { Outcomes } from './outcomes.ts';
import { stretchesOf, type Route, type Stretch } from './routes.ts';
import { followExactly, type Search, type Stopped } from './search.ts';
import { inPassing, type Steps } from './steps.ts';
import { Stops } from './stops.ts';
import type { CallSite } from './chain-graph.ts';
import type { TableAnalysis } from './table.ts';
import { Watching } from './watched.ts';

/** A rule by its place. */
export interface Place {
  readonly chain: string;
  /** From 0. */
  readonly index: number;
}

/** An earlier rule that takes packets away from another one, leads only other packets to it, or makes others of them. */
export interface Covering extends Place {
  readonly rule: Rule;
  /**
   * `takes`: matching packets end there; `calls`: of the packets that it leads into the chain none can match; `rewrites`:
   * it changes what the rule looks at, or a jump that leads there.
   */
  readonly how: 'takes' | 'calls' | 'rewrites';
}

/** Rules that cover another one on so many ways are looked for; a reader wants to see few. */
const MOST_ROUTES = 64;

/** So many rules are looked at in one step. */
const AT_ONCE = 16;

/**
 * Why no packet is left for a rule that cannot match: a small set of rules that between them take every packet that it
 * could match, or lead none to its chain; where none does and yet none is left, those that rewrite packets. One that gives packets another outcome than the rule would is among them where
 * there is any. Undefined where nothing leads to the chain at all, or where its match holds of no packet.
 */
export class Cover {
  private readonly analysis: TableAnalysis;
  private readonly search: Search;
  private readonly outcomes: Outcomes;
  /** What takes packets from a rule, followed exactly, which is the same on every way to it. */
  private readonly exactly = new Map<string, readonly CallSite[]>();

  constructor(analysis: TableAnalysis, search: Search) {
    this.analysis = analysis;
    this.search = search;
    this.outcomes = new Outcomes((name) => analysis.chain(name));
  }

  /** `known` is what stops the wanted packets on each way, in order, as far as that is known. */
  *of(place: Place, known: readonly Stopped[] = []): Steps<readonly Covering[] | undefined> {
    const step = this.analysis.chain(place.chain).steps[place.index]!;
    const [first] = this.search.routes.to(place.chain);
    if (step.match.may === NONE || first === undefined) return undefined;
    const found = new Map<string, Covering>();
    // Ways are kept, so that they must be known before what is made in passing.
    for (const { name } of this.analysis.leadingTo(this.analysis.chain(place.chain))) this.search.routes.to(name).next();
    this.analysis.space.forgetting(() => this.noteCalls(place.chain, step.loose.may, found, new Set()));
    let way = 0;
    let searched = 0;
    for (const route of this.search.routes.to(place.chain)) {
      const taking = inOrder(yield* inPassing(this.analysis.space, this.taking(route, place, step, known[way++])), stretchesOf(route, place.index));
      for (const stop of taking) this.note(stop, 'takes', found);
      if (taking.length > 0 && ++searched === MOST_ROUTES) break;
    }
    if (found.size === 0 && this.analysis.anything !== UNCHANGED) this.noteRewriting(place, found);
    return [...found.values()];
  }

  private note(place: CallSite, how: Covering['how'], found: Map<string, Covering>): void {
    const key = `${place.index} ${place.chain}`;
    if (!found.has(key)) found.set(key, { chain: place.chain, index: place.index, rule: this.analysis.ruleAt(place), how });
  }

  /** Notes the rules that lead to the chain, but none of the wanted packets. */
  private noteCalls(chain: string, wanted: PacketSet, found: Map<string, Covering>, met: Set<string>): void {
    const { space } = this.analysis;
    if (met.has(`${wanted} ${chain}`)) return;
    met.add(`${wanted} ${chain}`);
    for (const site of this.analysis.callSites(chain)) {
      if (this.search.routes.to(site.chain).next().done === true) continue;
      const hook = this.analysis.hookOf(site.chain);
      const come = hook === undefined ? wanted : space.intersection(wanted, this.analysis.arriving(hook));
      const led = space.intersection(come, this.analysis.chain(site.chain).steps[site.index]!.loose.may);
      if (led === NONE) this.note(site, 'calls', found);
      else this.noteCalls(site.chain, led, found, met);
    }
  }

  /** Notes the rules that rewrite what the rule looks at, or a jump that leads there, and the jumps into its chain. */
  private noteRewriting(place: Place, found: Map<string, Covering>): void {
    const { analysis } = this;
    const leading = analysis.leadingTo(analysis.chain(place.chain)).flatMap(({ name }) => analysis.callSites(name));
    const looking = [place, ...leading].map(({ chain, index }) => analysis.chain(chain).steps[index]!.match);
    const isBefore = analysis.before(place);
    const known = new Map<string, boolean>();
    const isLookedAt = (rewriting: Rewriting): boolean => {
      let answer = known.get(rewriting.key);
      if (answer === undefined) {
        const watching = new Watching(analysis.space, rewriting);
        known.set(rewriting.key, answer = looking.some((match) => watching.concerns(match)));
      }
      return answer;
    };
    for (const chain of analysis.callersFirst) {
      for (const [index, { inside, aside }] of chain.steps.entries()) {
        const site = { chain: chain.name, index };
        const rewriting = aside === undefined ? inside : inTurn(aside.rewriting, inside);
        if (rewriting !== UNCHANGED && isBefore(site) && isLookedAt(rewriting)) this.note(site, 'rewrites', found);
      }
    }
    for (const site of analysis.callSites(place.chain)) this.note(site, 'calls', found);
  }

  /** Rules that take the wanted packets which come on one way; `known` is what stops them there, where that is known. */
  private *taking(route: Route, place: Place, step: TableStep, known: Stopped | undefined): Steps<readonly CallSite[]> {
    const stopped = known ?? (yield* this.search.along(route, place.index, step.loose.may)).stopped;
    if (stopped === undefined) return yield* this.takingExactly(place, step);
    const { needed, spare } = stopped;
    const own = this.kindOf(place);
    const isContrary = (stop: CallSite): boolean => this.kindOf(stop) !== own;
    if (needed.length === 0 || needed.some(isContrary)) return needed;
    const contrary = spare.find(isContrary) ?? (yield* this.contrary(route, place, step));
    return contrary === undefined ? needed : [...needed, contrary];
  }

  private kindOf({ chain, index }: CallSite): number {
    return this.outcomes.kindsIn(this.analysis.chain(chain)).of[index]!;
  }

  /** A rule on the way that takes some of the wanted packets and gives them another outcome. */
  private *contrary(route: Route, place: Place, step: TableStep): Steps<CallSite | undefined> {
    const { space } = this.analysis;
    const wanted = space.intersection(step.loose.may, route.may);
    const common = new Common(space, wanted);
    const own = this.kindOf(place);
    let tried = 0;
    for (const { chain: name, to } of stretchesOf(route, place.index)) {
      const chain = this.analysis.chain(name);
      const kinds = this.outcomes.kindsIn(chain);
      if (kinds.all.size === 1 && kinds.all.has(own)) continue;
      // There may be thousands on the way to each of thousands, which a glance has to tell.
      for (let index = 0; index < to; index++) {
        if (kinds.of[index] === own || chain.beginnings(index).some((beginning) => common.excludes(beginning))) continue;
        if (++tried % AT_ONCE === 0) yield undefined;
        if (this.mayTake(chain, index, wanted) && (yield* this.takesSome(route, { chain: name, index }, wanted))) return { chain: name, index };
      }
    }
    return undefined;
  }

  private mayTake(chain: AnalysedChain, index: number, wanted: PacketSet): boolean {
    const { acts, consequence, loose } = chain.steps[index]!;
    return acts && (consequence.kind === 'chain' || !consequence.outcomes.includes('continue')) && this.analysis.space.intersects(loose.must, wanted);
  }

  /** Whether a packet of `wanted` comes to the rule on the way and stays there. */
  private *takesSome(route: Route, place: CallSite, wanted: PacketSet): Steps<boolean> {
    let own: Route | undefined = route;
    while (own !== undefined && own.chain !== place.chain) own = own.from?.route;
    const { loose, consequence } = this.analysis.chain(place.chain).steps[place.index]!;
    const met = yield* this.search.along(own!, place.index, this.analysis.space.intersection(wanted, loose.must));
    if (met.bits === undefined) return false;
    if (consequence.kind === 'result' || consequence.goto) return true;
    const stops = new Stops(this.analysis, 'loose');
    stops.take(met.bits);
    return stops.keeps(this.analysis.chain(place.chain), place.index);
  }

  /** Where rewriting matters: every rule that takes wanted packets before they come to the place; none where none would match even if they came. */
  private *takingExactly(place: Place, { loose }: TableStep): Steps<readonly CallSite[]> {
    const key = `${place.index} ${place.chain}`;
    let found = this.exactly.get(key);
    if (found === undefined) {
      const taking = (yield* followExactly(this.analysis, place, loose.may)).taking.filter(this.analysis.before(place));
      const isTaking = (site: CallSite): boolean => taking.some(({ chain, index }) => chain === site.chain && index === site.index);
      this.exactly.set(key, found = (yield* followExactly(this.analysis, place, loose.may, isTaking)).hitting.length > 0 ? taking : []);
    }
    return found;
  }
}

/** The rules as a packet comes to them. */
function inOrder(places: readonly CallSite[], stretches: readonly Stretch[]): readonly CallSite[] {
  const stretch = ({ chain }: CallSite): number => stretches.findIndex((each) => each.chain === chain);
  return [...places].sort((a, b) => stretch(a) - stretch(b) || a.index - b.index);
}
