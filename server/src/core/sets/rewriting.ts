import type { Address } from '../engine/packet.ts';
import { NONE, EVERY, type PacketSet } from './diagram.ts';
import type { FieldName } from './fields.ts';
import type { Bounds } from './bounds.ts';
import type { Dependence, PacketSpace } from './space.ts';

/**
 * A change that a target makes: of the field, the bits of `mask` are cleared, then those of `value` are flipped. Without
 * `change` the field may have any value afterwards; `questions` stands for everything that no field decides.
 */
export type Rewrite =
  | { readonly field: FieldName; readonly change?: { readonly mask: Address; readonly value: Address } }
  | { readonly field: 'questions' };

/** What becomes of one variable: it is set, flipped, or may be anything. */
type BitChange = 'zero' | 'one' | 'flip' | 'free';

/** What all rewrites that a packet has met come down to. Equal rewritings have equal keys. */
export interface Rewriting {
  readonly key: string;
  readonly bits: ReadonlyMap<number, BitChange>;
  readonly questions: Unsettled;
}

/** Which answers to questions may have changed: none, those that depend on more than addresses, or those that depend on anything. */
export type Unsettled = 0 | 1 | 2;

const more = (a: Unsettled, b: Unsettled): Unsettled => (a > b ? a : b);

/** Whether the rewriting may have changed the answer to the question at the level. */
export const unsettles = (space: PacketSpace, { questions }: Rewriting, level: number): boolean => questions >= UNSETTLED_FROM[space.dependenceAt(level)];

const UNSETTLED_FROM: Readonly<Record<Dependence, number>> = { anything: 1, addresses: 2, nothing: 3, ruleset: 3 };

/** A packet that nothing has rewritten. */
export const UNCHANGED: Rewriting = { key: '', bits: new Map(), questions: 0 };

/** The changes as a text that is the same for the same changes. */
export const rewritesText = (rewrites: readonly Rewrite[]): string =>
  rewrites.map((rewrite) => ('change' in rewrite && rewrite.change !== undefined ? `${rewrite.field} ${rewrite.change.mask} ${rewrite.change.value}` : rewrite.field)).join();

/** The rewriting that a target's changes make of a packet; changes of variables outside `watched` are left out. */
export function rewritingOf(space: PacketSpace, rewrites: readonly Rewrite[], watched: (level: number) => boolean): Rewriting {
  const bits = new Map<number, BitChange>();
  let questions: Unsettled = 0;
  for (const rewrite of rewrites) {
    if (rewrite.field === 'questions') {
      if (watched(space.firstQuestion)) questions = rewrites.some(({ field }) => field === 'source' || field === 'destination') ? 2 : 1;
      continue;
    }
    const { level, bits: width } = space.fields[rewrite.field];
    for (let bit = 0; bit < width; bit++) {
      const change = changeOf(rewrite.change, bit);
      const at = level + width - 1 - bit;
      if (change !== undefined && watched(at)) bits.set(at, change);
    }
  }
  return make(bits, questions);
}

function changeOf(change: { readonly mask: Address; readonly value: Address } | undefined, bit: number): BitChange | undefined {
  if (change === undefined) return 'free';
  const flipped = ((BigInt(change.value) >> BigInt(bit)) & 1n) === 1n;
  if (((BigInt(change.mask) >> BigInt(bit)) & 1n) === 1n) return flipped ? 'one' : 'zero';
  return flipped ? 'flip' : undefined;
}

function make(bits: ReadonlyMap<number, BitChange>, questions: Unsettled): Rewriting {
  if (bits.size === 0 && questions === 0) return UNCHANGED;
  const sorted = [...bits].sort(([a], [b]) => a - b);
  return { key: `${sorted.map(([level, change]) => `${level}${change}`).join(' ')}${questions === 0 ? '' : ` questions${questions}`}`, bits: new Map(sorted), questions };
}

/** The rewriting of a packet that meets one and then the other. */
export function inTurn(first: Rewriting, then: Rewriting): Rewriting {
  if (first === UNCHANGED) return then;
  if (then === UNCHANGED) return first;
  const bits = new Map(first.bits);
  for (const [level, change] of then.bits) {
    const before = change === 'flip' ? bits.get(level) : undefined;
    const after = before === undefined ? change : FLIPPED[before];
    if (after === undefined) bits.delete(level);
    else bits.set(level, after);
  }
  return make(bits, more(first.questions, then.questions));
}

