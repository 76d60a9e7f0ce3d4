import { EVERY, NONE, type PacketSet } from '../sets/diagram.ts';
import { LikelyPackets } from '../sets/likely.ts';
import { Probe } from '../sets/probe.ts';
import type { View } from './chain.ts';
import { Course, type Terrain } from './course.ts';
import { unchanged } from './flow.ts';
import { Routes, stretchesOf, type Route, type Stretch } from './routes.ts';
import { inPassing, type Steps } from './steps.ts';
import { Stops } from './stops.ts';
import type { CallSite } from './chain-graph.ts';
import type { TableAnalysis } from './table.ts';

/** A packet on its way, and the rule that surely stops it. */
interface Stop {
  readonly probe: Probe;
  readonly site: CallSite;
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
  readonly reasons: Stops;
  readonly first: Stop;
}

/** Looks for packets that get to a rule, as far as one view of the rules tells. */
export class Search {
  readonly view: View;
  readonly routes: Routes;
  private readonly analysis: TableAnalysis;
  private readonly likely: LikelyPackets;

  constructor(analysis: TableAnalysis, view: View) {
    this.analysis = analysis;
    this.view = view;
    this.routes = new Routes(analysis, view);
    this.likely = new LikelyPackets(analysis.space);
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
    const reasons = new Stops(this.analysis, this.view);
    const probe = new Probe(space, bits);
    const site = this.firstStop(stretches, probe, reasons);
    if (site === undefined) return { bits };
    return yield* inPassing(space, this.behind({ route, wanted, stretches, reasons, first: { probe, site } }));
  }

  /** Goes on where the first packet was stopped. */
  private *behind({ route, wanted, stretches, reasons, first }: Attempt): Steps<Outcome> {
    const { space } = this.analysis;
    const all = space.intersection(wanted, route.may);
    const stops = [first];
    let left = all;
    for (let stop = first; ;) {
      left = space.difference(left, this.kept(stop, reasons, left));
      yield undefined;
      const bits = this.likely.bits(stops.length);
      if (!space.meet(left, EVERY, bits)) return { stopped: yield* this.sifted(stops, reasons, all) };
      const probe = new Probe(space, bits);
      const site = this.firstStop(stretches, probe, reasons);
      if (site === undefined) return { bits };
      stops.push(stop = { probe, site });
    }
  }

  /** The packets of `within` that are stopped as the one is. */
  private kept({ probe, site: { chain, index } }: Stop, reasons: Stops, within: PacketSet): PacketSet {
    return reasons.alike(this.analysis.chain(chain), index, probe, within);
  }

  /** The stops, apart from those whose packets others keep as well. */
  private *sifted(stops: readonly Stop[], reasons: Stops, wanted: PacketSet): Steps<Stopped> {
    if (stops.length === 1) return { needed: [stops[0]!.site], spare: [] };
    const { space } = this.analysis;
    const kept: PacketSet[] = [];
    for (const stop of stops) {
      kept.push(this.kept(stop, reasons, wanted));
      yield undefined;
    }
    // What the stops after each one leave over.
    const after: PacketSet[] = [wanted];
    for (const each of [...kept].reverse()) {
      after.push(space.difference(after.at(-1)!, each));
      yield undefined;
    }
    after.reverse();
    const needed: CallSite[] = [];
    const spare: CallSite[] = [];
    let keptSoFar: PacketSet = NONE;
    for (const [index, { site }] of stops.entries()) {
      const isNeeded = space.intersects(after[index + 1]!, space.complement(keptSoFar));
      (isNeeded ? needed : spare).push(site);
      if (isNeeded) keptSoFar = space.union(keptSoFar, kept[index]!);
      yield undefined;
    }
    return { needed, spare };
  }

  private firstStop(stretches: readonly Stretch[], probe: Probe, reasons: Stops): CallSite | undefined {
    for (const { chain, to } of stretches) {
      const index = reasons.first(this.analysis.chain(chain), to, probe);
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
