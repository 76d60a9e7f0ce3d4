/** A 32-bit word of which only the bits in `known` are known; `value` has no bit outside them. Both unsigned. */
export interface PartialWord {
  readonly value: number;
  readonly known: number;
}

const ALL = 0xffffffff;

export const UNKNOWN_WORD: PartialWord = { value: 0, known: 0 };

export const exactly = (value: number): PartialWord => ({ value: value >>> 0, known: ALL });

export const isExact = ({ known }: PartialWord): boolean => known === ALL;

/** Bits that are 0 in either word are 0, whatever the other has there. */
export function andWords(a: PartialWord, b: PartialWord): PartialWord {
  const zeros = (a.known & ~a.value) | (b.known & ~b.value);
  return { value: (a.value & b.value) >>> 0, known: ((a.known & b.known) | zeros) >>> 0 };
}

/** Bits that are 1 in either word are 1, whatever the other has there. */
export function orWords(a: PartialWord, b: PartialWord): PartialWord {
  const value = (a.value | b.value) >>> 0;
  return { value, known: ((a.known & b.known) | value) >>> 0 };
}

export function xorWords(a: PartialWord, b: PartialWord): PartialWord {
  const known = (a.known & b.known) >>> 0;
  return { value: ((a.value ^ b.value) & known) >>> 0, known };
}

/** Shifts by 0 … 31 bits; the bits that come in are 0. */
export function shiftLeft({ value, known }: PartialWord, by: number): PartialWord {
  return { value: (value << by) >>> 0, known: ((known << by) | ~(ALL << by)) >>> 0 };
}

/** Shifts by 0 … 31 bits; the bits that come in are 0. */
export function shiftRight({ value, known }: PartialWord, by: number): PartialWord {
  return { value: value >>> by, known: ((known >>> by) | ~(ALL >>> by)) >>> 0 };
}

/** The greatest number that the word may be; the least is its value. */
export const greatest = ({ value, known }: PartialWord): number => (value | ~known) >>> 0;

/** The least number that the word may be and that is at least `bound`; undefined when there is none. */
function leastFrom(word: PartialWord, bound: number): number | undefined {
  const { value, known } = word;
  if (bound <= value) return value;
  if (((bound & known) >>> 0) === value) return bound;
  if (bound > greatest(word)) return undefined;
  // It agrees with the bound down to some bit, is greater there, and as small as it can be below.
  for (let bit = 0; bit < 32; bit++) {
    const one = (1 << bit) >>> 0;
    const above = bit === 31 ? 0 : (ALL << (bit + 1)) >>> 0;
    if ((bound & one) !== 0 || ((known & one) !== 0 && (value & one) === 0)) continue;
    if (((bound ^ value) & known & above) === 0) return ((bound & above) | one | (value & (one - 1))) >>> 0;
  }
  return undefined;
}

/** Whether the word lies between two numbers, both included; undefined when that depends on unknown bits. */
export function liesBetween(word: PartialWord, from: number, to: number): boolean | undefined {
  const least = leastFrom(word, from);
  if (from > to || least === undefined || least > to) return false;
  return word.value >= from && greatest(word) <= to ? true : undefined;
}
