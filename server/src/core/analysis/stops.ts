import type { PacketSet } from '../sets/diagram.ts';
import { Probe } from '../sets/probe.ts';
import type { AnalysedChain, View } from './chain.ts';
import type { TableAnalysis } from './table.ts';

/** Where one packet surely ends, or leaves its chain; and which packets surely do so for the same reason. */
export class Stops {
  private readonly analysis: TableAnalysis;
  private readonly view: View;
  private readonly probe: Probe;
  /** Whether the packet may come back out of chains. */
  private readonly returning = new Map<AnalysedChain, boolean>();

  constructor(analysis: TableAnalysis, view: View) {
    this.analysis = analysis;
    this.view = view;
    this.probe = new Probe(analysis.space);
  }

  /** From here on the packet is the one with these bits. */
  take(bits: Uint8Array): void {
    this.probe.take(bits);
    this.returning.clear();
  }

  /** The first rule of the chain before `to` that the packet surely does not get past, -1 where there is none. */
  first(chain: AnalysedChain, to: number): number {
    const stops = this.analysis.stopsIn(chain, this.probe, to);
    for (let at = stops.next(); at !== -1; at = stops.next()) if (this.keeps(chain, at)) return at;
    return -1;
  }

  /** The packets of `within` that the rule keeps for the same reason as the packet; the packet is one of them. */
  alike(chain: AnalysedChain, at: number, within: PacketSet): PacketSet {
    const { consequence, [this.view]: match } = chain.steps[at]!;
    const sure = this.analysis.space.intersection(within, match.must);
    return consequence.kind === 'result' || consequence.goto ? sure : this.keptAlike(this.analysis.chain(consequence.chain), sure);
  }

  /** Whether the packet, coming to the rule, surely does not get past it. */
  keeps(chain: AnalysedChain, at: number): boolean {
    const { consequence, [this.view]: match } = chain.steps[at]!;
    // Most of the chains that a packet meets on a long way only mark or count.
    if (consequence.kind === 'chain' && !consequence.goto && !this.analysis.keeps(consequence.chain)) return false;
    if (!this.analysis.space.has(match.must, this.probe.bits)) return false;
    if (consequence.kind === 'result') return !consequence.outcomes.includes('continue');
    return consequence.goto || !this.returns(this.analysis.chain(consequence.chain));
  }

  /** Whether the packet, once in the chain, may come back out of it. */
  private returns(chain: AnalysedChain): boolean {
    let known = this.returning.get(chain);
    if (known === undefined) this.returning.set(chain, known = this.findReturn(chain));
    return known;
  }

  private findReturn(chain: AnalysedChain): boolean {
    const stops = this.analysis.stopsIn(chain, this.probe);
    for (let at = stops.next(); at !== -1; at = stops.next()) {
      if (this.mayEscape(chain, at)) return true;
      if (this.keeps(chain, at)) return false;
    }
    return true;
  }

  private mayEscape(chain: AnalysedChain, at: number): boolean {
    const { consequence, [this.view]: match } = chain.steps[at]!;
    if (!this.analysis.space.has(match.may, this.probe.bits)) return false;
    if (consequence.kind === 'result') return consequence.outcomes.includes('return');
    return consequence.goto && this.returns(this.analysis.chain(consequence.chain));
  }

  /** The packets of `within` that do not come back out of the chain for the same reason as the packet, which does not. */
  private keptAlike(chain: AnalysedChain, within: PacketSet): PacketSet {
    const { space } = this.analysis;
    const stop = this.first(chain, Infinity);
    let kept = this.alike(chain, stop, within);
    for (const at of chain.escapes) {
      if (at > stop) break;
      const { consequence, [this.view]: match } = chain.steps[at]!;
      if (!space.intersects(kept, match.may)) continue;
      // Those that the packet may take as well lead nowhere back.
      if (consequence.kind === 'chain' && space.has(match.may, this.probe.bits)) kept = this.keptAlike(this.analysis.chain(consequence.chain), kept);
      else kept = space.difference(kept, match.may);
    }
    return kept;
  }
}
