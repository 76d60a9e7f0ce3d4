import type { Rule } from '../ruleset/model.ts';
import { NONE, type PacketSet } from '../sets/diagram.ts';
import { witness } from '../sets/witness.ts';
import { possiblyBefore, UNCHANGED } from '../sets/rewriting.ts';
import { hits, type Step } from './chain.ts';
import { packetsIn } from './flow.ts';
import type { TableAnalysis } from './table.ts';

/** A rule by its place. */
export interface Place {
  readonly chain: string;
  /** From 0. */
  readonly index: number;
}

/** An earlier rule that takes packets away from another one, or a rule that leads only other packets to it. */
export interface Covering extends Place {
  readonly rule: Rule;
  /** `takes`: matching packets end there; `calls`: of the packets that it leads into the chain none can match. */
  readonly how: 'takes' | 'calls';
}

/**
 * Why no packet is left for a rule: a small set of rules that between them take every packet that it could match, or
 * lead none to its chain. Undefined where packets are left, or where nothing leads to the chain at all.
 */
export function coverOf(analysis: TableAnalysis, { chain, index }: Place): readonly Covering[] | undefined {
  const found = new Covers(analysis);
  const { space } = analysis;
  const { match } = analysis.summary(chain).steps[index]!;
  if (match.may === NONE || packetsIn(space, analysis.entry(chain)) === NONE) return undefined;
  return found.before(chain, index, match.may) ? found.rules : undefined;
}

/** Collects covering rules, going from a chain to its callers. */
class Covers {
  readonly rules: Covering[] = [];
  private readonly analysis: TableAnalysis;

  constructor(analysis: TableAnalysis) {
    this.analysis = analysis;
  }

  /** Whether no packet of `wanted`, told by what it is when it enters the chain, comes to the rule; notes which rules see to that. */
  before(chain: string, index: number, wanted: PacketSet): boolean {
    const { space } = this.analysis;
    const entry = this.analysis.entry(chain);
    if (!entry.some(({ rewriting, set }) => space.intersects(set, possiblyBefore(space, rewriting, wanted)))) return this.callers(chain, wanted);
    // What has been rewritten on the way is not told by what it is here.
    const isAsItCame = entry.every(({ rewriting }) => rewriting === UNCHANGED);
    return this.taken(chain, index, isAsItCame ? space.intersection(wanted, packetsIn(space, entry)) : wanted);
  }

  /** Rules of the chain before `index` that take `wanted`, each time the one that takes a packet that is still left. */
  private taken(chain: string, index: number, wanted: PacketSet): boolean {
    const { space } = this.analysis;
    const { steps } = this.analysis.summary(chain);
    let left = wanted;
    while (left !== NONE) {
      const { bits } = witness(space, left)!;
      const at = steps.findIndex((step, earlier) => earlier < index && space.has(takenBy(this.analysis, step), bits));
      if (at === -1) return false;
      left = space.difference(left, takenBy(this.analysis, steps[at]!));
      this.note({ chain, index: at, rule: steps[at]!.rule, how: 'takes' });
    }
    return true;
  }

  /** No packet that could match enters the chain: each rule that leads to it leads others, or has none left. */
  private callers(chain: string, wanted: PacketSet): boolean {
    const { space } = this.analysis;
    for (const site of this.analysis.callSites(chain)) {
      const step = this.analysis.summary(site.chain).steps[site.index]!;
      const led = space.intersection(step.match.may, wanted);
      if (led === NONE) this.note({ ...site, rule: step.rule, how: 'calls' });
      else if (!this.before(site.chain, site.index, led)) return false;
    }
    return true;
  }

  private note(covering: Covering): void {
    if (!this.rules.some(({ rule }) => rule === covering.rule)) this.rules.push(covering);
  }
}

/** Packets that come to the step and surely go no further in its chain. */
export function takenBy({ space }: TableAnalysis, step: Step): PacketSet {
  const { consequence, callee, match } = step;
  if (match.must === NONE) return NONE;
  const surely = space.intersection(hits(space, step), match.must);
  if (consequence.kind === 'result') return consequence.outcomes.includes('continue') ? NONE : surely;
  return consequence.goto ? surely : space.difference(surely, packetsIn(space, callee!.returns));
}
