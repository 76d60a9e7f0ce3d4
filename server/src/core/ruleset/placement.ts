import { isBuiltIn, type Hook } from '../netfilter.ts';
import { ChainSurvey } from './chain-survey.ts';
import type { Table } from './model.ts';

/**
 * Where a packet has no incoming (`-i`) or outgoing (`-o`) interface. `refused`: built-in chains in which iptables takes
 * no such option, going by their name (seen in 1.8.9). `lacking`: hooks whose packets lack the interface; a forwarded
 * packet still has its incoming one in POSTROUTING (seen in the kernel).
 */
export const NO_INTERFACE: Readonly<Record<'in' | 'out', { readonly refused: ReadonlySet<Hook>; readonly lacking: ReadonlySet<Hook> }>> = {
  in: { refused: new Set(['OUTPUT', 'POSTROUTING']), lacking: new Set(['OUTPUT']) },
  out: { refused: new Set(['PREROUTING', 'INPUT']), lacking: new Set(['PREROUTING', 'INPUT']) },
};

const NONE: ReadonlySet<never> = new Set();

/** Where the rules of one table lead: which chains jump to which, and from which hooks each chain is reached. */
export class Placements {
  private static readonly known = new WeakMap<Table, Placements>();
  private readonly jumps = new Map<string, ReadonlySet<string>>();
  private readonly hooks = new Map<string, Set<Hook>>();

  private constructor(table: Table) {
    for (const chain of table.chains.values()) this.jumps.set(chain.name, ChainSurvey.of(chain).jumps);
    for (const name of this.jumps.keys()) {
      if (isBuiltIn(table.name, name)) for (const reached of this.reachedFrom(name)) this.hooksInto(reached).add(name);
    }
  }

  /** The placements of a finished table, computed once: tables do not change after their ruleset is built. */
  static of(table: Table): Placements {
    let placements = this.known.get(table);
    if (placements === undefined) {
      placements = new Placements(table);
      this.known.set(table, placements);
    }
    return placements;
  }

  /** Tells that the chains of the table `after` lead where those of `before` lead. */
  static carryOver(before: Table, after: Table): void {
    const placements = this.known.get(before);
    if (placements !== undefined) this.known.set(after, placements);
  }

  /** Hooks whose built-in chain leads to `chain`; empty for a chain that nothing leads to. */
  hooksOf(chain: string): ReadonlySet<Hook> {
    return this.hooks.get(chain) ?? NONE;
  }

  /** The chains that the rules of `chain` name after `-j` or `-g`, in order; not all of them need exist. */
  jumpsOf(chain: string): ReadonlySet<string> {
    return this.jumps.get(chain) ?? NONE;
  }

  /** `chain` and every chain that its rules lead to, however far. */
  reachedFrom(chain: string): ReadonlySet<string> {
    const reached = new Set([chain]);
    // A set visits what is added to it while it is being walked.
    for (const name of reached) for (const next of this.jumps.get(name) ?? []) reached.add(next);
    return reached;
  }

  /** `chain` and every chain from which it can be reached: a jump to one of them would make a loop. */
  leadingTo(chain: string): ReadonlySet<string> {
    const callers = new Map<string, string[]>([...this.jumps.keys()].map((name) => [name, []]));
    for (const [from, targets] of this.jumps) for (const to of targets) callers.get(to)?.push(from);
    const leading = new Set([chain]);
    for (const name of leading) for (const caller of callers.get(name) ?? []) leading.add(caller);
    return leading;
  }

  private hooksInto(chain: string): Set<Hook> {
    let hooks = this.hooks.get(chain);
    if (hooks === undefined) {
      hooks = new Set();
      this.hooks.set(chain, hooks);
    }
    return hooks;
  }
}
