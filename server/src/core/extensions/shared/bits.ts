/** A rewrite of some bits: those of `mask` are cleared, then those of `value` are flipped. */
export interface BitChange {
  readonly value: number;
  readonly mask: number;
}

/** Applies the change; what was open stays open unless every bit of `all` is cleared first. */
export function change(before: number | undefined, { value, mask }: BitChange, all: number): number | undefined {
  if (mask === all) return value;
  return before === undefined ? undefined : ((before & ~mask) ^ value) >>> 0;
}

/** The change that AND, OR or XOR with `bits` makes, `all` being every bit there is. */
export const BIT_CHANGES: Readonly<Record<'and' | 'or' | 'xor', (bits: number, all: number) => BitChange>> = {
  and: (bits, all) => ({ value: 0, mask: (~bits & all) >>> 0 }),
  or: (bits) => ({ value: bits, mask: bits }),
  xor: (bits) => ({ value: bits, mask: 0 }),
};
