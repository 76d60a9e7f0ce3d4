import type { Probe } from '../sets/probe.ts';
import { unsettles, type Rewriting } from '../sets/rewriting.ts';
import type { AnalysedChain, TableStep } from './chain.ts';
import type { Stretch } from './routes.ts';
import type { TableAnalysis } from './table.ts';

/** So many ways are tried, and so many rules met on all of them. */
const MOST_WAYS = 256;
const MOST_RULES = 4096;

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.every((bit, level) => bit === b[level]);

/** Sends one packet along a way through rules that rewrite what later rules look at. */
export class Walk {
  private readonly analysis: TableAnalysis;
  /** What rewritings make of variables that may be anything afterwards. */
  private readonly goal: Uint8Array;
  /** The packet where it is by now; what acts on it at a place is not asked again once it has gone on. */
  private readonly probe: Probe;
  private ways = 0;
  private rules = 0;

  /** `probe` is for its use alone as long as the packet is on its way. */
  constructor(analysis: TableAnalysis, goal: Uint8Array, probe: Probe) {
    this.analysis = analysis;
    this.goal = goal;
    this.probe = probe;
  }

  /** Whether the packet may come along all stretches and match the rule at the end of each. */
  arrives([stretch, ...later]: readonly Stretch[], bits: Uint8Array): boolean {
    if (stretch === undefined) return true;
    const chain = this.analysis.chain(stretch.chain);
    const { may } = chain.steps[stretch.to]!.match;
    for (const arriving of this.along(chain, stretch.to, bits)) {
      if (++this.ways > MOST_WAYS) return false;
      if (this.analysis.space.has(may, arriving) && this.arrives(later, arriving)) return true;
    }
    return false;
  }

  /** The packet as it may be before the rule at `to`, once for each way in which it may come there; ways on which it is the same are one. */
  private *along(chain: AnalysedChain, to: number, bits: Uint8Array, from = 0): Generator<Uint8Array, void> {
    const { space } = this.analysis;
    const acting = chain.acting(this.probe.take(bits), from, to);
    for (let at = acting.next(); at !== -1; at = acting.next()) {
      const step = chain.steps[at]!;
      if (!space.has(step.match.may, bits)) continue;
      if (++this.rules > MOST_RULES) return;
      const tried: Uint8Array[] = [];
      if (!space.has(step.match.must, bits)) {
        tried.push(bits);
        yield* this.along(chain, to, bits, at + 1);
      }
      for (const passed of this.past(step, bits)) {
        if (tried.some((other) => isSame(other, passed))) continue;
        tried.push(passed);
        yield* this.along(chain, to, passed, at + 1);
      }
      return;
    }
    yield bits;
  }

  /** The packet as it may be where it goes on behind a rule that it matches. */
  private *past({ consequence, inside }: TableStep, bits: Uint8Array): Generator<Uint8Array, void> {
    if (consequence.kind === 'result') {
      if (consequence.outcomes.includes('continue')) yield this.rewritten(bits, inside);
    } else if (!consequence.goto) {
      yield* this.back(this.analysis.chain(consequence.chain), bits);
    }
  }

  /** The packet as it may come back out of a chain. */
  private *back(chain: AnalysedChain, bits: Uint8Array): Generator<Uint8Array, void> {
    const { space } = this.analysis;
    for (const at of chain.escapes) {
      const { consequence, match } = chain.steps[at]!;
      if (++this.ways > MOST_WAYS) return;
      for (const arriving of this.along(chain, at, bits)) {
        if (!space.has(match.may, arriving)) continue;
        if (consequence.kind === 'chain') yield* this.back(this.analysis.chain(consequence.chain), arriving);
        else yield arriving;
      }
    }
    yield* this.along(chain, chain.steps.length, bits);
  }

  private rewritten(bits: Uint8Array, rewriting: Rewriting): Uint8Array {
    const { space } = this.analysis;
    const result = Uint8Array.from(bits);
    for (let level = space.firstQuestion; level < result.length; level++) if (unsettles(space, rewriting, level)) result[level] = this.goal[level]!;
    for (const [level, change] of rewriting.bits) {
      if (change === 'free') result[level] = this.goal[level]!;
      else result[level] = change === 'flip' ? 1 - result[level]! : change === 'one' ? 1 : 0;
    }
    return result;
  }
}
