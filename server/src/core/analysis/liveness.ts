import { EVERY, NONE, type PacketSet } from '../sets/diagram.ts';
import { UNCHANGED } from '../sets/rewriting.ts';
import type { AnalysedChain } from './chain.ts';
import { stretchesOf } from './routes.ts';
import { follow, Search, type Stopped } from './search.ts';
import { completed, type Steps } from './steps.ts';
import type { CallSite, TableAnalysis } from './table.ts';
import { Walk } from './walk.ts';

/** What is known of a rule, and the chains that it was found out from. */
interface Finding {
  readonly alive: boolean;
  /** What stops all packets, for each way to the rule, where that says why it is dead. */
  readonly stopped?: readonly Stopped[] | undefined;
  readonly consulted: readonly AnalysedChain[];
}

const ALIVE = { alive: true };

/** What is known of the rules of each chain, and which chains were known to keep packets. */
export interface Findings {
  readonly chains: ReadonlyMap<AnalysedChain, readonly (Finding | undefined)[]>;
  readonly keeping: ReadonlySet<string>;
}

/** So many ways are searched one by one; where there are more, all of them are followed together. */
const MOST_ROUTES = 64;

/** So many rules are decided in one step. */
const AT_ONCE = 4;

/**
 * Decides which rules of a table can match. Where rules rewrite what others look at, searching along a way finds sure
 * ends only, and packets that might get through are followed exactly.
 */
export class Liveness {
  private readonly analysis: TableAnalysis;
  private readonly search: Search;
  /** The search as if nothing were rewritten, where that makes a difference. */
  private readonly hopeful: Search | undefined;
  private readonly before: Findings | undefined;
  /** Chains to which packets may come by others that have begun to keep some; what was found before does not hold in them. */
  private readonly disturbed: ReadonlySet<AnalysedChain>;
  private readonly findings = new Map<AnalysedChain, (Finding | undefined)[]>();
  private lastConsulted: readonly AnalysedChain[] = [];

  /** `before` is what was known before an edit. */
  constructor(analysis: TableAnalysis, search: Search, before: Findings | undefined) {
    this.analysis = analysis;
    this.search = search;
    this.hopeful = analysis.anything === UNCHANGED ? undefined : new Search(analysis, 'match');
    this.before = before;
    this.disturbed = before === undefined ? new Set() : disturbedSince(before.keeping, analysis);
  }

  get known(): Findings {
    return { chains: this.findings, keeping: this.analysis.keeping };
  }

  /** Finds everything out ahead, in small steps. */
  *work(): Generator<undefined, void> {
    let done = 0;
    for (const { name, steps } of this.analysis.callersFirst()) {
      for (const index of steps.keys()) {
        yield* this.deciding({ chain: name, index });
        if (++done % AT_ONCE === 0) yield undefined;
      }
    }
  }

  /** Whether a packet can ever come to the rule and match it. */
  isAlive(place: CallSite): boolean {
    return completed(this.deciding(place)).alive;
  }

  /** What stops all packets on each way to a rule that cannot match, in the order of the ways, where that is why. */
  stoppedAt(place: CallSite): readonly Stopped[] | undefined {
    return completed(this.deciding(place)).stopped;
  }

  private *deciding({ chain: name, index }: CallSite): Steps<Finding> {
    const chain = this.analysis.chain(name);
    let own = this.findings.get(chain);
    if (own === undefined) this.findings.set(chain, own = this.kept(chain));
    return (own[index] ??= yield* this.find(chain, index));
  }

  /** Whether a packet of the set, told by what it is when it comes to the hook, can ever come to the rule, whether it matches or not. */
  *isReached(place: CallSite, set: PacketSet): Steps<boolean> {
    const rewrites = this.hopeful !== undefined;
    // What is rewritten on the way stays in the set only if every packet is in it.
    if (rewrites && set !== EVERY) return yield* this.isFollowedTo(place, set);
    let searched = 0;
    for (const route of this.search.routes.to(place.chain)) {
      const { bits } = yield* this.search.along(route, place.index, set);
      if (bits !== undefined && !rewrites) return true;
      if (bits !== undefined || ++searched >= MOST_ROUTES) return yield* this.isFollowedTo(place, set);
    }
    return false;
  }

