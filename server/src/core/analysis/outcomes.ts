import type { Outcome } from '../extensions/definition.ts';
import type { AnalysedChain, Step } from './chain.ts';

/** The verdicts that packets may get from rules of a table, in the chains behind them too. */
export class Outcomes {
  private readonly chain: (name: string) => AnalysedChain;
  private readonly chains = new Map<string, ReadonlySet<Outcome>>();

  constructor(chain: (name: string) => AnalysedChain) {
    this.chain = chain;
  }

  /** Whether the rules may do different things to a packet that ends at them. */
  differ(a: Step, b: Step): boolean {
    return !sameOutcomes(this.of(a), this.of(b));
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
