import { BUILT_IN_CHAINS } from '../../core/netfilter.ts';
import type { BoundRule, Table } from '../../core/ruleset/model.ts';
import { Placements } from '../../core/ruleset/placement.ts';

/** That rules of a chain lead to another one, by `-j` or `-g`. */
export interface Jump {
  readonly from: string;
  readonly to: string;
}

/** A jump back to a chain that the way to the jump has already passed; `chains` and `way` lead from that chain to the jump. */
export interface Loop {
  readonly jump: Jump;
  readonly chains: readonly string[];
  readonly way: readonly Jump[];
}

/** Where the built-in chains of a table lead. */
export interface Walk {
  /** The chains that are reached; where there are no loops, each after all that lead to it. */
  readonly callersFirst: readonly string[];
  readonly loops: readonly Loop[];
}

const known = new WeakMap<Table, Walk>();

/** The walk through a finished table, made once; it takes time linear in its jumps. */
export function walkOf(table: Table): Walk {
  let walk = known.get(table);
  if (walk === undefined) known.set(table, walk = walked(table));
  return walk;
}

/** The chains that exist among those which the rules of a chain lead to. */
export function jumpsOf(table: Table, from: string): readonly string[] {
  return [...Placements.of(table).jumpsOf(from)].filter((to) => table.chains.get(to)?.builtIn === false);
}

/** The first rule that makes a jump. */
export function ruleOf({ chains }: Table, { from, to }: Jump): BoundRule {
  return chains.get(from)!.rules.find(({ bound: { target } }) => target?.kind === 'chain' && target.chain === to)!.bound;
}

interface Step {
  readonly chain: string;
  readonly jumps: readonly string[];
  next: number;
}

/** Goes in depth without recursion, as rulesets can be thousands of chains deep. */
function walked(table: Table): Walk {
  const left: string[] = [];
  const loops: Loop[] = [];
  const seen = new Set<string>();
  const open = new Set<string>();
  const path: Step[] = [];
  const enter = (chain: string): void => {
    seen.add(chain);
    open.add(chain);
    path.push({ chain, jumps: jumpsOf(table, chain), next: 0 });
  };
  for (const start of BUILT_IN_CHAINS[table.name]) {
    enter(start);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const to = top.jumps[top.next++];
      if (to === undefined) {
        open.delete(top.chain);
        left.push(top.chain);
        path.pop();
      } else if (open.has(to)) {
        loops.push(loopOf({ from: top.chain, to }, path));
      } else if (!seen.has(to)) {
        enter(to);
      }
    }
  }
  return { callersFirst: left.reverse(), loops };
}

function loopOf(jump: Jump, path: readonly Step[]): Loop {
  const chains = path.slice(path.findIndex(({ chain }) => chain === jump.to)).map(({ chain }) => chain);
  return { jump, chains, way: chains.slice(1).map((to, index) => ({ from: chains[index]!, to })) };
}
