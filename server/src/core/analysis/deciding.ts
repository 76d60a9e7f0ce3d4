import type { Path } from '../engine/packet.ts';
import type { Hook, TableName } from '../netfilter.ts';
import type { Rule } from '../ruleset/model.ts';
import type { Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import { comesToNat } from '../sets/well-formed.ts';
import type { Verdict } from './chain.ts';
import { atHook, stagesOf, type Composition, type Stage } from './fates.ts';

/** What gives a packet its fate: a rule, or the policy of a built-in chain where there is no `rule`. */
export interface Deciding {
  readonly table: TableName;
  readonly chain: string;
  /** From 0, like every place. */
  readonly index: number | undefined;
  readonly rule: Rule | undefined;
}

/** How a way through a table ends: with a verdict, or without one of a rule (`return`). */
interface End {
  readonly how: Verdict | 'return';
  readonly place: Omit<Deciding, 'table'> | undefined;
  readonly bits: Uint8Array;
}

/** So many ways are tried; a packet has more than one only where rules match by the moment. */
const MOST_WAYS = 10_000;

/** Fates that end a packet's way; acceptance has no single rule, because every table has to agree. */
export type FinalFate = Exclude<Verdict, 'accept'>;

/**
 * The rule or policy that gives a packet of a class its fate, where it may have several the first that can give this one.
 * `bits` are a witness's. Undefined where it depends on values that are not known.
 */
export function decidingFor(composition: Composition, path: Path, bits: Uint8Array, fate: FinalFate): Deciding | undefined {
  return new Tracer(composition).from(stagesOf(path, composition.backend), bits, fate);
}

class Tracer {
  private readonly composition: Composition;
  private readonly space: PacketSpace;
  private ways = 0;

  constructor(composition: Composition) {
    this.composition = composition;
    this.space = composition.space;
  }

  from([stage, ...later]: readonly Stage[], bits: Uint8Array, fate: FinalFate): Deciding | undefined {
    if (stage === undefined) return undefined;
    const { table, hook } = stage;
    const analysis = this.composition.tables.get(table);
    const chain = analysis?.table.chains.get(hook);
    const isPassed = chain === undefined || (table === 'nat' && (!this.composition.tracks || !this.space.has(comesToNat(this.space, hook), bits)));
    if (isPassed) return this.from(later, bits, fate);
    for (const end of this.throughHook(table, hook, rewritten(bits, atHook(this.space, hook)))) {
      if (++this.ways > MOST_WAYS) return undefined;
      const how = end.how === 'return' ? (chain.policy === 'DROP' ? 'drop' : 'accept') : end.how;
      const place = end.place ?? { chain: hook, index: undefined, rule: undefined };
      if (how === fate) return { table, ...place };
      if (how !== 'accept') continue;
      const found = this.from(later, withHookOf(this.space, bits, end.bits), fate);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The same of a built-in chain, to the end or what stands for its policy, which those come to that return. */
  private *throughHook(table: TableName, hook: Hook, bits: Uint8Array): Generator<End> {
    const { steps, policiesFrom } = this.composition.tables.get(table)!.chain(hook);
    for (const end of this.chain(table, hook, bits)) {
      if (end.how !== 'return' || policiesFrom === steps.length) yield end;
      else yield* this.chain(table, hook, end.bits, policiesFrom, steps.length);
    }
  }

  /** The ways that the packet may take through a chain; where a rule may match and may not, first as if it did not. */
  private *chain(table: TableName, chain: string, bits: Uint8Array, from = 0, to = this.composition.tables.get(table)!.chain(chain).policiesFrom): Generator<End> {
    const analysis = this.composition.tables.get(table)!;
    const { steps } = this.composition.chainOf(analysis, chain);
    for (let index = from; index < to; index++) {
      const step = steps[index]!;
      const { match, consequence } = step;
      if (!this.space.has(match.may, bits)) continue;
      const isSure = this.space.has(match.must, bits);
      if (!isSure) yield* this.chain(table, chain, bits, index + 1, to);
      if (consequence.kind === 'chain') {
        for (const end of this.chain(table, consequence.chain, bits)) {
          if (end.how === 'return' && !consequence.goto) yield* this.chain(table, chain, end.bits, index + 1, to);
          else yield end;
        }
        return;
      }
      const changed = rewritten(bits, this.composition.rewritingOf(step));
      for (const outcome of consequence.outcomes) {
        if (outcome === 'continue') yield* this.chain(table, chain, changed, index + 1, to);
        else yield { how: outcome, place: outcome === 'return' ? undefined : { chain, index, rule: analysis.ruleAt({ chain, index }) }, bits: changed };
      }
      return;
    }
    yield { how: 'return', place: undefined, bits };
  }
}

/** The packet as it is afterwards; what may then be anything stays as it is. */
function rewritten(bits: Uint8Array, { bits: changes }: Rewriting): Uint8Array {
  if (changes.size === 0) return bits;
  const result = Uint8Array.from(bits);
  for (const [level, change] of changes) {
    if (change !== 'free') result[level] = change === 'flip' ? 1 - result[level]! : change === 'one' ? 1 : 0;
  }
  return result;
}

/** The packet as `changed`, but where `original` is. */
function withHookOf(space: PacketSpace, original: Uint8Array, changed: Uint8Array): Uint8Array {
  const result = Uint8Array.from(changed);
  for (const name of ['hook', 'in', 'out'] as const) {
    const { level, bits } = space.fields[name];
    for (let bit = 0; bit < bits; bit++) result[level + bit] = original[level + bit]!;
  }
  return result;
}
