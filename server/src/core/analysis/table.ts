import { BUILT_IN_CHAINS, type Hook } from '../netfilter.ts';
import type { Rule, Table } from '../ruleset/model.ts';
import type { PacketSet } from '../sets/diagram.ts';
import { UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { Probe } from '../sets/probe.ts';
import type { PacketSpace } from '../sets/space.ts';
import { wellFormed } from '../sets/well-formed.ts';
import { calleesOf, type AnalysedChain, type TableStep } from './chain.ts';
import { ChainGraph, type CallSite } from './chain-graph.ts';
import { Preparation, type Prepared, type TableSetting } from './preparation.ts';
import type { Matching } from './step-index.ts';
import { completed, type Steps } from './steps.ts';
import { StopIndex, type Surroundings } from './stop-index.ts';

/** With more rules than this what finds those of a chain is made ready beforehand. */
const MANY = 64;

/** So many chains are looked at in one step. */
const AT_ONCE = 64;

/** What packets from one hook may come to. */
export interface Behind {
  readonly chains: readonly AnalysedChain[];
  /** Those rules of the chains that rewrite packets, by their targets or matches. */
  readonly rewriting: readonly TableStep[];
}

/** The rules of one table as sets, and how its chains lead to each other. */
export class TableAnalysis implements Surroundings {
  readonly table: Table;
  readonly space: PacketSpace;
  readonly prepared: Prepared;
  private readonly graph: ChainGraph;
  private readonly arrivals: ReadonlyMap<Hook, PacketSet>;
  private readonly reached = new Map<Hook, Behind>();
  private readonly leading = new Map<AnalysedChain, readonly AnalysedChain[]>();
  private readonly stopping = new Map<AnalysedChain, StopIndex>();

  private constructor(table: Table, { space, tracks }: TableSetting, prepared: Prepared, graph: ChainGraph) {
    this.table = table;
    this.space = space;
    this.prepared = prepared;
    this.graph = graph;
    this.arrivals = new Map(BUILT_IN_CHAINS[table.name].map((hook) => [hook, wellFormed(space, table.name, hook, tracks)]));
  }

  /** Works a table out in small steps. */
  static *of(table: Table, setting: TableSetting): Steps<TableAnalysis> {
    const prepared = yield* new Preparation(table, setting).run();
    const analysis = new TableAnalysis(table, setting, prepared, yield* ChainGraph.of(prepared.chains));
    yield* analysis.indexing();
    return analysis;
  }

  /** Makes ready what takes long for the first who asks. */
  private *indexing(): Steps<void> {
    for (const [at, chain] of this.callersFirst.entries()) {
      if (chain.steps.length > MANY) this.stopping.set(chain, yield* this.stopIndex(chain));
      if (at % AT_ONCE === AT_ONCE - 1) yield undefined;
    }
  }

  private *stopIndex(chain: AnalysedChain): Steps<StopIndex> {
    return chain.stops?.fits(this) === true ? chain.stops : (chain.stops = yield* StopIndex.of(this.space, chain, this));
  }

  /** The places before `to` of the rules of the chain at which the packet may end, or leave the chain, in order. */
  stopsIn(chain: AnalysedChain, probe: Probe, to?: number): Matching {
    // Fragments are too rare to be made ready for.
    if (probe.isFragment) return chain.acting(probe, 0, to);
    let index = this.stopping.get(chain);
    if (index === undefined) this.stopping.set(chain, index = completed(this.stopIndex(chain)));
    return index.matching(probe, to);
  }

  /** Everything that rules of the table may do to what its matches look at. */
  get anything(): Rewriting {
    return this.prepared.anything;
  }

  chain(name: string): AnalysedChain {
    return this.prepared.chains.get(name)!;
  }

  /** The chains in an order in which each comes before every chain that it leads to. */
  get callersFirst(): readonly AnalysedChain[] {
    return this.graph.callersFirst;
  }

  /** Whether packets may end in the chain or behind it; from others every packet comes back. */
  keeps(name: string): boolean {
    return this.graph.keeping.has(name);
  }

  isCalledOnce(name: string): boolean {
    return this.callSites(name).length === 1;
  }

  /** Where rules lead into the chain. */
  callSites(name: string): readonly CallSite[] {
    return this.graph.callSites(name);
  }

  /** The chain and all chains that lead to it, directly or through others. */
  leadingTo(chain: AnalysedChain): readonly AnalysedChain[] {
    let found = this.leading.get(chain);
    if (found !== undefined) return found;
    const names = new Set([chain.name]);
    for (const name of names) for (const site of this.callSites(name)) names.add(site.chain);
    this.leading.set(chain, found = [...names].map((name) => this.chain(name)));
    return found;
  }

  /** Tells of a place whether packets may meet its rule before they come to another one. */
  before({ chain, index }: CallSite): (site: CallSite) => boolean {
    // In each chain that leads there the rules up to a place count, and all of the chains that those lead to.
    const ends = new Map([[chain, index]]);
    for (const name of ends.keys()) for (const site of this.callSites(name)) ends.set(site.chain, Math.max(ends.get(site.chain) ?? 0, site.index));
    const whole = new Set([...ends].flatMap(([name, end]) => [...calleesOf(this.chain(name).steps.slice(0, end))]));
    for (const name of whole) for (const callee of this.chain(name).callees) whole.add(callee);
    return (site) => whole.has(site.chain) || site.index < (ends.get(site.chain) ?? 0);
  }

  /** The chains that packets may come into from a hook, with what rewrites packets in them, in small steps. */
  *behind(hook: Hook): Steps<Behind> {
    let found = this.reached.get(hook);
    if (found === undefined) this.reached.set(hook, found = yield* this.behindHook(hook));
    return found;
  }

  private *behindHook(hook: Hook): Steps<Behind> {
    const names = new Set<string>([hook]);
    const chains: AnalysedChain[] = [];
    const rewriting: TableStep[] = [];
    for (const name of names) {
      const chain = this.chain(name);
      for (const callee of chain.callees) names.add(callee);
      chains.push(chain);
      if (chain.rewrites) for (const step of chain.steps) if (step.rewriting !== UNCHANGED || step.aside !== undefined) rewriting.push(step);
      if (chains.length % AT_ONCE === 0) yield undefined;
    }
    return { chains, rewriting };
  }

  /** The hook at which the kernel comes to the chain. */
  hookOf(name: string): Hook | undefined {
    return (BUILT_IN_CHAINS[this.table.name] as readonly string[]).includes(name) ? (name as Hook) : undefined;
  }

  /** Packets that the kernel can show to a built-in chain. */
  arriving(hook: Hook): PacketSet {
    return this.arrivals.get(hook)!;
  }

  /** The rule at a place. */
  ruleAt({ chain, index }: CallSite): Rule {
    return this.table.chains.get(chain)!.rules[index]!;
  }
}
