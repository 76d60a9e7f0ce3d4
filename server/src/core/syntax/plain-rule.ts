import type { Argument, LineContent } from './line.ts';

type RuleContent = LineContent & { readonly kind: 'rule' };

const TAB = 9;
const BLANK = 32;
const QUOTE = 34;
const DASH = 45;
const BRACKET = 91;

/** Text in which quotes, if any, stand around whole words and no backslash stands between them. */
const PLAIN = /^[^"\r]*(?:(?<=[ \t])"[^"\\\r]*"(?![^ \t])[^"\r]*)*$/u;

/** Counters as iptables-save -c prints them before a rule. */
const COUNTERS = /^\[\d+:\d+\](?= -)/u;

/** A rule that keeps no words, as a file has thousands of them: they are cut from its text when they are asked for. */
class PlainRule {
  readonly kind = 'rule';
  readonly counters: Argument | undefined;
  private readonly text: string;

  constructor(text: string, counters: Argument | undefined) {
    this.text = text;
    this.counters = counters;
  }

  get arguments(): readonly Argument[] {
    return words(this.text, this.counters?.end ?? 0);
  }
}

/**
 * What a rule line says that is as iptables-save writes it, without odd quotes and carriage returns; undefined for any
 * other text. The grammar cuts such a line at blanks and at nothing else, and nearly all lines of a file are like that:
 * to read them here spares most of what parsing a file costs. A test holds it against the grammar.
 */
export function readPlainRule(text: string): RuleContent | undefined {
  const first = text.charCodeAt(0);
  if (first !== DASH && first !== BRACKET) return undefined;
  const counters = first === DASH ? undefined : COUNTERS.exec(text)?.[0];
  if ((first === BRACKET && counters === undefined) || !PLAIN.test(text)) return undefined;
  return new PlainRule(text, counters === undefined ? undefined : { text: counters, raw: counters, start: 0, end: counters.length });
}

function words(text: string, from: number): Argument[] {
  const found: Argument[] = [];
  let at = from;
  for (;;) {
    while (isBlank(text.charCodeAt(at))) at++;
    if (at >= text.length) return found;
    const start = at;
    if (text.charCodeAt(at) === QUOTE) {
      at = text.indexOf('"', at + 1) + 1;
      found.push({ text: text.slice(start + 1, at - 1), raw: text.slice(start, at), start, end: at });
    } else {
      while (at < text.length && !isBlank(text.charCodeAt(at))) at++;
      const word = text.slice(start, at);
      found.push({ text: word, raw: word, start, end: at });
    }
  }
}

const isBlank = (code: number): boolean => code === BLANK || code === TAB;
