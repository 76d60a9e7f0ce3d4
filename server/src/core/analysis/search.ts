import { EVERY, NONE, type PacketSet } from '../sets/diagram.ts';
import { LikelyPackets } from '../sets/likely.ts';
import type { View } from './chain.ts';
import { Course, type Terrain } from './course.ts';
import { unchanged } from './flow.ts';
import { Routes, stretchesOf, type Route, type Stretch } from './routes.ts';
import { inPassing, type Steps } from './steps.ts';
import { Stops } from './stops.ts';
import type { CallSite } from './chain-graph.ts';
import type { TableAnalysis } from './table.ts';

/** A rule that surely stops a packet, and all packets of the way that it keeps for the same reason. */
interface Stop {
  readonly site: CallSite;
  readonly kept: PacketSet;
}

/** The rules that between them keep every wanted packet of a way from a rule; none where the way leads no wanted packet at all. */
export interface Stopped {
  /** Those that can not be done without. */
  readonly needed: readonly CallSite[];
  readonly spare: readonly CallSite[];
}

/** What a search along one way comes to: a packet that nothing surely stops, or what stops all of them. */
export type Outcome = { readonly bits: Uint8Array; readonly stopped?: undefined } | { readonly bits?: undefined; readonly stopped: Stopped };

const NEVER_LED: Outcome = { stopped: { needed: [], spare: [] } };

/** A search of which the first packet was stopped. */
interface Attempt {
  readonly route: Route;
  readonly wanted: PacketSet;
  readonly stretches: readonly Stretch[];
  readonly first: CallSite;
}

/** Looks for packets that get to a rule, as far as one view of the rules tells. */
export class Search {
  readonly view: View;
  readonly routes: Routes;
  private readonly analysis: TableAnalysis;
  private readonly likely: LikelyPackets;
  /** Of one packet at a time: between two steps another search may have its turn. */
  private readonly stops: Stops;

  constructor(analysis: TableAnalysis, view: View) {
    this.analysis = analysis;
    this.view = view;
    this.routes = new Routes(analysis, view);
    this.likely = new LikelyPackets(analysis.space);
    this.stops = new Stops(analysis, view);
  }

  /**
   * Sends a wanted packet along the way. What stops it is taken away from the wanted packets, with all that it stops for
   * the same reason, until a packet gets through or none is left.
   */
  *along(route: Route, index: number, wanted: PacketSet): Steps<Outcome> {
    const { space } = this.analysis;
    const bits = this.likely.bits(0);
    if (!space.meet(wanted, route.may, bits)) return NEVER_LED;
    const stretches = stretchesOf(route, index);
    const first = this.firstStop(stretches, bits);
    if (first === undefined) return { bits: bits.slice() };
    return yield* inPassing(space, this.behind({ route, wanted, stretches, first }));
  }

  /** Goes on where the first packet, the one at hand, was stopped. */
  private *behind({ route, wanted, stretches, first }: Attempt): Steps<Outcome> {
    const { space } = this.analysis;
    const all = space.intersection(wanted, route.may);
    const stops: Stop[] = [];
    let left = all;
    for (let site = first; ;) {
      const kept = this.stops.alike(this.analysis.chain(site.chain), site.index, all);
      stops.push({ site, kept });
      left = space.difference(left, kept);
      yield undefined;
      const bits = this.likely.bits(stops.length);
      if (!space.meet(left, EVERY, bits)) return { stopped: yield* this.sifted(stops, all) };
      const next = this.firstStop(stretches, bits);
      if (next === undefined) return { bits: bits.slice() };
      site = next;
    }
  }

  /** The stops, apart from those whose packets others keep as well. */
  private *sifted(stops: readonly Stop[], wanted: PacketSet): Steps<Stopped> {
    if (stops.length === 1) return { needed: [stops[0]!.site], spare: [] };
    const { space } = this.analysis;
    // What the stops after each one leave over.
    const after: PacketSet[] = [wanted];
    for (const { kept } of [...stops].reverse()) {
      after.push(space.difference(after.at(-1)!, kept));
      yield undefined;
    }
    after.reverse();
    const needed: CallSite[] = [];
    const spare: CallSite[] = [];
    let keptSoFar: PacketSet = NONE;
    for (const [index, { site, kept }] of stops.entries()) {
      const isNeeded = space.intersects(after[index + 1]!, space.complement(keptSoFar));
      (isNeeded ? needed : spare).push(site);
      if (isNeeded) keptSoFar = space.union(keptSoFar, kept);
      yield undefined;
    }
    return { needed, spare };
  }

  /** The rule of the stretches that surely stops the packet, which becomes the one at hand. */
  private firstStop(stretches: readonly Stretch[], bits: Uint8Array): CallSite | undefined {
    this.stops.take(bits);
    for (const { chain, to } of stretches) {
      const index = this.stops.first(this.analysis.chain(chain), to);
      if (index !== -1) return { chain, index };
    }
    return undefined;
  }
}

/** Follows all packets of `wanted` at once from every hook, with an eye on a rule; sets tell them as they come to the hook. */
export const follow = (analysis: TableAnalysis, place: CallSite, wanted: PacketSet): Steps<Course> => followed(analysis, coursing(analysis, place), wanted);

/**
 * The same exactly, but for rules that are taken to be open: sets tell packets as they are when they come somewhere, so that
 * what one rule leaves open and the next one has seen stays known.
 */
export const followExactly = (analysis: TableAnalysis, place: CallSite, wanted: PacketSet, isOpen?: (site: CallSite) => boolean): Steps<Course> =>
  followed(analysis, new Course({ ...terrainOf(analysis), tellsNow: true }, place, isOpen), wanted);

function* followed(analysis: TableAnalysis, course: Course, wanted: PacketSet): Steps<Course> {
  const { space } = analysis;
  for (const name of analysis.table.chains.keys()) {
    const hook = analysis.hookOf(name);
    const set = hook === undefined ? NONE : space.intersection(analysis.arriving(hook), wanted);
    if (set !== NONE) yield* course.through(name, unchanged(set));
  }
  return course;
}

/** Ready to follow classes of packets through chains of one table, with an eye on a rule. */
export const coursing = (analysis: TableAnalysis, place?: CallSite): Course => new Course(terrainOf(analysis), place);

const terrainOf = (analysis: TableAnalysis): Terrain => ({ space: analysis.space, chain: (name) => analysis.chain(name), rewritingOf: ({ inside }) => inside });
