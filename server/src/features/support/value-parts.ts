/** A word of a value's placeholder, such as the `MASK` of `ADDRESS[/MASK]`, and what stands between it and the word before. */
export interface ValuePart {
  readonly start: number;
  readonly end: number;
  readonly separator: string;
}

/** Words, those that stand for each other as one, with the signs before them; a sign without one ends a repetition. */
const WORD = /(?<signs>[^A-Za-z0-9\u2026]*)(?<word>[A-Za-z0-9]+(?:\|[A-Za-z0-9]+)*)/gu;

/** The words of a placeholder in their order. A unit that follows without a sign belongs to its number. */
export function partsOf(placeholder: string): readonly ValuePart[] {
  const parts: ValuePart[] = [];
  for (const { index, groups } of placeholder.matchAll(WORD)) {
    const { signs, word } = groups as { signs: string; word: string };
    // The `T` before the hours of a date is a sign.
    const time = /^T[a-z]/u.test(word) ? 1 : 0;
    const separator = signs.replaceAll(/[[\]]/gu, '') + word.slice(0, time);
    const start = index + signs.length + time;
    if (parts.length === 0 || separator !== '') parts.push({ start, end: start + word.length - time, separator });
  }
  return parts;
}

/** Which word of the placeholder the end of `typed` belongs to. */
export function activePart(placeholder: string, typed: string): number {
  const parts = partsOf(placeholder);
  const repetition = /(?<sign>[^A-Za-z0-9[\]\u2026]*)\u2026/u.exec(placeholder)?.groups!.sign;
  let active = 0;
  for (let at = 0; at < typed.length; at++) {
    const next = nextPart(parts, active, repetition, typed, at);
    if (next === undefined || !isBehind(parts[next]!, placeholder, typed.slice(0, at), typed[at + 1])) continue;
    active = next;
    at += Math.max(parts[next]!.separator.length, 1) - 1;
  }
  return active;
}

/** The part that begins behind the sign at `at`: a later one, or where the value repeats itself an earlier one. */
function nextPart(parts: readonly ValuePart[], active: number, repetition: string | undefined, typed: string, at: number): number | undefined {
  const later = parts.findIndex(({ separator }, index) => index > active && separator !== '' && typed.startsWith(separator, at));
  if (later !== -1) return later;
  if (repetition === undefined) return undefined;
  const sign = repetition === '' ? parts.findLast(({ separator }) => separator === ',')?.separator ?? '' : repetition;
  if (sign === '' || !typed.startsWith(sign, at)) return undefined;
  return Math.max(parts.findIndex(({ separator }) => separator === sign), 0);
}

/** Whether the sign ends the text before it: names may hold a dash, and an IPv6 address has colons of its own. */
function isBehind({ start, end, separator }: ValuePart, placeholder: string, before: string, after: string | undefined): boolean {
  const word = placeholder.slice(start, end);
  if (separator === '-' && word === 'NUMBER') return /^\d+$/u.test(before);
  return separator !== ':' || !placeholder.includes('ADDRESS') || (after !== ':' && /^$|^[^:[]*\.[^:]*$|\]$/u.test(before));
}
