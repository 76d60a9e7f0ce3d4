import { BUILT_IN_CHAINS, type Hook } from '../netfilter.ts';
import type { BoundRule, Chain, Rule, Table } from '../ruleset/model.ts';
import { loopingJumps } from '../engine/compile/loops.ts';
import { Placements } from '../ruleset/placement.ts';
import type { Bounds } from '../sets/bounds.ts';
import { EVERY, NONE, type PacketSet } from '../sets/diagram.ts';
import { inTurn, possiblyBefore, rewritingOf, UNCHANGED } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import { wellFormed } from '../sets/well-formed.ts';
import { summarise, type ChainSummary, type PreparedRule, type Step } from './chain.ts';
import { merge, NOTHING_FLOWS, type Flow } from './flow.ts';
import { droppedByMatch, matchOf } from './match.ts';
import { consequenceOf } from './target.ts';
import { watchedLevels } from './watched.ts';

/** What a table is analysed with. */
export interface TableSetting {
  readonly space: PacketSpace;
  /** Whether anything makes the kernel track connections. */
  readonly tracks: boolean;
  /** The same table before an edit, in the same space; what has not changed is taken over. */
  readonly previous: TableAnalysis | undefined;
  /** Variables that rules of other tables look at later, so that rewriting them counts; default: none. */
  readonly watched?: ReadonlySet<number>;
}

/** A rule's match as it was worked out, with what it was worked out from. */
interface KnownMatch {
  readonly source: Rule['source'];
  readonly destination: Rule['destination'];
  readonly match: Bounds;
}

/** What an analysis leaves to the one after an edit. */
interface Known {
  readonly matches: ReadonlyMap<BoundRule, readonly KnownMatch[]>;
  readonly summaries: ReadonlyMap<string, ChainSummary>;
  readonly watched: ReadonlySet<number> | undefined;
}

/** Where the rules of one table lead which packets. Everything is worked out when it is first asked for, or ahead by `work`. */
export class TableAnalysis {
  readonly table: Table;
  readonly space: PacketSpace;
  private readonly tracks: boolean;
  /** What was known before an edit. */
  private readonly before: Known | undefined;
  private readonly looping: ReadonlySet<Rule>;
  private readonly matches = new Map<BoundRule, readonly KnownMatch[]>();
  private readonly summaries = new Map<string, ChainSummary>();
  private readonly entries = new Map<string, Flow>();
  private watched: ReadonlySet<number> | undefined;
  private order: readonly Chain[] | undefined;
  private callers: ReadonlyMap<string, readonly CallSite[]> | undefined;

  constructor(table: Table, { space, tracks, previous, watched }: TableSetting) {
    this.table = table;
    this.space = space;
    this.tracks = tracks;
    // Not the analysis itself, which would keep every one before it alive.
    this.before = previous?.known();
    this.looping = loopingJumps(table);
    this.watched = watched;
  }

  /** Works everything out that the other functions need, in small steps. */
  *work(): Generator<undefined, void> {
    for (const chain of this.calleesFirst()) if (!this.summaries.has(chain.name)) yield* this.summariseChain(chain);
    for (const chain of [...this.calleesFirst()].reverse()) {
      this.entry(chain.name);
      yield undefined;
    }
  }

  /** What the chain does with whatever enters it. */
  summary(name: string): ChainSummary {
    let summary = this.summaries.get(name);
    if (summary !== undefined) return summary;
    // Callees first, so that rows of chains do not pile up calls.
    for (const chain of this.calleesFirst()) {
      if (!this.summaries.has(chain.name)) exhaust(this.summariseChain(chain));
      if (chain.name === name) break;
    }
    summary = this.summaries.get(name);
    return summary!;
  }

  /** Packets that come into the chain, told by what they were when they came to the hook. */
  entry(name: string): Flow {
    let flow = this.entries.get(name);
    if (flow === undefined) this.entries.set(name, flow = this.findEntry(name));
    return flow;
  }

  /** Where rules lead into the chain. */
  callSites(name: string): readonly CallSite[] {
    this.callers ??= callSitesOf(this.table, this.looping);
    return this.callers.get(name) ?? [];
  }

  /** Packets that the kernel can show to a built-in chain. */
  arriving(hook: Hook): PacketSet {
    return wellFormed(this.space, this.table.name, hook, this.tracks);
  }

  /** Whether a packet of the set, told by what it is when it enters the chain, may enter it. */
  mayEnter(chain: string, set: PacketSet): boolean {
    return this.entry(chain).some(({ rewriting, set: entering }) => this.space.intersects(entering, possiblyBefore(this.space, rewriting, set)));
  }

  private findEntry(name: string): Flow {
    let flow: Flow = NOTHING_FLOWS;
    if ((BUILT_IN_CHAINS[this.table.name] as readonly string[]).includes(name)) flow = [{ rewriting: UNCHANGED, set: this.arriving(name as Hook) }];
    for (const { chain, index } of this.callSites(name)) flow = merge(this.space, flow, this.passingStep(chain, this.summary(chain).steps[index]!));
    return flow;
  }