const FLIPPED: Readonly<Record<BitChange, BitChange | undefined>> = { zero: 'one', one: 'zero', flip: undefined, free: 'free' };

/** A rewriting that may be either of two: variables that they treat differently may be anything. */
export function eitherOf(a: Rewriting, b: Rewriting): Rewriting {
  if (a.key === b.key) return a;
  const bits = new Map<number, BitChange>();
  for (const level of [...a.bits.keys(), ...b.bits.keys()]) bits.set(level, a.bits.get(level) === b.bits.get(level) ? a.bits.get(level)! : 'free');
  return make(bits, more(a.questions, b.questions));
}

/** The part of a rewriting that changes variables of which `kept` holds, and questions where `questions` says so. */
export function partOf(rewriting: Rewriting, kept: (level: number) => boolean, questions: boolean): Rewriting {
  if (rewriting === UNCHANGED) return rewriting;
  return make(new Map([...rewriting.bits].filter(([level]) => kept(level))), questions ? rewriting.questions : 0);
}

/** The rewriting that may do anything to what one of the others changes. */
export function anyOf(rewritings: Iterable<Rewriting>): Rewriting {
  const bits = new Map<number, BitChange>();
  let questions: Unsettled = 0;
  const met = new Set<string>();
  for (const each of rewritings) {
    if (met.has(each.key)) continue;
    met.add(each.key);
    for (const level of each.bits.keys()) bits.set(level, 'free');
    questions = more(questions, each.questions);
  }
  return make(bits, questions);
}

/** What the rewriting may make of the packets of a set. */
export function after(space: PacketSpace, rewriting: Rewriting, set: PacketSet): PacketSet {
  if (rewriting === UNCHANGED) return set;
  const freed = make(new Map([...rewriting.bits].map(([level, change]) => [level, change === 'flip' ? 'flip' : 'free'])), rewriting.questions);
  let result = possiblyBefore(space, freed, set);
  for (const [level, change] of [...rewriting.bits].reverse()) {
    if (change === 'zero' || change === 'one') result = space.intersection(result, change === 'one' ? space.node(level, NONE, EVERY) : space.node(level, EVERY, NONE));
  }
  return result;
}

/** What sets have been before one rewriting, as far as that is known. */
export type Preimages = Map<PacketSet, PacketSet>;

/** Of which packets, before the rewriting, the bounds hold after it; `known` is of this rewriting. */
export function before(space: PacketSpace, rewriting: Rewriting, { may, must }: Bounds, known: Preimages = new Map()): Bounds {
  if (rewriting === UNCHANGED) return { may, must };
  const possible = preimage(space, rewriting, may, known);
  if (may === must && !mayVary(rewriting)) return { may: possible, must: possible };
  return { may: possible, must: space.complement(preimage(space, rewriting, space.complement(must), known)) };
}

/** Packets of which the rewriting may make one of the set; `known` is of this rewriting. */
export function possiblyBefore(space: PacketSpace, rewriting: Rewriting, set: PacketSet, known: Preimages = new Map()): PacketSet {
  return rewriting === UNCHANGED ? set : preimage(space, rewriting, set, known);
}

function mayVary({ bits, questions }: Rewriting): boolean {
  return questions > 0 || [...bits.values()].includes('free');
}

function preimage(space: PacketSpace, rewriting: Rewriting, set: PacketSet, known: Preimages): PacketSet {
  if (set === EVERY || set === NONE) return set;
  const level = space.level(set);
  // Questions come last, so that a set that begins with one depends on nothing else.
  const isQuestion = level >= space.firstQuestion;
  if (isQuestion && rewriting.questions === 0) return set;
  let result = known.get(set);
  if (result !== undefined) return result;
  const low = preimage(space, rewriting, space.low(set), known);
  const high = preimage(space, rewriting, space.high(set), known);
  switch (isQuestion && unsettles(space, rewriting, level) ? 'free' : rewriting.bits.get(level)) {
    case undefined: result = space.node(level, low, high); break;
    case 'zero': result = low; break;
    case 'one': result = high; break;
    case 'flip': result = space.node(level, high, low); break;
    case 'free': result = space.union(low, high); break;
  }
  known.set(set, result);
  return result;
}
