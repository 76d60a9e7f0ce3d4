import { EVERY, NONE, type PacketSet } from '../sets/diagram.ts';
import type { PacketSpace } from '../sets/space.ts';
import { listedBeginningsOf, type Probe } from '../sets/probe.ts';
import type { AnalysedChain, TableStep } from './chain.ts';
import { StepIndex, type Matching, type Part } from './step-index.ts';
import type { Steps } from './steps.ts';

/** How a chain is called, and what its rules lead to. */
export interface Surroundings {
  chain(name: string): AnalysedChain;
  /** Whether packets may end in the chain or behind it; from others every packet comes back. */
  keeps(name: string): boolean;
  /** Whether no more than one rule leads to the chain. */
  isCalledOnce(name: string): boolean;
}

/**
 * Finds the rules at which a packet may end, or leave its chain. Where many rules lead like packets to chains of their
 * own, a jump is found by what may keep a packet in the chain behind it: most packets go through hundreds of such chains
 * and meet nothing there.
 */
export class StopIndex {
  private readonly index: StepIndex;
  /** The chains that were looked into. */
  private readonly inside: ReadonlySet<AnalysedChain>;
  /** Chains that rules lead to, from which every packet came back. */
  private readonly idle: ReadonlySet<string>;

  private constructor(index: StepIndex, inside: ReadonlySet<AnalysedChain>, idle: ReadonlySet<string>) {
    this.index = index;
    this.inside = inside;
    this.idle = idle;
  }

  /** That of a chain, made in small steps. */
  static *of(space: PacketSpace, chain: AnalysedChain, around: Surroundings): Steps<StopIndex> {
    const inside = new Set<AnalysedChain>();
    const parts = function* (index: number): Steps<readonly Part[] | undefined> {
      const { consequence, loose } = chain.steps[index]!;
      if (consequence.kind === 'result' || consequence.goto) return listedBeginningsOf(space, loose.may)?.map((each) => ({ may: EVERY, told: [each] }));
      if (!around.isCalledOnce(consequence.chain)) return undefined;
      const callee = around.chain(consequence.chain);
      inside.add(callee);
      return yield* partsOf(space, callee, around);
    };
    const steps = chain.steps.flatMap((step, index) => {
      const may = stopped(step, around);
      return may === NONE ? [] : [{ index, may }];
    });
    const index = yield* StepIndex.of(space, steps, (at) => chain.beginnings(at), parts);
    return new StopIndex(index, inside, new Set([...chain.callees].filter((name) => !around.keeps(name))));
  }

  /** Whether it holds among these chains too. */
  fits(around: Surroundings): boolean {
    for (const chain of this.inside) if (around.chain(chain.name) !== chain) return false;
    for (const name of this.idle) if (around.keeps(name)) return false;
    return true;
  }

  /** The places before `to` of the rules that may stop the packet, which is no later fragment, in order. */
  matching(probe: Probe, to?: number): Matching {
    return this.index.matching(probe, 0, to);
  }
}

/** Packets that may leave the chain by the rule, or surely do not get past it. */
function stopped({ consequence, match, loose }: TableStep, around: Surroundings): PacketSet {
  if (consequence.kind === 'chain') return consequence.goto ? loose.may : around.keeps(consequence.chain) ? match.must : NONE;
  return consequence.outcomes.includes('return') ? loose.may : consequence.outcomes.includes('continue') ? NONE : match.must;
}

/** Packets that surely do not get past the rule and may end there or behind it. */
function kept({ consequence, match }: TableStep, around: Surroundings): PacketSet {
  if (consequence.kind === 'chain') return around.keeps(consequence.chain) ? match.must : NONE;
  return consequence.outcomes.includes('continue') || consequence.outcomes.every((outcome) => outcome === 'return') ? NONE : match.must;
}

/** So many rules are looked at in one step. */
const AT_ONCE = 512;

/** The rules of a chain that may keep packets, as parts of the jump that leads there. */
function* partsOf(space: PacketSpace, chain: AnalysedChain, around: Surroundings): Steps<readonly Part[]> {
  const parts: Part[] = [];
  for (const [index, step] of chain.steps.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
    const may = kept(step, around);
    if (may === NONE) continue;
    const told = chain.beginnings(index);
    const listed = listedBeginningsOf(space, may);
    if (listed === undefined) parts.push({ may, told });
    else for (const each of listed) parts.push({ may, told: [...told, each] });
  }
  return parts;
}
