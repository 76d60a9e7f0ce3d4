import type { Argument } from './line.ts';

const TAB = 9;
const BLANK = 32;
/** The code of `"`. */
export const QUOTE = 34;
const DASH = 45;
const BRACKET = 91;

/** Counters as iptables-save -c prints them before a rule. */
const COUNTERS = /^\[\d+:\d+\](?= -)/u;

/** A rule that keeps no words, as a file has thousands of them: they are cut from its text when they are asked for. */
export class PlainRule {
  readonly kind = 'rule';
  readonly counters: Argument | undefined;
  private readonly text: string;

  constructor(text: string, counters: Argument | undefined) {
    this.text = text;
    this.counters = counters;
  }

  get arguments(): readonly Argument[] {
    const { text, places } = this;
    const words: Argument[] = [];
    for (let at = 0; at < places.length; at += 2) {
      const start = places[at]!;
      const end = places[at + 1]!;
      words.push({ text: plainWord(text, start, end), raw: text.slice(start, end), start, end });
    }
    return words;
  }

  /** Start and end of each word in turn, with its quotes. */
  get places(): readonly number[] {
    return plainPlaces(this.text);
  }
}

/** Start and end of each word of a plain rule in turn, with its quotes. */
export function plainPlaces(text: string): readonly number[] {
  const places: number[] = [];
  for (let start = nextWord(text, firstWord(text)); start < text.length;) {
    const end = endOfWord(text, start);
    places.push(start, end);
    start = nextWord(text, end);
  }
  return places;
}

/** Where the words of a plain rule begin, behind its counters. */
export const firstWord = (text: string): number => (text.charCodeAt(0) === BRACKET ? text.indexOf(']') + 1 : 0);

/** Where the next word starts at or behind a place; the length of the text where there is none. */
export function nextWord(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Where the word ends that starts there, with its quotes. */
export function endOfWord(text: string, start: number): number {
  if (text.charCodeAt(start) === QUOTE) return text.indexOf('"', start + 1) + 1;
  let at = start;
  while (at < text.length && !isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** The word that stands at these places, without its quotes. */
export const plainWord = (text: string, start: number, end: number): string =>
  (text.charCodeAt(start) === QUOTE ? text.slice(start + 1, end - 1) : text.slice(start, end));

/**
 * What a rule line says that is as iptables-save writes it, without odd quotes and carriage returns; undefined for any
 * other text. The grammar cuts such a line at blanks and at nothing else, and nearly all lines of a file are like that:
 * to read them here spares most of what parsing a file costs. A test holds it against the grammar.
 */
export function readPlainRule(text: string): PlainRule | undefined {
  const first = text.charCodeAt(0);
  if (first !== DASH && first !== BRACKET) return undefined;
  const counters = first === DASH ? undefined : COUNTERS.exec(text)?.[0];
  if ((first === BRACKET && counters === undefined) || !isPlain(text)) return undefined;
  return new PlainRule(text, counters === undefined ? undefined : { text: counters, raw: counters, start: 0, end: counters.length });
}

/** Whether quotes, if any, stand around whole words, no backslash stands between them, and no carriage return in the text. */
function isPlain(text: string): boolean {
  if (text.includes('\r')) return false;
  for (let start = text.indexOf('"'); start !== -1;) {
    const end = text.indexOf('"', start + 1);
    if (end === -1 || !isBlank(text.charCodeAt(start - 1)) || !(end + 1 === text.length || isBlank(text.charCodeAt(end + 1)))) return false;
    const backslash = text.indexOf('\\', start);
    if (backslash !== -1 && backslash < end) return false;
    start = text.indexOf('"', end + 1);
  }
  return true;
}

const isBlank = (code: number): boolean => code === BLANK || code === TAB;
