import type { Outcome } from '../extensions/definition.ts';
import type { AnalysedChain, Step } from './chain.ts';

/** A number for each rule of a chain, the same one for rules that may do the same things to a packet that ends at them. */
export interface Kinds {
  readonly of: readonly number[];
  readonly all: ReadonlySet<number>;
}

/** The verdicts that packets may get from rules of a table, in the chains behind them too. */
export class Outcomes {
  private readonly chain: (name: string) => AnalysedChain;
  private readonly chains = new Map<string, ReadonlySet<Outcome>>();
  /** A number for each set of verdicts. */
  private readonly numbers = new Map<string, number>();
  private readonly kinds = new WeakMap<AnalysedChain, Kinds>();

  constructor(chain: (name: string) => AnalysedChain) {
    this.chain = chain;
  }

  kindsIn(chain: AnalysedChain): Kinds {
    let kinds = this.kinds.get(chain);
    if (kinds === undefined) {
      const of = chain.steps.map((step) => this.numberOf(this.of(step)));
      this.kinds.set(chain, kinds = { of, all: new Set(of) });
    }
    return kinds;
  }

  private numberOf(outcomes: ReadonlySet<Outcome>): number {
    const key = [...outcomes].sort().join();
    let number = this.numbers.get(key);
    if (number === undefined) this.numbers.set(key, number = this.numbers.size);
    return number;
  }

  private of({ consequence }: Step): ReadonlySet<Outcome> {
    return consequence.kind === 'result' ? new Set(consequence.outcomes) : this.behind(consequence.chain);
  }

  /** The verdicts that packets may get in the chain. */
  behind(name: string): ReadonlySet<Outcome> {
    let outcomes = this.chains.get(name);
    if (outcomes === undefined) {
      const found = new Set<Outcome>();
      for (const { consequence } of this.chain(name).steps) {
        for (const outcome of consequence.kind === 'result' ? consequence.outcomes : this.behind(consequence.chain)) if (outcome !== 'continue' && outcome !== 'return') found.add(outcome);
      }
      this.chains.set(name, outcomes = found);
    }
    return outcomes;
  }
}

/** Whether both are the same verdicts. */
export const sameOutcomes = (a: ReadonlySet<Outcome>, b: ReadonlySet<Outcome>): boolean => a.size === b.size && [...a].every((outcome) => b.has(outcome));
