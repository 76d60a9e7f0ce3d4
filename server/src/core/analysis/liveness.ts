import { EVERY, NONE, type PacketSet } from '../sets/diagram.ts';
import { Probe } from '../sets/probe.ts';
import { UNCHANGED } from '../sets/rewriting.ts';
import type { AnalysedChain, TableStep } from './chain.ts';
import type { Changes } from './changes.ts';
import { stretchesOf } from './routes.ts';
import { followExactly, Search, type Stopped } from './search.ts';
import { completed, type Steps } from './steps.ts';
import type { CallSite } from './chain-graph.ts';
import type { TableAnalysis } from './table.ts';
import { Walk } from './walk.ts';

/**
 * What is known of a rule. One that can match has a packet that does, by its bits as it comes to the hook, where single
 * packets were tried. One that cannot has what stops all packets, for each way to the rule, where that is why.
 */
type Finding =
  | { readonly alive: true; readonly bits?: Uint8Array }
  | { readonly alive: false; readonly stopped?: readonly Stopped[] | undefined };

/** What is known of the rules of each chain, by their places. */
export type Findings = ReadonlyMap<string, readonly (Finding | undefined)[]>;

/** What was known before an edit, and what that has changed. */
export interface Earlier<Known> {
  readonly known: Known;
  readonly changes: Changes;
}

/** So many ways are searched one by one; where there are more, all of them are followed together. */
const MOST_ROUTES = 64;

/** So many rules are decided in one step, and of so many what was known before is looked at. */
const AT_ONCE = 4;
const KEPT_AT_ONCE = 128;

/**
 * Decides which rules of a table can match. Where rules rewrite what others look at, searching along a way finds sure
 * ends only, and packets that might get through are followed exactly.
 */
export class Liveness {
  private readonly analysis: TableAnalysis;
  private readonly search: Search;
  /** The search as if nothing were rewritten, where that makes a difference. */
  private readonly hopeful: Search | undefined;
  private readonly before: Earlier<Findings> | undefined;
  private readonly probe: Probe;
  private readonly findings = new Map<string, (Finding | undefined)[]>();

  constructor(analysis: TableAnalysis, search: Search, before: Earlier<Findings> | undefined) {
    this.analysis = analysis;
    this.search = search;
    this.hopeful = analysis.anything === UNCHANGED ? undefined : new Search(analysis, 'match');
    this.before = before;
    this.probe = new Probe(analysis.space);
  }

  get known(): Findings {
    return this.findings;
  }

  /** Finds everything out ahead, in small steps. */
  *work(): Generator<undefined, void> {
    let done = 0;
    for (const chain of this.analysis.callersFirst) {
      const own = yield* this.findingsOf(chain);
      for (const index of chain.steps.keys()) {
        if (own[index] !== undefined) continue;
        own[index] = yield* this.find(chain, index);
        if (++done % AT_ONCE === 0) yield undefined;
      }
      yield undefined;
    }
  }

  /** Whether a packet can ever come to the rule and match it. */
  isAlive(place: CallSite): boolean {
    return (this.findings.get(place.chain)?.[place.index] ?? completed(this.deciding(place))).alive;
  }

  /** What stops all packets on each way to a rule that cannot match, in the order of the ways, where that is why. */
  stoppedAt(place: CallSite): readonly Stopped[] | undefined {
    const finding = completed(this.deciding(place));
    return finding.alive ? undefined : finding.stopped;
  }

  private *deciding({ chain: name, index }: CallSite): Steps<Finding> {
    const chain = this.analysis.chain(name);
    const own = yield* this.findingsOf(chain);
    return (own[index] ??= yield* this.find(chain, index));
  }

  private *findingsOf(chain: AnalysedChain): Steps<(Finding | undefined)[]> {
    let own = this.findings.get(chain.name);
    if (own === undefined) {
      const kept = this.before === undefined ? [] : yield* this.kept(chain, this.before);
      // Somebody may have asked meanwhile.
      own = this.findings.get(chain.name) ?? kept;
      this.findings.set(chain.name, own);
    }
    return own;
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
    const { reaching } = yield* followExactly(this.analysis, place, set);
    return reaching.some((each) => each !== NONE);
  }

  /** What an edit leaves of the findings about a chain. */
  private *kept({ name, steps }: AnalysedChain, { known, changes }: Earlier<Findings>): Steps<(Finding | undefined)[]> {
    const before = known.get(name) ?? [];
    if (changes.areNone) return [...before];
    const kept: (Finding | undefined)[] = [];
    for (const [index, step] of steps.entries()) {
      const place = changes.placeBefore({ chain: name, index });
      const finding = place && before[place.index];
      kept.push(finding && stands(finding, step, changes) ? moved(finding, name, changes) : undefined);
      if (index % KEPT_AT_ONCE === KEPT_AT_ONCE - 1) yield undefined;
    }
    return kept;
  }

  private *find(chain: AnalysedChain, index: number): Steps<Finding> {
    const { match, loose } = chain.steps[index]!;
    // A policy may always come to decide.
    if (index >= chain.policiesFrom) return { alive: true };
    if (match.may === NONE) return { alive: false };
    const walked = this.hopeful && (yield* this.walkedTo(this.hopeful, chain, index));
    if (walked !== undefined) return { alive: true, bits: walked };
    const stopped: Stopped[] = [];
    let searched = 0;
    for (const route of this.search.routes.to(chain.name)) {
      if (searched >= MOST_ROUTES) return { alive: yield* this.isHit(chain, index) };
      const outcome = yield* this.search.along(route, index, loose.may);
      if (outcome.bits !== undefined) return this.hopeful === undefined ? { alive: true, bits: outcome.bits } : { alive: yield* this.isHit(chain, index) };
      stopped.push(outcome.stopped);
      if (outcome.stopped.needed.length > 0) searched++;
    }
    return { alive: false, stopped };
  }

  /** A packet that would come to the rule if nothing were rewritten and does come there, whatever is rewritten. */
  private *walkedTo(hopeful: Search, chain: AnalysedChain, index: number): Steps<Uint8Array | undefined> {
    let searched = 0;
    for (const route of hopeful.routes.to(chain.name)) {
      const { bits } = yield* hopeful.along(route, index, chain.steps[index]!.match.may);
      if (bits !== undefined && new Walk(this.analysis, bits, this.probe).arrives(stretchesOf(route, index), bits)) return bits;
      if (++searched >= MOST_ROUTES) break;
    }
    return undefined;
  }

  private *isHit(chain: AnalysedChain, index: number): Steps<boolean> {
    const { hitting } = yield* followExactly(this.analysis, { chain: chain.name, index }, chain.steps[index]!.loose.may);
    return hitting.length > 0;
  }
}

/** Whether changes leave the finding about a rule as it is. */
function stands(finding: Finding, { loose }: TableStep, changes: Changes): boolean {
  return finding.alive && finding.bits !== undefined ? changes.leavePacket(finding.bits) : changes.leave(loose.may);
}

/** The finding with the places where rules stand now; where there are other ways to the chain, what stops packets is to be found anew. */
function moved(finding: Finding, chain: string, changes: Changes): Finding {
  if (finding.alive || finding.stopped === undefined) return finding;
  if (changes.reroute(chain)) return { alive: false };
  // What has stopped packets of the rule is no changed rule.
  const now = (places: readonly CallSite[]): readonly CallSite[] => places.map((place) => changes.placeNow(place)!);
  return { alive: false, stopped: finding.stopped.map(({ needed, spare }) => ({ needed: now(needed), spare: now(spare) })) };
}
