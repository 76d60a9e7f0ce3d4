import type { Path } from '../engine/packet.ts';
import type { Hook } from '../netfilter.ts';
import { NONE, type PacketSet } from '../sets/diagram.ts';
import { after, anyOf, inTurn, UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import { alike } from '../sets/witness.ts';
import type { AnalysedChain, TableStep, Verdict } from './chain.ts';
import { fatesOf, stagesOf, type Composition, type Fates, type Stage } from './fates.ts';
import { Search } from './search.ts';
import type { Steps } from './steps.ts';
import type { TableAnalysis } from './table.ts';

/** What a search among the packets of a class came to: a packet, the proof that there is none, or neither. */
export type Sought = { readonly packet: PacketSet; readonly fates: Fates } | 'none' | undefined;

/** So many ways to a rule are searched, and so many packets are tried that turn out to fare otherwise. */
const MOST_TRIED = 32;

/** So many rules are looked at in one step. */
const AT_ONCE = 256;

const STOPPING: readonly Verdict[] = ['drop', 'reject', 'queue'];

/** What a stage sees of a class: the packets as they may be when they come, and what may have been rewritten before. */
interface Arrival {
  readonly stage: Stage;
  readonly analysis: TableAnalysis;
  readonly packets: PacketSet;
  readonly rewritten: Rewriting;
}

/**
 * Looks for packets of a class that fare in a certain way, rule by rule instead of all of them together, so that it stays
 * quick where there are many rules. What it finds has been followed; `none` where no packet comes to such an end.
 */
export class Passing {
  private readonly composition: Composition;
  private readonly space: PacketSpace;
  private readonly searches = new Map<TableAnalysis, Search>();

  constructor(composition: Composition) {
    this.composition = composition;
    this.space = composition.space;
  }

  /** A packet that may be accepted. */
  *accepted(path: Path, packets: PacketSet): Steps<Sought> {
    const arrivals = yield* this.arrivals(path, packets);
    for (const each of arrivals) if (yield* this.mayTranslate(each)) return undefined;
    const filtering = (arrival: Arrival): boolean => arrival.stage.table === 'filter';
    for (const arrival of [...arrivals.filter(filtering), ...arrivals.filter((each) => !filtering(each))]) {
      // Who gets nowhere in one table gets nowhere at all.
      const found = yield* this.sought(path, packets, arrival, ['accept'], ({ accepted }) => accepted !== NONE);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A packet that is surely stopped. */
  *stopped(path: Path, packets: PacketSet): Steps<Sought> {
    let isSure = true;
    for (const arrival of yield* this.arrivals(path, packets)) {
      const found = yield* this.sought(path, packets, arrival, STOPPING, (fates) => fates.accepted === NONE && fates.translated === NONE);
      if (found !== undefined && found !== 'none') return found;
      isSure &&= found === 'none';
    }
    return isSure ? 'none' : undefined;
  }

  /** The tables that the class comes to, each with what may have become of it before. */
  private *arrivals(path: Path, packets: PacketSet): Steps<readonly Arrival[]> {
    const arrivals: Arrival[] = [];
    let rewritten = UNCHANGED;
    for (const stage of stagesOf(path, this.composition.backend)) {
      const analysis = this.composition.tables.get(stage.table);
      if (analysis?.table.chains.has(stage.hook) !== true || (stage.table === 'nat' && !this.composition.tracks)) continue;
      const here = this.space.intersection(after(this.space, rewritten, this.anywhere(packets, stage.hook)), analysis.arriving(stage.hook));
      arrivals.push({ stage, analysis, packets: here, rewritten });
      rewritten = inTurn(rewritten, anyOf(yield* this.rewritingsOf(analysis, stage.hook, here)));
    }
    return arrivals;
  }

  /** The packets wherever they are on their path. */
  private anywhere(packets: PacketSet, hook: Hook): PacketSet {
    return hook === 'FORWARD' ? packets : after(this.space, this.freed(hook), packets);
  }

  /** What a hook does not know as the class tells it. */
  private freed(hook: Hook): Rewriting {
    const fields = hook === 'OUTPUT' ? ['hook', 'in'] as const : hook === 'PREROUTING' || hook === 'INPUT' ? ['hook', 'out'] as const : ['hook'] as const;
    const bits = new Map<number, 'free'>();
    for (const field of fields) {
      const { level, bits: width } = this.space.fields[field];
      for (let bit = 0; bit < width; bit++) bits.set(level + bit, 'free');
    }
    return { key: hook, bits, questions: 0 };
  }

  /** What rules behind a hook may do to some of the packets, each rewriting once. */
  private *rewritingsOf(analysis: TableAnalysis, hook: Hook, packets: PacketSet): Steps<ReadonlySet<Rewriting>> {
    const found = new Set<Rewriting>();
    for (const [index, step] of (yield* analysis.behind(hook)).rewriting.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
      if (step.aside !== undefined) found.add(step.aside.rewriting);
      const rewriting = this.composition.rewritingOf(step);
      if (rewriting !== UNCHANGED && !found.has(rewriting) && this.space.intersects(step.loose.may, packets)) found.add(rewriting);
    }
    return found;
  }

  /** Whether a rule may give some of the packets another destination; where they go then is not followed. */
  private *mayTranslate({ stage, analysis, packets }: Arrival): Steps<boolean> {
    const { level, bits } = this.space.fields.destination;
    const isDestination = (at: number): boolean => at >= level && at < level + bits;
    return [...yield* this.rewritingsOf(analysis, stage.hook, packets)].some((each) => [...each.bits.keys()].some(isDestination));
  }

  private *sought(path: Path, packets: PacketSet, arrival: Arrival, verdicts: readonly Verdict[], isWanted: (fates: Fates) => boolean): Steps<Sought> {
    let tried = 0;
    for (const ending of this.endings(arrival, verdicts)) {
      if (ending === undefined) {
        yield undefined;
        continue;
      }
      if (ending === 'many' || tried === MOST_TRIED) return undefined;
      tried++;
      const packet = this.space.intersection(packets, this.like(ending, arrival));
      const fates = yield* fatesOf(this.composition, path, packet);
      if (fates.all !== NONE && isWanted(fates)) return { packet, fates };
    }
    return tried === 0 ? 'none' : undefined;
  }

  /** The packets that agree with one in all that is still as it was on arrival. */
  private like(bits: Uint8Array, { stage: { hook }, rewritten }: Arrival): PacketSet {
    const open = [this.freed(hook).bits, rewritten.bits];
    return alike(this.space, bits, (level) => open.some((each) => each.has(level)));
  }

  /** Packets that may come to an end with one of the verdicts in a table, one for each end; `many` where there are too many ways to tell. */
  private *endings(arrival: Arrival, verdicts: readonly Verdict[]): Generator<Uint8Array | 'many' | undefined> {
    const { stage: { hook }, analysis, packets } = arrival;
    const { policy } = analysis.table.chains.get(hook)!;
    const { steps: own, policiesFrom } = analysis.chain(hook);
    // Where nobody knows what the policy is, it may be either.
    const byPolicy = policiesFrom < own.length || verdicts.includes(policy === 'DROP' ? 'drop' : 'accept');
    const ends = ({ consequence }: TableStep, chain: AnalysedChain): boolean => {
      const leaves = byPolicy && chain.name === hook;
      if (consequence.kind === 'chain') return leaves && consequence.goto;
      return consequence.outcomes.some((outcome) => outcome === 'return' ? leaves : outcome !== 'continue' && verdicts.includes(outcome));
    };
    if (byPolicy) yield* this.arrivalsAt(arrival, analysis.chain(hook), policiesFrom, packets);
    for (const chain of (yield* analysis.behind(hook)).chains) {
      for (const [index, step] of chain.steps.entries()) {
        if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
        if (index >= chain.policiesFrom) break;
        const isKilling = verdicts.includes('drop') && this.space.intersects(step.killed, packets);
        if (!isKilling && !(ends(step, chain) && this.space.intersects(step.loose.may, packets))) continue;
        yield* this.arrivalsAt(arrival, chain, index, isKilling ? packets : this.space.intersection(packets, step.loose.may));
      }
      yield undefined;
    }
  }

  private *arrivalsAt({ stage: { hook }, analysis }: Arrival, chain: AnalysedChain, index: number, wanted: PacketSet): Generator<Uint8Array | 'many' | undefined> {
    const search = this.searchIn(analysis);
    let searched = 0;
    for (const route of search.routes.to(chain.name)) {
      if (rootOf(route) !== hook) continue;
      if (++searched > MOST_TRIED) yield 'many';
      const { bits } = yield* search.along(route, index, wanted);
      if (bits === undefined) continue;
      yield bits;
      return;
    }
  }

  private searchIn(analysis: TableAnalysis): Search {
    let search = this.searches.get(analysis);
    if (search === undefined) this.searches.set(analysis, search = new Search(analysis, 'loose'));
    return search;
  }
}

interface Way {
  readonly chain: string;
  readonly from: { readonly route: Way } | undefined;
}

function rootOf(route: Way): string {
  let root = route;
  while (root.from !== undefined) root = root.from.route;
  return root.chain;
}
