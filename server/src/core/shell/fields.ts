import type { Span } from '../text.ts';
import type { Field, Unknown, Value } from './value.ts';
import { isUnknown, joinedOf } from './value.ts';

/** `IFS` as a shell begins. */
export const BLANKS = ' \t\n';
/** Outside of quotes these may stand for the names of files. */
const MATCHES_FILES = /[*?]|\[.*\]/u;

/** The characters at which words are split: those of `IFS`. */
export interface Separators {
  readonly sure: string;
  /** Those of which nobody knows whether they are among them. */
  readonly doubtful: string;
}

/** Puts together the arguments that one word of the script becomes. */
export class FieldBuilder {
  private readonly done: Field[] = [];
  private readonly word: Span;
  private readonly raw: string;
  private readonly separators: string;
  private readonly doubtful: string;
  private readonly matchesFiles: boolean;
  private text = '';
  /** The values in it that are not known, each behind the text that stands before it. */
  private unknowns: Value[] = [];
  /** How much of the text stands before the last of them. */
  private before = 0;
  private handed: Span | undefined;
  private patterns = '';
  private open = false;

  /** `separators`: what `IFS` holds; `matchesFiles`: whether patterns stand for the names of files. */
  constructor(word: Span, raw: string, { sure, doubtful }: Separators, matchesFiles = true) {
    this.doubtful = doubtful;
    this.matchesFiles = matchesFiles;
    this.word = word;
    this.raw = raw;
    this.separators = sure;
  }

  quoted(value: Value): void {
    this.open = true;
    if (!isUnknown(value)) {
      this.text += value;
      return;
    }
    this.unknowns.push(this.text.slice(this.before), value);
    this.before = this.text.length;
  }

  /** Text of the script outside of quotes: it is not split. */
  plain(text: string): void {
    this.open = true;
    this.text += text;
    this.patterns += text;
  }

  /** What an expansion outside of quotes gave. */
  split(value: Value): void {
    if (isUnknown(value)) this.splitUnknown(value);
    else if (hasAny(value, this.doubtful)) this.quoted({ origin: this.raw });
    else if (!hasAny(value, this.separators)) {
      if (value !== '') this.plain(value);
    } else this.splitText(value);
  }

  /** A text of which parts are known is split in those. */
  private splitUnknown(value: Unknown): void {
    const { parts } = value;
    if (parts?.some((part) => !isUnknown(part) && (hasAny(part, this.separators) || hasAny(part, this.doubtful))) !== true) this.quoted(value);
    else for (const part of parts) this.split(part);
  }

  private splitText(text: string): void {
    for (let i = 0; i < text.length;) {
      const character = text[i]!;
      if (!this.separators.includes(character)) {
        this.plain(character);
        i++;
        continue;
      }
      const blanksEnd = this.skipBlanks(text, i);
      const other = blanksEnd < text.length && this.separators.includes(text[blanksEnd]!);
      if (other) this.open = true;
      this.close();
      i = other ? this.skipBlanks(text, blanksEnd + 1) : blanksEnd;
    }
  }

  private skipBlanks(text: string, from: number): number {
    let end = from;
    while (end < text.length && BLANKS.includes(text[end]!) && this.separators.includes(text[end]!)) end++;
    return end;
  }

  /** Elements of `$@` or an array, each an argument of its own. */
  elements(elements: readonly (Value | Field)[], quoted: boolean): void {
    elements.forEach((element, index) => {
      if (index > 0) this.close();
      const isField = typeof element === 'object' && 'start' in element;
      if (isField && !this.open && element.end > element.start) this.handed = element;
      const value = isField ? element.unknown ?? element.text : element;
      if (quoted) this.quoted(value);
      else this.split(value);
    });
  }

  /** Ends the argument, if one has begun. */
  close(): void {
    if (!this.open) return;
    const files = this.matchesFiles && this.unknowns.length === 0 && MATCHES_FILES.test(this.patterns) ? { origin: this.patterns } : undefined;
    const unknown = this.unknowns.length === 0 ? files : joinedOf([...this.unknowns, this.text.slice(this.before)]) as Unknown;
    const { start, end } = this.handed ?? this.word;
    this.done.push({
      text: unknown === undefined ? this.text : this.raw, start, end,
      ...(unknown === undefined ? {} : { unknown }), ...(this.handed === undefined ? {} : { handed: true as const }),
    });
    this.text = '';
    this.patterns = '';
    this.unknowns = [];
    this.before = 0;
    this.handed = undefined;
    this.open = false;
  }

  finish(): Field[] {
    this.close();
    return this.done;
  }
}

/** Whether a text has any of some characters in it. */
export function hasAny(text: string, characters: string): boolean {
  for (const character of characters) if (text.includes(character)) return true;
  return false;
}

/** The words that a text is split into, as many as there are. */
export function splitText(text: string, separators: Separators): readonly string[] {
  const builder = new FieldBuilder({ start: 0, end: 0 }, '', separators, false);
  builder.split(text);
  return builder.finish().map((field) => field.text);
}