  /** Packets that come to a step of the chain and may match it, told by what they were when they came to the hook. */
  passingStep(chain: string, { reached, match }: Step): Flow {
    const { space } = this;
    let flow: Flow = NOTHING_FLOWS;
    for (const strand of reached) {
      const set = space.intersection(strand.set, possiblyBefore(space, strand.rewriting, match.may));
      if (set === NONE) continue;
      for (const entered of this.entry(chain)) {
        const both = space.intersection(entered.set, possiblyBefore(space, entered.rewriting, set));
        if (both !== NONE) flow = merge(space, flow, [{ rewriting: inTurn(entered.rewriting, strand.rewriting), set: both }]);
      }
    }
    return flow;
  }

  private *summariseChain(chain: Chain): Generator<undefined, void> {
    const known = this.isComparable() ? this.before!.summaries.get(chain.name) : undefined;
    this.summaries.set(chain.name, yield* summarise(this.space, (rule, before) => this.prepare(rule, before), chain.rules, known, EVERY));
  }

  /** Whether summaries from before mean the same: rewritings leave out what no rule looked at. */
  private isComparable(): boolean {
    const watched = this.watchedLevels();
    const before = this.before?.watched;
    return before !== undefined && (before === watched || (watched.size === before.size && [...watched].every((level) => before.has(level))));
  }

  private known(): Known {
    const { matches, summaries, watched } = this;
    return { matches, summaries, watched };
  }

  private prepare(rule: Rule, known: Step | undefined): PreparedRule {
    const { target } = rule.bound;
    const callee = target?.kind === 'chain' && !this.looping.has(rule) ? this.summaries.get(target.chain) : undefined;
    if (known?.rule.bound === rule.bound && known.rule.source === rule.source && known.rule.destination === rule.destination && known.callee === callee
      && (callee !== undefined || target?.kind !== 'chain')) return known;
    const consequence = consequenceOf(this.table, rule, this.looping);
    const watched = consequence.kind === 'result' && consequence.rewrites.length > 0 ? this.watchedLevels() : undefined;
    const rewriting = watched === undefined || consequence.kind === 'chain' ? UNCHANGED : rewritingOf(this.space, consequence.rewrites, (level) => watched.has(level));
    return { rule, match: this.matchOf(rule), killed: this.tracks ? NONE : droppedByMatch(this.space, rule).may, consequence, rewriting, callee };
  }

  private matchOf(rule: Rule): Bounds {
    const { bound, source, destination } = rule;
    const known = this.matches.get(bound) ?? this.before?.matches.get(bound) ?? [];
    const same = known.find((each) => each.source === source && each.destination === destination);
    if (same !== undefined) {
      this.matches.set(bound, known);
      return same.match;
    }
    const match = matchOf(this.space, rule, this.table.name);
    this.matches.set(bound, [...known, { source, destination, match }]);
    return match;
  }

  /** Variables that rules of this table look at, as far as targets of this table may rewrite any. */
  private watchedLevels(): ReadonlySet<number> {
    this.watched ??= watchedLevels(this.space, this.table, (rule) => this.mayRewrite(rule), (rule) => this.matchOf(rule));
    return this.watched;
  }

  /** Variables that any rule of the table looks at. */
  lookedAt(): ReadonlySet<number> {
    return watchedLevels(this.space, this.table, () => true, (rule) => this.matchOf(rule));
  }

  /** Whether any rule rewrites packets that go on. */
  rewrites(): boolean {
    return [...this.table.chains.values()].some(({ rules }) => rules.some((rule) => this.mayRewrite(rule)));
  }

  private mayRewrite(rule: Rule): boolean {
    const consequence = consequenceOf(this.table, rule, this.looping);
    return consequence.kind === 'result' && consequence.rewrites.length > 0;
  }

  private calleesFirst(): readonly Chain[] {
    this.order ??= calleesFirst(this.table);
    return this.order;
  }
}

/** A rule that leads into a chain: the chain that it stands in, and its place there, from 0. */
export interface CallSite {
  readonly chain: string;
  readonly index: number;
}

function callSitesOf(table: Table, looping: ReadonlySet<Rule>): ReadonlyMap<string, readonly CallSite[]> {
  const sites = new Map<string, CallSite[]>();
  for (const { name, rules } of table.chains.values()) {
    for (const [index, rule] of rules.entries()) {
      const { target } = rule.bound;
      if (target?.kind !== 'chain' || looping.has(rule) || rule.bound.broken || rule.bound.unresolved !== undefined) continue;
      const known = sites.get(target.chain);
      if (known === undefined) sites.set(target.chain, [{ chain: name, index }]);
      else known.push({ chain: name, index });
    }
  }
  return sites;
}

/** The chains in an order in which each comes after every chain that it leads to. */
function calleesFirst(table: Table): readonly Chain[] {
  const placements = Placements.of(table);
  const order = new Set<Chain>();
  const met = new Set<Chain>();
  for (const root of table.chains.values()) {
    if (met.has(root)) continue;
    const pending = [{ chain: root, next: placements.jumpsOf(root.name).values() }];
    met.add(root);
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      const { done, value } = top.next.next();
      const callee = done === true ? undefined : table.chains.get(value);
      if (done === true) order.add(pending.pop()!.chain);
      else if (callee !== undefined && !met.has(callee)) {
        met.add(callee);
        pending.push({ chain: callee, next: placements.jumpsOf(callee.name).values() });
      }
    }
  }
  return [...order];
}

function exhaust(work: Generator<undefined, void>): void {
  while (work.next().done !== true);
}
