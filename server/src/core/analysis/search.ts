import { EVERY, NONE, type PacketSet } from '../sets/diagram.ts';
import { LikelyPackets } from '../sets/likely.ts';
import { Probe } from '../sets/probe.ts';
import type { AnalysedChain, View } from './chain.ts';
import { Course } from './course.ts';
import { unchanged } from './flow.ts';
import { Routes, stretchesOf, type Route, type Stretch } from './routes.ts';
import { inPassing, type Steps } from './steps.ts';
import { Stops } from './stops.ts';
import type { CallSite, TableAnalysis } from './table.ts';

/** A rule that keeps packets away from another one, with those that it keeps. */
export interface Stop extends CallSite {
  readonly kept: PacketSet;
}

/**
 * What a search along one way comes to: a packet that nothing surely stops, or the rules that between them stop every
 * one; none where the way leads no wanted packet at all.
 */
export type Outcome = { readonly bits: Uint8Array } | { readonly bits: undefined; readonly stops: readonly Stop[] };

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

  /** A wanted packet that nothing on the way surely stops; undefined where there is none. Chains that were looked at are noted in `consulted`. */
  *packetAlong(route: Route, index: number, wanted: PacketSet, consulted?: Set<AnalysedChain>): Steps<{ readonly bits: Uint8Array | undefined; readonly isStopped: boolean }> {
    const outcome = yield* inPassing(this.analysis.space, this.along(route, index, wanted, consulted));
    return { bits: outcome.bits, isStopped: outcome.bits === undefined && outcome.stops.length > 0 };
  }

  /**
   * Sends a wanted packet along the way. What stops it is taken away from the wanted packets, with all that it stops for
   * the same reason, until a packet gets through or none is left. Chains that were looked at are noted in `consulted`.
   */
  *along(route: Route, index: number, wanted: PacketSet, consulted?: Set<AnalysedChain>): Steps<Outcome> {
    const { space } = this.analysis;
    const reasons = new Stops(this.analysis, this.view, consulted);
    const stretches = stretchesOf(route, index);
    const stops: Stop[] = [];
    let left: PacketSet | undefined;
    for (let tried = 0; ; tried++) {
      const bits = this.likely.bits(tried);
      if (!space.meet(left ?? wanted, left === undefined ? route.may : EVERY, bits)) return { bits: undefined, stops };
      const probe = new Probe(space, bits);
      const stop = this.firstStop(stretches, probe, reasons);
      if (stop === undefined) return { bits };
      left ??= space.intersection(wanted, route.may);
      const kept = reasons.alike(this.analysis.chain(stop.chain), stop.index, probe, left);
      stops.push({ ...stop, kept });
      left = space.difference(left, kept);
      yield undefined;
    }
  }

  private firstStop(stretches: readonly Stretch[], probe: Probe, reasons: Stops): CallSite | undefined {
    for (const { chain, to } of stretches) {
      const index = reasons.first(this.analysis.chain(chain), to, probe);
      if (index !== -1) return { chain, index };
    }
    return undefined;
  }
}

/** Follows all packets of `wanted` at once from every hook, exactly, with an eye on a rule. */
export function* follow(analysis: TableAnalysis, place: CallSite, wanted: PacketSet): Steps<Course> {
  const { space } = analysis;
  const course = new Course({ space, chain: (name) => analysis.chain(name), rewritingOf: ({ inside }) => inside }, place);
  for (const name of analysis.table.chains.keys()) {
    const hook = analysis.hookOf(name);
    const set = hook === undefined ? NONE : space.intersection(analysis.arriving(hook), wanted);
    if (set !== NONE) yield* course.through(name, unchanged(set));
  }
  return course;
}
