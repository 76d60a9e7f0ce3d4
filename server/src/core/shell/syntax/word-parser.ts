import { oneOfAlike } from '../../alike.ts';
import type { Command, HereStart, HereText, ParameterPart, Part, TextPart, Word } from './ast.ts';
import { Scanner } from './scanner.ts';
import { ansiEscape } from './ansi-escape.ts';

/** Ends an unquoted word. */
const ENDS_WORD = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')', '']);
const SPECIAL = new Set(['@', '*', '#', '?', '$', '!', '-']);
const OPERATORS = [':-', ':=', ':?', ':+', '##', '%%', '//', '/#', '/%', '^^', ',,', '-', '=', '?', '+', '#', '%', '/', '^', ',', ':', '@'];
/** A whole word without quotes, expansions or anything else that is special. */
const PLAIN_WORD = /[A-Za-z0-9_.,:/+@%^=!-]+/uy;
/** Characters that end nothing. */
const PLAIN_RUN = /[A-Za-z0-9_.]+/uy;
/** What a here-document expands. */
const SPECIAL_HERE = /[$`\\]/gu;
/** Unquoted, these make of a word something else than its text. */
const MATCHES_FILES = /[*?[{~]/u;

/** A word of which nothing is special. A script has thousands of them, and few are asked for their parts. */
class PlainWord implements Word {
  readonly literal: string;
  readonly start: number;
  readonly end: number;

  constructor(literal: string, start: number, end: number) {
    this.literal = literal;
    this.start = start;
    this.end = end;
  }

  get parts(): readonly Part[] {
    return [text(this.literal, this.start, this.end, false)];
  }
}

/** Where a stretch of parts ends, and what counts as a quote in it. */
interface Stretch {
  readonly ends: (scanner: Scanner) => boolean;
  /** Whether the stretch as a whole is in double quotes, so that single ones are text. */
  readonly quoted: boolean;
}

/** Reads words: quotes, escapes and expansions. Commands inside `$(…)` are read by the parser that extends it. */
export abstract class WordParser extends Scanner {
  /** Where a here-document was found to have something to expand. */
  private marked = -1;
  /** Whether it reads a here-document, of which it is known where it ends. */
  protected isInHereText = false;
  protected abstract substitution(closing: string): Command;
  protected abstract parseNested(text: string): Command;

  /** The word that begins here; undefined where none does. */
  word(): Word | undefined {
    const start = this.position;
    if (ENDS_WORD.has(this.next) && !this.atProcess()) return undefined;
    const plain = this.run(PLAIN_WORD);
    if (plain !== '' && this.endsWord()) return new PlainWord(oneOfAlike(plain), start, this.position);
    this.position = start;
    const parts = this.parts({ ends: () => this.endsWord(), quoted: false });
    return this.position === start ? undefined : makeWord(parts, start, this.position);
  }

  /** A word as a pattern, in which groups such as `@(a|b)` hold together. */
  protected pattern(): Word | undefined {
    const start = this.position;
    const word = this.word();
    const beginsGroup = (): boolean => this.next === '(' && this.position > start && '?*+@!'.includes(this.text[this.position - 1]!);
    if (!beginsGroup()) return word;
    this.position = start;
    let depth = 0;
    const parts = this.parts({
      quoted: false,
      ends: () => {
        if (depth === 0 && this.endsWord() && !beginsGroup()) return true;
        if (this.next === '(') depth++;
        else if (this.next === ')') depth--;
        return false;
      },
    });
    return makeWord(parts, start, this.position);
  }

  /** A stretch of the text as a here-document reads it. */
  hereText(start: number, end: number, { delimiter, expands, tabs }: HereStart): HereText {
    const outer = { position: this.position, end: this.end, isInHereText: this.isInHereText };
    this.position = start;
    this.end = end;
    this.isInHereText = true;
    const parts: Part[] = [];
    if (!tabs) this.hereLines(parts, expands, end);
    else while (this.position < end) this.hereLine(parts, expands);
    this.position = outer.position;
    this.end = outer.end;
    this.isInHereText = outer.isInHereText;
    return { parts, start, end, literal: undefined, delimiter, expands, tabs };
  }

  /** A line of a here-document without the tabs before it. */
  private hereLine(parts: Part[], expands: boolean): void {
    while (this.next === '\t') this.position++;
    const newline = this.text.indexOf('\n', this.position);
    this.hereLines(parts, expands, newline === -1 || newline >= this.end ? this.end : newline + 1);
  }

  /** The text of a here-document up to a place; what expands to nothing is one part, however long. */
  private hereLines(parts: Part[], expands: boolean, end: number): void {
    while (this.position < end) {
      const from = this.position;
      this.position = expands ? Math.min(this.specialHere(from), end) : end;
      if (this.position > from) parts.push(text(this.text.slice(from, this.position), from, this.position, true));
      if (this.position < end) this.special(parts, '$`\\');
    }
  }

  /** The place of the next character that a here-document expands. */
  private specialHere(from: number): number {
    if (this.marked < from) {
      SPECIAL_HERE.lastIndex = from;
      this.marked = SPECIAL_HERE.exec(this.text)?.index ?? this.text.length;
    }
    return this.marked;
  }

  /** An arithmetic expression up to where it ends, as the text that it expands to. */
  protected arithmeticText(ends: (scanner: Scanner) => boolean): Word {
    const start = this.position;
    let depth = 0;
    const parts = this.parts({
      quoted: true,
      ends: () => {
        if (this.next === '') this.fail('`)`');
        if (depth === 0 && ends(this)) return true;
        if (this.next === '(') depth++;
        else if (this.next === ')') depth--;
        return false;
      },
    });
    return { parts: parts.map((part) => (part.kind === 'text' ? { ...part, text: part.text.replaceAll('"', '') } : part)), start, end: this.position, literal: undefined };
  }

  protected parts(stretch: Stretch): Part[] {
    const parts: Part[] = [];
    while (!stretch.ends(this)) this.part(parts, stretch);
    // A list that has grown has room for more, and a script has thousands.
    return parts.slice();
  }

  private part(parts: Part[], stretch: Stretch): void {
    const { next, position } = this;
    if (next === '') this.fail('the end of a quote or expansion');
    if (next === '"' && !stretch.quoted) this.doubleQuoted(parts);
    else if (next === "'" && !stretch.quoted) this.singleQuoted(parts);
    else if (next === '\\' && !stretch.quoted) this.escape(parts);
    else if (next === '\\' || next === '$' || next === '`') this.special(parts, stretch.quoted ? '$`"\\' : undefined);
    else if (this.atProcess() && !stretch.quoted) this.process(parts);
    else {
      const run = this.run(PLAIN_RUN) || next;
      this.position = position + run.length;
      addText(parts, run, position, this.position, stretch.quoted);
    }
  }

  /** The longest text here that the pattern takes. */
  private run(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0] ?? '';
    const length = Math.min(found.length, this.end - this.position);
    this.position += length;
    return found.slice(0, length);
  }

  private endsWord(): boolean {
    if (this.next === '\r') return this.atLineEnd();
    return ENDS_WORD.has(this.next) && !this.atProcess();
  }

  private atProcess(): boolean {
    return (this.next === '<' || this.next === '>') && this.at(1) === '(';
  }

  private escape(parts: Part[]): void {
    const join = this.joinLength();
    const start = this.position;
    if (join > 0) this.position += join;
    else {
      this.position += 2;
      if (this.position > this.end) this.position = this.end;
      parts.push(text(this.text.slice(start + 1, this.position), start, this.position, true));
    }
  }

  private singleQuoted(parts: Part[]): void {
    const start = this.position;
    const close = this.text.indexOf("'", start + 1);
    if (close === -1 || close >= this.end) {
      this.position = this.end;
      this.fail("`'`");
    }
    this.position = close + 1;
    parts.push(text(this.text.slice(start + 1, close), start + 1, close, true));
  }

  private doubleQuoted(parts: Part[]): void {
    this.position++;
    const before = parts.length;
    const start = this.position;
    while (this.next !== '"') {
      const from = this.position;
      while (this.position < this.end && !'"$`\\'.includes(this.next)) this.position++;
      if (this.position > from) parts.push(text(this.text.slice(from, this.position), from, this.position, true));
      if (this.next === '') this.fail('`"`');
      if (this.next !== '"') this.special(parts, '$`"\\');
    }
    if (parts.length === before) parts.push(text('', start, start, true));
    this.position++;
  }

  /** What `$`, a backquote or a backslash begins. `escapable`: what a backslash escapes inside double quotes; outside it is undefined. */
  private special(parts: Part[], escapable: string | undefined): void {
    const quoted = escapable !== undefined;
    const start = this.position;
    if (this.next === '\\') {
      const join = this.joinLength();
      const escaped = this.at(1) !== '' && escapable!.includes(this.at(1));
      this.position += join > 0 ? join : escaped ? 2 : 1;
      if (join === 0) parts.push(text(this.text[this.position - 1]!, start, this.position, true));
    } else if (this.next === '`') {
      parts.push({ kind: 'substitution', body: this.backquoted(), file: false, quoted, start, end: this.position });
    } else this.dollar(parts, quoted);
  }

  private backquoted(): Command {
    this.position++;
    const start = this.position;
    while (this.next !== '`') {
      if (this.next === '') this.fail('a closing backquote');
      this.position += this.next === '\\' ? 2 : 1;
    }
    const inner = this.text.slice(start, this.position);
    this.position++;
    return this.parseNested(`${' '.repeat(start)}${inner.replace(/\\([\\`$])/gu, '$1')}`);
  }

  private process(parts: Part[]): void {
    const start = this.position;
    this.position += 2;
    parts.push({ kind: 'substitution', body: this.substitution(')'), file: true, quoted: true, start, end: this.position });
  }

  private dollar(parts: Part[], quoted: boolean): void {
    const start = this.position;
    const after = this.at(1);
    if (after === '(') this.dollarParenthesis(parts, quoted);
    else if (after === '{') parts.push(this.braced(quoted));
    else if (after === '[') {
      this.position += 2;
      const expression = this.arithmeticText((scanner) => scanner.next === ']');
      this.position++;
      parts.push({ kind: 'arithmetic', expression, quoted, start, end: this.position });
    } else if (after === "'" && !quoted) this.ansiQuoted(parts);
    else if (after === '"' && !quoted) {
      this.position++;
      this.doubleQuoted(parts);
    } else {
      this.position++;
      const name = this.name() ?? (/[0-9]/u.test(after) || SPECIAL.has(after) ? after : undefined);
      if (name === undefined) parts.push(text('$', start, this.position, true));
      else {
        if (name === after && !/[A-Za-z_]/u.test(name)) this.position++;
        parts.push({ kind: 'parameter', name, quoted, start, end: this.position });
      }
    }
  }

  private dollarParenthesis(parts: Part[], quoted: boolean): void {
    const start = this.position;
    const expression = this.startsWith('$((') ? this.arithmeticParenthesis() : undefined;
    if (expression !== undefined) {
      parts.push({ kind: 'arithmetic', expression, quoted, start, end: this.position });
      return;
    }
    this.position = start + 2;
    parts.push({ kind: 'substitution', body: this.substitution(')'), file: false, quoted, start, end: this.position });
  }

  /** The expression of `$((…))`; undefined where it is a substitution that begins with a subshell. */
  private arithmeticParenthesis(): Word | undefined {
    this.position += 3;
    const expression = this.arithmeticText((scanner) => scanner.next === ')');
    return this.take('))') ? expression : undefined;
  }

  private ansiQuoted(parts: Part[]): void {
    const start = this.position;
    this.position += 2;
    let value = '';
    while (this.next !== "'") {
      if (this.next === '') this.fail("`'`");
      if (this.next === '\\') {
        const escape = ansiEscape(this.text, this.position);
        value += escape.text;
        this.position = escape.end;
      } else value += this.text[this.position++]!;
    }
    this.position++;
    parts.push(text(value, start, this.position, true));
  }

  private braced(quoted: boolean): ParameterPart {
    const start = this.position;
    this.position += 2;
    const prefix = this.bracedPrefix();
    const name = this.name() ?? this.specialName();
    if (name === undefined) this.fail('a parameter');
    const index = this.next === '[' ? this.subscript() : undefined;
    const operator = this.bracedOperator(prefix);
    if (operator === undefined && this.next !== '}') this.fail('`}`');
    const literal = quoted && /[-=?+]$/u.test(operator ?? '');
    const twofold = operator === undefined ? '' : operator.startsWith('/') ? '/' : operator === ':' ? ':' : '';
    const argument = operator === undefined ? undefined : this.bracedArgument(literal, twofold);
    const second = twofold !== '' && this.take(twofold) ? this.bracedArgument(literal, '') : undefined;
    this.expect('}');
    return {
      kind: 'parameter', name, quoted, start, end: this.position,
      ...(prefix === undefined ? {} : { prefix }), ...(index === undefined ? {} : { index }),
      ...(operator === undefined ? {} : { operator }), ...(argument === undefined ? {} : { argument }), ...(second === undefined ? {} : { second }),
    };
  }

  private bracedPrefix(): '#' | '!' | undefined {
    const { next } = this;
    if ((next !== '#' && next !== '!') || this.at(1) === '}' || !/[A-Za-z0-9_@*#?$!-]/u.test(this.at(1))) return undefined;
    // `${#-x}` and the like are the operator on `$#`.
    if (next === '#' && SPECIAL.has(this.at(1)) && this.at(2) !== '}') return undefined;
    this.position++;
    return next;
  }

  private bracedOperator(prefix: '#' | '!' | undefined): string | undefined {
    // `${!NAME*}` and `${!NAME@}` are the names that begin so.
    if (prefix === '!' && this.take('*')) return '@';
    return this.next === '}' ? undefined : OPERATORS.find((token) => this.take(token));
  }

  private specialName(): string | undefined {
    const digits = /[0-9]*/uy;
    digits.lastIndex = this.position;
    const found = digits.exec(this.text)![0];
    const name = found !== '' ? found : SPECIAL.has(this.next) ? this.next : undefined;
    this.position += name?.length ?? 0;
    return name;
  }

  /** `[…]` behind a name. */
  protected subscript(): Word {
    this.position++;
    const start = this.position;
    let depth = 0;
    const parts = this.parts({
      quoted: false,
      ends: () => {
        if (this.next === '\n') this.fail('`]`');
        if (depth === 0 && this.next === ']') return true;
        depth += this.next === '[' ? 1 : this.next === ']' ? -1 : 0;
        return false;
      },
    });
    const word = makeWord(parts, start, this.position);
    this.position++;
    return word;
  }

  private bracedArgument(quoted: boolean, separator: string): Word {
    const start = this.position;
    const parts: Part[] = [];
    const ends = (): boolean => this.next === '}' || (separator !== '' && this.next === separator);
    this.enter();
    // Double quotes group even inside of those that stand around the expansion.
    while (!ends()) {
      if (quoted && this.next === '"') this.doubleQuoted(parts);
      else this.part(parts, { ends, quoted });
    }
    this.depth--;
    return makeWord(parts, start, this.position);
  }
}

const text = (value: string, start: number, end: number, quoted: boolean): TextPart => ({ kind: 'text', text: value, quoted, start, end });

function addText(parts: Part[], value: string, start: number, end: number, quoted: boolean): void {
  const last = parts.at(-1);
  if (last?.kind === 'text' && last.quoted === quoted && last.end === start) parts[parts.length - 1] = text(last.text + value, last.start, end, quoted);
  else parts.push(text(value, start, end, quoted));
}

export function makeWord(parts: readonly Part[], start: number, end: number): Word {
  return { parts, start, end, literal: literalOf(parts) };
}

function literalOf(parts: readonly Part[]): string | undefined {
  let value = '';
  for (const part of parts) {
    if (part.kind !== 'text' || (!part.quoted && MATCHES_FILES.test(part.text))) return undefined;
    value += part.text;
  }
  return value;
}
