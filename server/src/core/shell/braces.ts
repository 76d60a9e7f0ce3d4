import type { Part, TextPart, Word } from './syntax/ast.ts';

/** More words than this from one pair of braces are not made. */
export const MOST_WORDS = 20_000;

/** A character outside of quotes, or a part that braces can't be in. */
type Unit = string | Part;

/**
 * The words that brace expansion makes of one; the word itself where there is nothing to expand, undefined where it would
 * be too many.
 */
export function expandBraces(word: Word): readonly Word[] | undefined {
  if (!word.parts.some((part) => part.kind === 'text' && !part.quoted && part.text.includes('{'))) return [word];
  const units = word.parts.flatMap((part): Unit[] => (part.kind === 'text' && !part.quoted ? [...part.text] : [part]));
  const expanded = expand(units);
  return expanded?.map((each) => ({ start: word.start, end: word.end, parts: partsOf(each, word), literal: undefined }));
}

function partsOf(units: readonly Unit[], { start, end }: Word): Part[] {
  const parts: Part[] = [];
  for (const unit of units) {
    const last = parts.at(-1);
    if (typeof unit !== 'string') parts.push(unit);
    else if (last?.kind === 'text' && !last.quoted) parts[parts.length - 1] = { ...last, text: last.text + unit };
    else parts.push({ kind: 'text', text: unit, quoted: false, start, end } satisfies TextPart);
  }
  return parts;
}

function expand(units: readonly Unit[]): Unit[][] | undefined {
  for (let open = units.indexOf('{'); open !== -1; open = units.indexOf('{', open + 1)) {
    const choices = choicesAt(units, open);
    if (choices === undefined) continue;
    const before = units.slice(0, open);
    const behind = expand(units.slice(choices.end));
    const inside = choices.sets.map((set) => expand(set));
    if (behind === undefined || inside.some((each) => each === undefined)) return undefined;
    const middles = inside.flatMap((each) => each!);
    if (middles.length * behind.length > MOST_WORDS) return undefined;
    return middles.flatMap((middle) => behind.map((rest) => [...before, ...middle, ...rest]));
  }
  return [[...units]];
}

/** What stands between the braces that open at `open`, if it is a list or a sequence. */
function choicesAt(units: readonly Unit[], open: number): { readonly sets: readonly Unit[][]; readonly end: number } | undefined {
  const sets: Unit[][] = [[]];
  let depth = 0;
  for (let index = open + 1; index < units.length; index++) {
    const unit = units[index]!;
    if (unit === '}' && depth === 0) {
      const found = sets.length > 1 ? sets : sequence(sets[0]!);
      return found === undefined ? undefined : { sets: found, end: index + 1 };
    }
    if (unit === ',' && depth === 0) sets.push([]);
    else {
      depth += unit === '{' ? 1 : unit === '}' ? -1 : 0;
      sets.at(-1)!.push(unit);
    }
  }
  return undefined;
}

function sequence(units: readonly Unit[]): Unit[][] | undefined {
  if (!units.every((unit) => typeof unit === 'string')) return undefined;
  const text = units.join('');
  const numbers = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/u.exec(text);
  if (numbers !== null) return numberSequence(numbers[1]!, numbers[2]!, Number(numbers[3] ?? 1));
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/u.exec(text);
  if (letters === null) return undefined;
  return steps(letters[1]!.charCodeAt(0), letters[2]!.charCodeAt(0), Number(letters[3] ?? 1))?.map((code) => [String.fromCharCode(code)]);
}

function numberSequence(first: string, last: string, by: number): Unit[][] | undefined {
  const padded = [first, last].some((text) => /^-?0\d/u.test(text));
  const width = padded ? Math.max(first.length, last.length) : 0;
  return steps(Number(first), Number(last), by)?.map((value) => [...pad(value, width)]);
}

function pad(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
}

/** Too long a sequence becomes one unit that stands for the words as they are written. */
function steps(first: number, last: number, by: number): number[] | undefined {
  const step = Math.abs(by) || 1;
  const count = Math.floor(Math.abs(last - first) / step) + 1;
  if (count > MOST_WORDS) return undefined;
  return Array.from({ length: count }, (_, index) => first + (last < first ? -1 : 1) * step * index);
}
