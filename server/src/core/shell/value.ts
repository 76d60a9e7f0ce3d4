import type { Span } from '../text.ts';

/** A value that the script's text does not tell. */
export interface Unknown {
  /** What it comes from, as it stands in the script: `$1`, `$(hostname -I)`, `[ -f /etc/fw.conf ]`. */
  readonly origin: string;
  /** All values that it can have, where they are few. */
  readonly candidates?: readonly string[];
  /** The program that it names all the same: `$(which iptables)` is some path of it. */
  readonly program?: string;
  /** Which argument of the script it is, from 1, unless it is something that the script puts in its place. */
  readonly argument?: number;
  /** Of a path into the folder that the script stands in: what follows that folder's own, `/conf/fw.conf`. */
  readonly beside?: string;
  /** Tells it from all others, where it is one value for the whole run of the script. */
  readonly id?: string;
  /** Of a text that is known in part: what it is made of. */
  readonly parts?: readonly Value[];
}

export type Value = string | Unknown;

export const isUnknown = (value: Value): value is Unknown => typeof value !== 'string';

/** By which name a script is called, and in which folder. Texts with one of them in them are kept as long as it is. */
export interface Called {
  readonly name: Unknown;
  readonly folder: Unknown;
}

/** The same name and folder for whoever looks twice. In its folder the script goes by a name that no file has; the folder is the one that it stands in, as far as its own files go. */
export const called = (): Called => ({ name: { origin: '$0', beside: '/\0' }, folder: { origin: '$PWD', beside: '' } });

/** One argument that a command gets. `text` of an unknown one is what stands in the script. */
export interface Field extends Span {
  readonly text: string;
  readonly unknown?: Unknown;
  /** Whether it was handed on by `$@` or `$*`. */
  readonly handed?: true;
}

/** An array, by index or by key. */
export interface ArrayValue {
  readonly elements: ReadonlyMap<number | string, Value>;
  readonly associative: boolean;
}

/** A text together with where each piece of it stands in the script. */
export interface Piece extends Span {
  readonly text: string;
  readonly unknown?: Unknown;
}

/** Candidates beyond this many help nobody. */
const MOST_CANDIDATES = 8;

/** Parts of one text beyond this many help nobody, and double where a text doubles itself. */
const MOST_PARTS = 32;

const ways = new WeakMap<Unknown, Map<string, Unknown>>();

/** A text of which some parts are not known. The same text around the same one value is the same again, such as a path in a directory. */
export function joinedOf(parts: readonly Value[]): Value {
  const all = parts.flatMap((part) => (isUnknown(part) ? part.parts ?? [part] : [part]));
  const unknowns = all.filter(isUnknown);
  const [unknown] = unknowns;
  if (unknown === undefined) return all.join('');
  if (unknowns.length > 1) return { origin: unknown.origin, ...(all.length <= MOST_PARTS && { parts: all }) };
  const place = all.indexOf(unknown);
  return surrounded(all.slice(0, place).join(''), unknown, all.slice(place + 1).join(''));
}

function surrounded(before: string, unknown: Unknown, after: string): Unknown {
  if (before === '' && after === '') return unknown;
  let known = ways.get(unknown);
  if (known === undefined) ways.set(unknown, known = new Map());
  const around = `${before}\0${after}`;
  let whole = known.get(around);
  if (whole === undefined) {
    const { origin, candidates, program, beside } = unknown;
    const within = (text: string): string => before + text + after;
    const isPath = beside !== undefined && before === '' && (beside !== '' || after.startsWith('/'));
    whole = {
      origin, parts: [before, unknown, after], ...(candidates && { candidates: candidates.map(within) }), ...(program !== undefined && { program: within(program) }),
      ...(isPath && { beside: beside + after }),
    };
    known.set(around, whole);
  }
  return whole;
}

/** The value where it is not all that there is: what is left of it is no path, and made of other parts. */
export function partOf({ beside: _all, parts: _parts, ...rest }: Unknown): Unknown {
  return rest;
}

/** The value of something that has one of these, for the reason that `origin` names. */
export function oneOf(values: readonly Value[], origin: string): Value {
  const first = values[0]!;
  if (values.every((value) => sameValue(value, first))) return first;
  const candidates = new Set<string>();
  for (const value of values) {
    const some = isUnknown(value) ? value.candidates : [value];
    if (some === undefined) return unknownOneOf(values.filter(isUnknown));
    for (const each of some) candidates.add(each);
  }
  return candidates.size > MOST_CANDIDATES ? { origin } : { origin, candidates: [...candidates] };
}

function unknownOneOf([first, ...others]: readonly Unknown[]): Unknown {
  const { origin, argument } = first!;
  return argument !== undefined && others.every((other) => other.argument === argument) ? { origin, argument } : { origin };
}

export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  return isUnknown(a) && isUnknown(b) && a.origin === b.origin && a.program === b.program && a.argument === b.argument && a.id === b.id && a.beside === b.beside
    && (a.candidates ?? []).join('\0') === (b.candidates ?? []).join('\0') && sameParts(a.parts, b.parts);
}

const sameParts = (a: Unknown['parts'], b: Unknown['parts']): boolean => a === b || (a !== undefined && b !== undefined && a.length === b.length && a.every((part, index) => sameValue(part, b[index]!)));

/** Whether two values are the same text; unknown where that depends on what is not known. */
export function equal(a: Value, b: Value, same: (a: string, b: string) => boolean = (x, y) => x === y): boolean | Unknown {
  if (!isUnknown(a) && !isUnknown(b)) return same(a, b);
  if (a === b) return true;
  const unknown = isUnknown(a) ? a : b as Unknown;
  const left = isUnknown(a) ? a.candidates : [a];
  const right = isUnknown(b) ? b.candidates : [b];
  if (left === undefined || right === undefined) return unknown;
  const answers = new Set(left.flatMap((x) => right.map((y) => same(x, y))));
  return answers.size === 1 ? answers.has(true) : unknown;
}
