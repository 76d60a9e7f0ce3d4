import type { Outcome } from '../extensions/definition.ts';
import type { Step } from './chain.ts';
import type { TableAnalysis } from './table.ts';

/** The verdicts that packets may get from rules of a table, in the chains behind them too. */
export class Outcomes {
  private readonly analysis: TableAnalysis;
  private readonly chains = new Map<string, ReadonlySet<Outcome>>();

  constructor(analysis: TableAnalysis) {
    this.analysis = analysis;
  }

  /** Whether the rules may do different things to a packet that ends at them. */
  differ(a: Step, b: Step): boolean {
    const [first, second] = [this.of(a), this.of(b)];
    return first.size !== second.size || [...first].some((outcome) => !second.has(outcome));
  }

  private of({ consequence }: Step): ReadonlySet<Outcome> {
    if (consequence.kind === 'result') return new Set(consequence.outcomes);
    let known = this.chains.get(consequence.chain);
    if (known === undefined) this.chains.set(consequence.chain, known = this.behind(consequence.chain));
    return known;
  }

  private behind(chain: string): ReadonlySet<Outcome> {
    const outcomes = new Set<Outcome>();
    for (const step of this.analysis.chain(chain).steps) {
      for (const outcome of this.of(step)) if (outcome !== 'continue' && outcome !== 'return') outcomes.add(outcome);
    }
    return outcomes;
  }
}
