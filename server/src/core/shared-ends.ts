/** How many elements at the start, and of the others at the end, two lists have in common. */
export interface SharedEnds {
  readonly start: number;
  readonly end: number;
}

/** The common ends of two lists, which never overlap; `isSame` is asked with the places of two elements (default: whether they are identical). */
export function sharedEnds<T>(a: readonly T[], b: readonly T[], isSame = (inA: number, inB: number): boolean => a[inA] === b[inB]): SharedEnds {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && isSame(start, start)) start++;
  let end = 0;
  while (end < shorter - start && isSame(a.length - 1 - end, b.length - 1 - end)) end++;
  return { start, end };
}