  private *isFollowedTo(place: CallSite, set: PacketSet): Steps<boolean> {
    const { reaching } = yield* follow(this.analysis, place, EVERY);
    return reaching.some((each) => this.analysis.space.intersects(each, set));
  }

  /** What an edit leaves of the findings about a chain: those that were found out from chains that it leaves alone. */
  private kept(chain: AnalysedChain): (Finding | undefined)[] {
    const before = this.disturbed.has(chain) ? [] : (this.before?.chains.get(chain) ?? []);
    const stand = new Map<readonly AnalysedChain[], boolean>();
    return before.map((finding) => {
      if (finding === undefined) return undefined;
      const { consulted } = finding;
      if (!stand.has(consulted)) stand.set(consulted, consulted.every((each) => this.analysis.has(each)));
      // A way that was open stays open, but there may be a new one to a rule that had none.
      return stand.get(consulted)! && (finding.alive || this.analysis.leadingTo(chain).every((each) => consulted.includes(each))) ? finding : undefined;
    });
  }

  private *find(chain: AnalysedChain, index: number): Steps<Finding> {
    const consulted = new Set<AnalysedChain>();
    const { alive, stopped } = yield* this.canMatch(chain, index, consulted);
    if (!alive) for (const each of this.analysis.leadingTo(chain)) consulted.add(each);
    return { alive, stopped, consulted: this.shared(consulted) };
  }

  /** The last list again where it has the same chains, as it has for most neighbours. */
  private shared(consulted: ReadonlySet<AnalysedChain>): readonly AnalysedChain[] {
    if (consulted.size !== this.lastConsulted.length || !this.lastConsulted.every((each) => consulted.has(each))) this.lastConsulted = [...consulted];
    return this.lastConsulted;
  }

  private *canMatch(chain: AnalysedChain, index: number, consulted: Set<AnalysedChain>): Steps<Omit<Finding, 'consulted'>> {
    const { match, loose } = chain.steps[index]!;
    if (match.may === NONE) return { alive: false };
    if (this.hopeful !== undefined && (yield* this.isWalkedTo(this.hopeful, chain, index, consulted))) return ALIVE;
    const stopped: Stopped[] = [];
    let searched = 0;
    for (const route of this.search.routes.to(chain.name)) {
      if (searched >= MOST_ROUTES) return { alive: yield* this.isHit(chain, index, consulted) };
      const outcome = yield* this.search.along(route, index, loose.may, consulted);
      if (outcome.bits !== undefined) return this.hopeful === undefined ? ALIVE : { alive: yield* this.isHit(chain, index, consulted) };
      stopped.push(outcome.stopped);
      if (outcome.stopped.needed.length > 0) searched++;
    }
    return { alive: false, stopped };
  }

  /** Whether a packet that would come to the rule if nothing were rewritten does come there, whatever is rewritten. */
  private *isWalkedTo(hopeful: Search, chain: AnalysedChain, index: number, consulted: Set<AnalysedChain>): Steps<boolean> {
    let searched = 0;
    for (const route of hopeful.routes.to(chain.name)) {
      const { bits } = yield* hopeful.along(route, index, chain.steps[index]!.match.may, consulted);
      if (bits !== undefined && new Walk(this.analysis, bits, consulted).arrives(stretchesOf(route, index), bits)) return true;
      if (++searched >= MOST_ROUTES) break;
    }
    return false;
  }

  private *isHit(chain: AnalysedChain, index: number, consulted: Set<AnalysedChain>): Steps<boolean> {
    for (const each of this.analysis.callersFirst()) consulted.add(each);
    const { hitting } = yield* follow(this.analysis, { chain: chain.name, index }, chain.steps[index]!.loose.may);
    return hitting.length > 0;
  }
}

/** The chains behind every hook that leads to a chain which keeps packets and did not before. */
function disturbedSince(keeping: ReadonlySet<string>, analysis: TableAnalysis): ReadonlySet<AnalysedChain> {
  const disturbed = new Set<AnalysedChain>();
  for (const name of analysis.keeping) {
    if (keeping.has(name)) continue;
    for (const { name: leading } of analysis.leadingTo(analysis.chain(name))) {
      const hook = analysis.hookOf(leading);
      if (hook !== undefined) for (const each of analysis.behind(hook).chains) disturbed.add(each);
    }
  }
  return disturbed;
}
