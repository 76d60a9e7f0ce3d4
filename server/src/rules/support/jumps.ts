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
  /** Of each chain that is reached, the chains that exist among those which its rules lead to. */
  readonly jumps: ReadonlyMap<string, readonly string[]>;
  /** The chains that are reached; where there are no loops, each after all that lead to it. */
  readonly callersFirst: readonly string[];
  readonly loops: readonly Loop[];
}

const known = new WeakMap<Placements, Walk>();

/** The walk through a finished table, made once for all tables whose chains lead to the same ones; it takes time linear in its jumps. */
export function walkOf(table: Table): Walk {
  const placements = Placements.of(table);
  let walk = known.get(placements);
  if (walk === undefined) known.set(placements, walk = walked(table, placements));
  return walk;
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
function walked(table: Table, placements: Placements): Walk {
  const jumps = new Map<string, readonly string[]>();
  const left: string[] = [];
  const loops: Loop[] = [];
  const open = new Set<string>();
  const path: Step[] = [];
  const enter = (chain: string): void => {
    const targets = [...placements.jumpsOf(chain)].filter((to) => table.chains.get(to)?.builtIn === false);
    jumps.set(chain, targets);
    open.add(chain);
    path.push({ chain, jumps: targets, next: 0 });
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
      } else if (!jumps.has(to)) {
        enter(to);
      }
    }
  }
  return { jumps, callersFirst: left.reverse(), loops };
}

function loopOf(jump: Jump, path: readonly Step[]): Loop {
  const chains = path.slice(path.findIndex(({ chain }) => chain === jump.to)).map(({ chain }) => chain);
  return { jump, chains, way: chains.slice(1).map((to, index) => ({ from: chains[index]!, to })) };
}
