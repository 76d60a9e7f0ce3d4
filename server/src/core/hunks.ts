/** Elements of a list, from `start` to `end`, that stand in the place of those of another list. */
export interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly startBefore: number;
  readonly endBefore: number;
}

/** How many elements may have come or gone in one place; a longer search would take longer than to read all anew. */
const NEAR = 64;

/** Where two lists differ, in their order; `isSame` is asked with the places of two elements. Outside of the hunks the elements are the same, one after the other. */
export function hunksOf(length: number, lengthBefore: number, isSame: (place: number, placeBefore: number) => boolean): readonly Hunk[] {
  const hunks: Hunk[] = [];
  let [end, endBefore] = [length, lengthBefore];
  while (end > 0 && endBefore > 0 && isSame(end - 1, endBefore - 1)) {
    end--;
    endBefore--;
  }
  let [at, before] = [0, 0];
  for (;;) {
    while (at < end && before < endBefore && isSame(at, before)) {
      at++;
      before++;
    }
    if (at === end && before === endBefore) return hunks;
    const next = meeting(at, before, end, endBefore, isSame);
    hunks.push({ start: at, end: next.at, startBefore: before, endBefore: next.before });
    ({ at, before } = next);
  }
}

/** A list that is another one outside of hunks; what stands in them is made, in its order. */
export function carriedOver<T>(before: readonly T[], hunks: readonly Hunk[], make: (place: number) => T): T[] {
  let list: T[] = [];
  let count = 0;
  for (const { start, end, startBefore, endBefore } of hunks) {
    list = withMore(list, before, count, startBefore);
    for (let place = start; place < end; place++) list.push(make(place));
    count = endBefore;
  }
  return withMore(list, before, count, before.length);
}

/** The list with some elements of another one behind its own: all at once, where they are so many that to take them one by one would let it grow several times. */
export function withMore<T>(list: T[], from: readonly T[], start: number, end: number): T[] {
  if (end - start > list.length / 8) return list.concat(start === 0 && end === from.length ? from : from.slice(start, end));
  for (let at = start; at < end; at++) list.push(from[at]!);
  return list;
}

/** The places of elements that fit, in a list that is another one outside of hunks; `before`: those in that one. */
export function placesAfter(before: readonly number[], hunks: readonly Hunk[], fits: (place: number) => boolean): readonly number[] {
  if (before.length === 0 && hunks.length === 0) return before;
  const places: number[] = [];
  let next = 0;
  let moved = 0;
  const goOnTo = (end: number): void => {
    for (; next < before.length && before[next]! < end; next++) places.push(before[next]! + moved);
  };
  for (const { start, end, startBefore, endBefore } of hunks) {
    goOnTo(startBefore);
    for (let place = start; place < end; place++) if (fits(place)) places.push(place);
    while (next < before.length && before[next]! < endBefore) next++;
    moved = end - endBefore;
  }
  goOnTo(Infinity);
  return places;
}

/** Where two lists have the next element in common, or their ends. */
function meeting(at: number, before: number, end: number, endBefore: number, isSame: (place: number, placeBefore: number) => boolean): { readonly at: number; readonly before: number } {
  const [most, farthest] = [Math.min(end - at, endBefore - before), Math.min(NEAR, Math.max(end - at, endBefore - before))];
  const isMeeting = (here: number, there: number): boolean => here < end && there < endBefore && isSame(here, there);
  let far = 1;
  // Many in a row are mostly replaced one by one, and to look for more or fewer takes the longer the more there are.
  for (; far < most && far <= NEAR; far++) if (isMeeting(at + far, before + far)) return { at: at + far, before: before + far };
  for (let more = 1; more <= farthest; more++) {
    for (let less = more - 1; less >= 0; less--) {
      if (isMeeting(at + more, before + less)) return { at: at + more, before: before + less };
      if (isMeeting(at + less, before + more)) return { at: at + less, before: before + more };
    }
  }
  for (; far < most; far++) if (isMeeting(at + far, before + far)) return { at: at + far, before: before + far };
  return { at: end, before: endBefore };
}
