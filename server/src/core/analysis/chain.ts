import type { Rule } from '../ruleset/model.ts';
import { before, inTurn, possiblyBefore, UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import { NONE, type PacketSet } from '../sets/diagram.ts';
import type { Bounds } from '../sets/bounds.ts';
import type { PacketSpace } from '../sets/space.ts';
import { merge, NOTHING_FLOWS, packetsIn, unchanged, type Flow } from './flow.ts';
import type { Consequence } from './target.ts';

/** How a packet's way through a table ends, as far as a chain decides it. */
export type Verdict = 'accept' | 'drop' | 'reject' | 'queue';

/** A rule with what it does, ready to be run through. */
export interface PreparedRule {
  readonly rule: Rule;
  readonly match: Bounds;
  /** Packets that its match drops outright. */
  readonly killed: PacketSet;
  readonly consequence: Consequence;
  /** What its target rewrites, where it has an outcome of its own. */
  readonly rewriting: Rewriting;
  /** The summary of the chain that it leads to. */
  readonly callee: ChainSummary | undefined;
}

/** A rule in its chain: which of the packets that enter the chain come to it. */
export interface Step extends PreparedRule {
  readonly reached: Flow;
}

/** What a chain does with whatever enters it; the same wherever it is called from. Sets tell packets as they enter. */
export interface ChainSummary {
  readonly steps: readonly Step[];
  /** Packets that may come back to the caller, or fall to the policy. */
  readonly returns: Flow;
  /** Packets that may get the verdict in this chain or behind it; worked out when first asked for. */
  verdict(kind: Verdict): Flow;
}

/** Summarises one rule after another; `known` is a summary of the chain as it was before, whose unchanged beginning is kept. Yields now and then. */
export function* summarise(space: PacketSpace, prepare: (rule: Rule, known: Step | undefined) => PreparedRule, rules: readonly Rule[], known: ChainSummary | undefined, every: PacketSet): Generator<undefined, ChainSummary> {
  const steps: Step[] = [];
  let flow: Flow = unchanged(every);
  let returned: Flow = NOTHING_FLOWS;
  let kept = known?.steps ?? [];
  for (const [index, rule] of rules.entries()) {
    if (index % 64 === 63) yield undefined;
    const prepared = prepare(rule, kept[index]);
    const isKept = kept[index] !== undefined && prepared === kept[index];
    if (!isKept) kept = [];
    const step: Step = isKept ? kept[index]! : { ...prepared, reached: flow };
    steps.push(step);
    returned = merge(space, returned, returnedBy(space, step));
    flow = kept[index + 1]?.reached ?? goesOn(space, step);
  }
  if (kept.length === steps.length && known !== undefined) return known;
  return new Summary(space, steps, merge(space, flow, returned));
}

class Summary implements ChainSummary {
  readonly steps: readonly Step[];
  readonly returns: Flow;
  private readonly space: PacketSpace;
  private readonly verdicts = new Map<Verdict, Flow>();

  constructor(space: PacketSpace, steps: readonly Step[], returns: Flow) {
    this.space = space;
    this.steps = steps;
    this.returns = returns;
  }

  verdict(kind: Verdict): Flow {
    let flow = this.verdicts.get(kind);
    if (flow === undefined) this.verdicts.set(kind, flow = union(this.space, this.steps.map((step) => givenBy(this.space, step, kind)).filter(({ length }) => length > 0)));
    return flow;
  }
}

/** Neighbours first, so that no large set is rebuilt for each small one. */
function union(space: PacketSpace, flows: readonly Flow[]): Flow {
  if (flows.length === 0) return NOTHING_FLOWS;
  let round = flows;
  while (round.length > 1) {
    const next: Flow[] = [];
    for (let index = 0; index < round.length; index += 2) next.push(round[index + 1] === undefined ? round[index]! : merge(space, round[index]!, round[index + 1]!));
    round = next;
  }
  return round[0]!;
}

/** The packets that come to the step and may match, through `then`, which is what follows for them. */
function through(space: PacketSpace, { reached, match }: Step, then: Flow): Flow {
  let result: Flow = NOTHING_FLOWS;
  for (const { rewriting, set } of reached) {
    const hit = space.intersection(set, possiblyBefore(space, rewriting, match.may));
    if (hit === NONE) continue;
    for (const strand of then) {
      const left = space.intersection(hit, possiblyBefore(space, rewriting, strand.set));
      if (left !== NONE) result = merge(space, result, [{ rewriting: inTurn(rewriting, strand.rewriting), set: left }]);
    }
  }
  return result;
}

/** Packets that come to the step and may match it, as they were when they entered the chain. */
export function hits(space: PacketSpace, { reached, match }: Pick<Step, 'reached' | 'match'>): PacketSet {
  let result: PacketSet = NONE;
  for (const { rewriting, set } of reached) result = space.union(result, space.intersection(set, possiblyBefore(space, rewriting, match.may)));
  return result;
}

/** Packets that go on to the next rule: those that may fail to match, and those that come back or are only rewritten. */
function goesOn(space: PacketSpace, step: Step): Flow {
  const { consequence, callee, rewriting } = step;
  if (consequence.kind === 'chain') return consequence.goto ? unmatched(space, step) : merge(space, ...passing(space, step, callee!.returns));
  if (!consequence.outcomes.includes('continue')) return unmatched(space, step);
  if (consequence.outcomes.length === 1 && rewriting === UNCHANGED) return step.reached;
  return merge(space, ...passing(space, step, [{ rewriting, set: step.match.may }]));
}

/** What fails to match, and what comes out of the other end of `then`. */
function passing(space: PacketSpace, step: Step, then: Flow): readonly [Flow, Flow] {
  return [unmatched(space, step), through(space, step, then)];
}

function unmatched(space: PacketSpace, { reached, match }: Step): Flow {
  if (match.must === NONE) return reached;
  return reached.flatMap(({ rewriting, set }) => {
    const left = space.difference(set, before(space, rewriting, match).must);
    return left === NONE ? [] : [{ rewriting, set: left }];
  });
}

/** Packets that leave the chain at the step for wherever they came from. */
function returnedBy(space: PacketSpace, step: Step): Flow {
  const { consequence, callee, match } = step;
  if (consequence.kind === 'chain') return consequence.goto ? through(space, step, callee!.returns) : NOTHING_FLOWS;
  return consequence.outcomes.includes('return') ? through(space, step, unchanged(match.may)) : NOTHING_FLOWS;
}

/** Packets that may get the verdict from the step, or from the chain that it leads to. */
export function givenBy(space: PacketSpace, step: Step, kind: Verdict): Flow {
  const { consequence, callee, match, rewriting, killed, reached } = step;
  const own: Flow = consequence.kind === 'chain' ? callee!.verdict(kind) : consequence.outcomes.includes(kind) ? [{ rewriting, set: match.may }] : NOTHING_FLOWS;
  const given = through(space, step, own);
  return kind !== 'drop' || killed === NONE ? given : merge(space, given, unchanged(space.intersection(packetsIn(space, reached), killed)));
}
