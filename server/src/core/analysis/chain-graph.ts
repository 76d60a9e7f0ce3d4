import type { AnalysedChain } from './chain.ts';
import type { Steps } from './steps.ts';

/** A rule that leads into a chain: the chain that it stands in, and its place there, from 0. */
export interface CallSite {
  readonly chain: string;
  readonly index: number;
}

type Chains = ReadonlyMap<string, AnalysedChain>;

/** So many chains are looked at in one step. */
const AT_ONCE = 256;

/** How the chains of a table lead to each other. */
export class ChainGraph {
  /** The chains in an order in which each comes before every chain that it leads to. */
  readonly callersFirst: readonly AnalysedChain[];
  /** The chains that may keep packets, in rules of their own or in chains behind them; from all others every packet comes back. */
  readonly keeping: ReadonlySet<string>;
  private readonly callers: ReadonlyMap<string, readonly CallSite[]>;

  private constructor(callersFirst: readonly AnalysedChain[], keeping: ReadonlySet<string>, callers: ReadonlyMap<string, readonly CallSite[]>) {
    this.callersFirst = callersFirst;
    this.keeping = keeping;
    this.callers = callers;
  }

  /** That of these chains, in small steps. */
  static *of(chains: Chains): Steps<ChainGraph> {
    const ordered = yield* calleesFirst(chains);
    const keeping = yield* keepersAmong(ordered);
    return new ChainGraph(ordered.reverse(), keeping, yield* callSitesOf(chains));
  }

  /** Where rules lead into the chain. */
  callSites(name: string): readonly CallSite[] {
    return this.callers.get(name) ?? [];
  }
}

function* callSitesOf(chains: Chains): Steps<ReadonlyMap<string, readonly CallSite[]>> {
  const sites = new Map<string, CallSite[]>();
  let looked = 0;
  for (const { name, steps, callees } of chains.values()) {
    if (++looked % AT_ONCE === 0) yield undefined;
    if (callees.size === 0) continue;
    for (const [index, { consequence }] of steps.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
      if (consequence.kind !== 'chain') continue;
      const known = sites.get(consequence.chain);
      if (known === undefined) sites.set(consequence.chain, [{ chain: name, index }]);
      else known.push({ chain: name, index });
    }
  }
  return sites;
}

function* keepersAmong(chains: readonly AnalysedChain[]): Steps<ReadonlySet<string>> {
  const keeping = new Set<string>();
  for (const [at, { name, hasEnds, callees }] of chains.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) yield undefined;
    if (hasEnds || [...callees].some((callee) => keeping.has(callee))) keeping.add(name);
  }
  return keeping;
}

function* calleesFirst(chains: Chains): Steps<AnalysedChain[]> {
  const order: AnalysedChain[] = [];
  const met = new Set<string>();
  for (const root of chains.values()) {
    const pending = met.has(root.name) ? [] : [{ chain: root, callees: root.callees.values() }];
    met.add(root.name);
    // Not by recursion, so that rows of chains do not pile up calls.
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      const { done, value } = top.callees.next();
      if (done === true) {
        order.push(pending.pop()!.chain);
        if (order.length % AT_ONCE === 0) yield undefined;
      } else if (!met.has(value)) {
        const chain = chains.get(value)!;
        met.add(value);
        pending.push({ chain, callees: chain.callees.values() });
      }
    }
  }
  return order;
}
