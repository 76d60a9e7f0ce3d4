import { BUILT_IN_CHAINS, type Hook } from '../netfilter.ts';
import type { Rule, Table } from '../ruleset/model.ts';
import type { PacketSet } from '../sets/diagram.ts';
import { UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import { wellFormed } from '../sets/well-formed.ts';
import { calleesOf, type AnalysedChain, type TableStep } from './chain.ts';
import { Preparation, type Prepared, type TableSetting } from './preparation.ts';

/** A rule that leads into a chain: the chain that it stands in, and its place there, from 0. */
export interface CallSite {
  readonly chain: string;
  readonly index: number;
}

/** What packets from one hook may come to. */
export interface Behind {
  readonly chains: readonly AnalysedChain[];
  /** Those rules of the chains that rewrite packets, by their targets or matches. */
  readonly rewriting: readonly TableStep[];
}

/** The rules of one table as sets, and how its chains lead to each other. */
export class TableAnalysis {
  readonly table: Table;
  readonly space: PacketSpace;
  readonly prepared: Prepared;
  private readonly arrivals: ReadonlyMap<Hook, PacketSet>;
  private readonly reached = new Map<Hook, Behind>();
  private readonly leading = new Map<AnalysedChain, readonly AnalysedChain[]>();
  private keepers: ReadonlySet<string> | undefined;
  private callers: ReadonlyMap<string, readonly CallSite[]> | undefined;

  private constructor(table: Table, { space, tracks }: TableSetting, prepared: Prepared) {
    this.table = table;
    this.space = space;
    this.prepared = prepared;
    this.arrivals = new Map(BUILT_IN_CHAINS[table.name].map((hook) => [hook, wellFormed(space, table.name, hook, tracks)]));
  }

  /** Works a table out in small steps. */
  static *of(table: Table, setting: TableSetting): Generator<undefined, TableAnalysis> {
    return new TableAnalysis(table, setting, yield* new Preparation(table, setting).run());
  }

  /** Everything that rules of the table may do to what its matches look at. */
  get anything(): Rewriting {
    return this.prepared.anything;
  }

  chain(name: string): AnalysedChain {
    return this.prepared.chains.get(name)!;
  }

  /** The chains in an order in which each comes before every chain that it leads to. */
  callersFirst(): readonly AnalysedChain[] {
    return calleesFirst(this.prepared.chains).reverse();
  }

  /** The chains that may keep packets, in rules of their own or in chains behind them; from all others every packet comes back. */
  get keeping(): ReadonlySet<string> {
    return (this.keepers ??= keepersAmong(calleesFirst(this.prepared.chains)));
  }

  /** Where rules lead into the chain. */
  callSites(name: string): readonly CallSite[] {
    this.callers ??= callSitesOf(this.prepared.chains.values());
    return this.callers.get(name) ?? [];
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

  /** The chains that packets may come into from a hook, with what rewrites packets in them. */
  behind(hook: Hook): Behind {
    let found = this.reached.get(hook);
    if (found === undefined) {
      const names = new Set<string>([hook]);
      for (const name of names) for (const callee of this.chain(name).callees) names.add(callee);
      const chains = [...names].map((name) => this.chain(name));
      this.reached.set(hook, found = { chains, rewriting: chains.flatMap(({ steps }) => steps.filter(({ rewriting, aside }) => rewriting !== UNCHANGED || aside !== undefined)) });
    }
    return found;
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

function callSitesOf(chains: Iterable<AnalysedChain>): ReadonlyMap<string, readonly CallSite[]> {
  const sites = new Map<string, CallSite[]>();
  for (const { name, steps } of chains) {
    for (const [index, { consequence }] of steps.entries()) {
      if (consequence.kind !== 'chain') continue;
      const known = sites.get(consequence.chain);
      if (known === undefined) sites.set(consequence.chain, [{ chain: name, index }]);
      else known.push({ chain: name, index });
    }
  }
  return sites;
}

function keepersAmong(chains: readonly AnalysedChain[]): ReadonlySet<string> {
  const keeping = new Set<string>();
  for (const { name, hasEnds, callees } of chains) if (hasEnds || [...callees].some((callee) => keeping.has(callee))) keeping.add(name);
  return keeping;
}

function calleesFirst(chains: ReadonlyMap<string, AnalysedChain>): AnalysedChain[] {
  const order: AnalysedChain[] = [];
  const met = new Set<string>();
  for (const root of chains.values()) {
    const pending = met.has(root.name) ? [] : [{ chain: root, callees: root.callees.values() }];
    met.add(root.name);
    // Not by recursion, so that rows of chains do not pile up calls.
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      const { done, value } = top.callees.next();
      if (done === true) order.push(pending.pop()!.chain);
      else if (!met.has(value)) {
        const chain = chains.get(value)!;
        met.add(value);
        pending.push({ chain, callees: chain.callees.values() });
      }
    }
  }
  return order;
}
