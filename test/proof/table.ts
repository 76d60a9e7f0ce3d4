import { analyse, type Analysis, type Place } from '../../server/src/core/analysis/analysis.ts';
import { matchOf } from '../../server/src/core/analysis/match.ts';
import { compile } from '../../server/src/core/engine/compile/compile.ts';
import type { Fate, Result, Step } from '../../server/src/core/engine/result.ts';
import { simulate } from '../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../server/src/core/engine/world.ts';
import { BUILT_IN_CHAINS, type Hook, type TableName } from '../../server/src/core/netfilter.ts';
import { printPacket } from '../../server/src/core/notation/print.ts';
import type { Rule, Ruleset } from '../../server/src/core/ruleset/model.ts';
import { LikelyPackets } from '../../server/src/core/sets/likely.ts';
import { wellFormed } from '../../server/src/core/sets/well-formed.ts';
import { packetOf, valueOf, witness } from '../../server/src/core/sets/witness.ts';

/** What the engine says of a claim. A packet may miss a rule by what neither it nor the rules tell: the host, the moment. */
export type Proven =
  | 'alive, hit' | 'alive, may be hit' | 'alive, by the moment' | 'alive, by a fact about the host' | 'alive, by the connection mark' | 'alive, but not hit' | 'not usable' | 'alive, not tried' | 'dead, never hit' | 'dead, not followed to the end' | 'dead, asks for no packet' | 'dead, but hit';

/** A rule with what has been proven of it, and the packet that did. */
export interface RuleProof {
  readonly rule: Rule;
  readonly proven: Proven;
  readonly packet?: string;
}

/** Of so many rules all are tried, of more every fortieth. */
const TRIED = 60;

/** So many packets that a dead rule asks for are tried at each hook. */
const SAMPLES = 4;

/** Replays in the engine what the analysis says of the rules of a table. */
export class TableProof {
  private readonly ruleset: Ruleset;
  private readonly table: TableName;
  private readonly analysis: Analysis;
  private readonly program: ReturnType<typeof compile>;
  private readonly likely: LikelyPackets;

  /** The ruleset has no other table. */
  constructor(ruleset: Ruleset, table: TableName) {
    this.ruleset = ruleset;
    this.table = table;
    this.analysis = analyse(ruleset);
    this.program = compile(ruleset);
    this.likely = new LikelyPackets(this.analysis.space);
  }

  *rules(): Generator<RuleProof, void> {
    let alive = 0;
    for (const { name, rules } of this.ruleset.tables.get(this.table)!.chains.values()) {
      for (const [index, rule] of rules.entries()) {
        const place = { chain: name, index };
        if (rule.bound.broken || rule.bound.unresolved !== undefined) yield { rule, proven: 'not usable' };
        else if (!this.analysis.canMatch(this.table, place)) yield this.dead(rule);
        else if (++alive > TRIED && alive % 40 !== 0) yield { rule, proven: 'alive, not tried' };
        else yield this.alive(rule, place);
      }
    }
  }

  private alive(rule: Rule, place: Place): RuleProof {
    const { space } = this.analysis;
    const { packet, answers, bits } = witness(space, this.analysis.left(this.table, place))!;
    const text = printPacket(packet);
    const result = simulate(this.program, new Worlds(), packet);
    const hit = isHit(rule, result);
    if (hit !== false) return { rule, proven: hit === true ? 'alive, hit' : 'alive, may be hit', packet: text };
    if (this.dependsOnTheMoment(bits)) return { rule, proven: 'alive, by the moment', packet: text };
    // A packet in our notation says nothing of its connection's mark.
    if (valueOf(space, bits, 'connmark') !== 0n) return { rule, proven: 'alive, by the connection mark', packet: text };
    // What the kernel drops by itself, such as martians, it drops by its routes.
    return { rule, proven: answers.length > 0 || result.reason !== undefined ? 'alive, by a fact about the host' : 'alive, but not hit', packet: text };
  }

  /** Whether some rule of the table may match the packet, but not surely. */
  private dependsOnTheMoment(bits: Uint8Array): boolean {
    const { space } = this.analysis;
    return [...this.ruleset.tables.get(this.table)!.chains.values()].some(({ rules }) => rules.some((rule) => {
      const { may, must } = matchOf(space, rule, this.table);
      return space.has(may, bits) && !space.has(must, bits);
    }));
  }

  private dead(rule: Rule): RuleProof {
    const { space, tracks } = this.analysis;
    const { may } = matchOf(space, rule, this.table);
    let tried = 0;
    let isFollowed = true;
    for (const hook of BUILT_IN_CHAINS[this.table] as readonly Hook[]) {
      const shown = wellFormed(space, this.table, hook, tracks);
      for (let sample = 0; sample < SAMPLES; sample++) {
        const bits = this.likely.bits(sample);
        if (!space.meet(may, shown, bits)) break;
        tried++;
        const packet = packetOf(space, bits);
        const result = simulate(this.program, new Worlds(), packet);
        isFollowed &&= isDecided(result);
        if (stepsAt(rule, result).length > 0) return { rule, proven: 'dead, but hit', packet: printPacket(packet) };
      }
    }
    return { rule, proven: tried === 0 ? 'dead, asks for no packet' : isFollowed ? 'dead, never hit' : 'dead, not followed to the end' };
  }
}

/** Whether the packet hits the rule; unknown where only some of its courses do. */
function isHit(rule: Rule, result: Result): boolean | 'unknown' {
  const met = stepsAt(rule, result);
  if (met.some(({ matched }) => matched === true)) return true;
  return met.length > 0 || !isDecided(result) ? 'unknown' : false;
}

/** Where the packet meets the rule and may match it, on any of its courses. */
function stepsAt(rule: Rule, result: Result): readonly Step[] {
  const courses: readonly Fate[] = [result, ...result.outcomes ?? []];
  return courses.flatMap(({ steps }) => steps.filter((step) => step.rule === rule && step.matched !== false));
}

/** Whether every course of the packet was followed to its end. */
const isDecided = ({ complete, verdict, outcomes }: Result): boolean => complete && (verdict !== 'UNKNOWN' || outcomes !== undefined);
