import type { PacketSet } from '../sets/diagram.ts';
import { Probe } from '../sets/probe.ts';
import type { AnalysedChain, View } from './chain.ts';
import type { TableAnalysis } from './table.ts';

/** Where one packet surely ends, or leaves its chain; and which packets surely do so for the same reason. */
export class Stops {
  private readonly analysis: TableAnalysis;
  private readonly view: View;
  private returning = new Map<AnalysedChain, boolean>();
  private probe: Probe | undefined;

  constructor(analysis: TableAnalysis, view: View) {
    this.analysis = analysis;
    this.view = view;
  }

  /** The first rule of the chain before `to` that the packet surely does not get past, -1 where there is none. */
  first(chain: AnalysedChain, to: number, probe: Probe): number {
    const acting = chain.acting(probe);
    for (let at = acting.next(); at !== -1 && at < to; at = acting.next()) if (this.stops(chain, at, probe)) return at;
    return -1;
  }

  /** Whether the packet, coming to the rule, surely does not get past it. */
  keeps(chain: AnalysedChain, at: number, bits: Uint8Array): boolean {
    return this.stops(chain, at, new Probe(this.analysis.space, bits));
  }

  /** The packets of `within` that the rule keeps for the same reason as the packet; the packet is one of them. */
  alike(chain: AnalysedChain, at: number, probe: Probe, within: PacketSet): PacketSet {
    const { consequence, [this.view]: match } = chain.steps[at]!;
    const sure = this.analysis.space.intersection(within, match.must);
    return consequence.kind === 'result' || consequence.goto ? sure : this.keptAlike(this.analysis.chain(consequence.chain), probe, sure);
  }

  private stops(chain: AnalysedChain, at: number, probe: Probe): boolean {
    const { consequence, [this.view]: match } = chain.steps[at]!;
    // Most of the chains that a packet meets on a long way only mark or count.
    if (consequence.kind === 'chain' && !consequence.goto && !this.analysis.keeping.has(consequence.chain)) return false;
    if (!this.analysis.space.has(match.must, probe.bits)) return false;
    if (consequence.kind === 'result') return !consequence.outcomes.includes('continue');
    return consequence.goto || !this.returns(this.analysis.chain(consequence.chain), probe);
  }

  /** Whether the packet, once in the chain, may come back out of it. */
  private returns(chain: AnalysedChain, probe: Probe): boolean {
    if (probe !== this.probe) {
      this.probe = probe;
      this.returning = new Map();
    }
    let known = this.returning.get(chain);
    if (known === undefined) this.returning.set(chain, known = this.findReturn(chain, probe));
    return known;
  }

  private findReturn(chain: AnalysedChain, probe: Probe): boolean {
    const acting = chain.acting(probe);
    for (let at = acting.next(); at !== -1; at = acting.next()) {
      if (this.mayEscape(chain, at, probe)) return true;
      if (this.stops(chain, at, probe)) return false;
    }
    return true;
  }

  private mayEscape(chain: AnalysedChain, at: number, probe: Probe): boolean {
    const { consequence, [this.view]: match } = chain.steps[at]!;
    if (!this.analysis.space.has(match.may, probe.bits)) return false;
    if (consequence.kind === 'result') return consequence.outcomes.includes('return');
    return consequence.goto && this.returns(this.analysis.chain(consequence.chain), probe);
  }

  /** The packets of `within` that do not come back out of the chain for the same reason as the packet, which does not. */
  private keptAlike(chain: AnalysedChain, probe: Probe, within: PacketSet): PacketSet {
    const { space } = this.analysis;
    const stop = this.first(chain, Infinity, probe);
    let kept = this.alike(chain, stop, probe, within);
    for (const at of chain.escapes) {
      if (at > stop) break;
      const { consequence, [this.view]: match } = chain.steps[at]!;
      if (!space.intersects(kept, match.may)) continue;
      // Those that the packet may take as well lead nowhere back.
      if (consequence.kind === 'chain' && space.has(match.may, probe.bits)) kept = this.keptAlike(this.analysis.chain(consequence.chain), probe, kept);
      else kept = space.difference(kept, match.may);
    }
    return kept;
  }
}
