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

/** Where two lists have the next element in common, or their ends. */
function meeting(at: number, before: number, end: number, endBefore: number, isSame: (place: number, placeBefore: number) => boolean): { readonly at: number; readonly before: number } {
  const most = Math.min(end - at, endBefore - before);
  const isMeeting = (here: number, there: number): boolean => here < end && there < endBefore && isSame(here, there);
  for (let far = 1; far < most || far <= NEAR; far++) {
    if (isMeeting(at + far, before + far)) return { at: at + far, before: before + far };
    if (far > NEAR) continue;
    for (let less = far - 1; less >= 0; less--) {
      if (isMeeting(at + far, before + less)) return { at: at + far, before: before + less };
      if (isMeeting(at + less, before + far)) return { at: at + less, before: before + far };
    }
  }
  return { at: end, before: endBefore };
}
