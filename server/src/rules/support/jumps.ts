import { BUILT_IN_CHAINS } from '../../core/netfilter.ts';
import type { BoundRule, Table } from '../../core/ruleset/model.ts';

/** A rule that leads to another user-defined chain, by `-j` or `-g`. */
export interface Jump {
  readonly to: string;
  readonly bound: BoundRule;
}

/** A jump back to a chain that the way to the jump has already passed; `chains` and `way` lead from that chain to the jump. */
export interface Loop {
  readonly jump: Jump;
  readonly chains: readonly string[];
  readonly way: readonly Jump[];
}

/** Where the built-in chains of a table lead. */
export interface Walk {
  /** The jumps of a chain, one for each chain that it leads to. */
  readonly jumps: ReadonlyMap<string, readonly Jump[]>;
  /** The chains that are reached; where there are no loops, each after all that lead to it. */
  readonly callersFirst: readonly string[];
  readonly loops: readonly Loop[];
}

const known = new WeakMap<Table, Walk>();

/** The walk through a finished table, made once; it takes time linear in the rules and jumps. */
export function walkOf(table: Table): Walk {
  let walk = known.get(table);
  if (walk === undefined) {
    const jumps = jumpsOf(table);
    walk = { jumps, ...walked(BUILT_IN_CHAINS[table.name], jumps) };
    known.set(table, walk);
  }
  return walk;
}

function jumpsOf({ chains }: Table): ReadonlyMap<string, readonly Jump[]> {
  const jumps = new Map<string, readonly Jump[]>();
  for (const chain of chains.values()) {
    const leading = new Map<string, Jump>();
    for (const { bound } of chain.rules) {
      const { target } = bound;
      if (target?.kind !== 'chain' || leading.has(target.chain)) continue;
      const to = chains.get(target.chain);
      if (to !== undefined && !to.builtIn) leading.set(target.chain, { to: target.chain, bound });
    }
    if (leading.size > 0) jumps.set(chain.name, [...leading.values()]);
  }
  return jumps;
}

interface Step {
  readonly chain: string;
  readonly by: Jump | undefined;
  next: number;
}

/** Goes in depth without recursion, as rulesets can be thousands of chains deep. */
function walked(starts: readonly string[], jumps: ReadonlyMap<string, readonly Jump[]>): Pick<Walk, 'callersFirst' | 'loops'> {
  const left: string[] = [];
  const loops: Loop[] = [];
  const seen = new Set<string>();
  const open = new Set<string>();
  for (const start of starts) {
    const path: Step[] = [{ chain: start, by: undefined, next: 0 }];
    while (path.length > 0) {
      const top = path.at(-1)!;
      if (top.next === 0) open.add(top.chain);
      const jump = jumps.get(top.chain)?.[top.next++];
      if (jump === undefined) {
        open.delete(top.chain);
        left.push(top.chain);
        path.pop();
      } else if (open.has(jump.to)) {
        loops.push(loopOf(jump, path));
      } else if (!seen.has(jump.to)) {
        seen.add(jump.to);
        path.push({ chain: jump.to, by: jump, next: 0 });
      }
    }
  }
  return { callersFirst: left.reverse(), loops };
}

function loopOf(jump: Jump, path: readonly Step[]): Loop {
  const from = path.findIndex(({ chain }) => chain === jump.to);
  return { jump, chains: path.slice(from).map(({ chain }) => chain), way: path.slice(from + 1).map(({ by }) => by!) };
}
