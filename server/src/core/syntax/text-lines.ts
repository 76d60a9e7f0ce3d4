import { sharedEnds } from '../shared-ends.ts';
import { Tally } from '../tally.ts';
import type { Line, LineContent } from './line.ts';
import type { LineParser } from './parser.ts';
import { indexAt, lineAt, offsetOfColumn, type Position, type Range } from './positions.ts';
import { continues, physicalLines, splitLines, type LogicalText } from './split.ts';

/** A replacement of a range, or of the whole text where `range` is absent. */
export interface TextChange {
  readonly range?: Range;
  readonly text: string;
}

/** Lines that took the place of others, from this index on. */
export interface Replacement {
  readonly first: number;
  readonly before: readonly Line[];
  readonly after: readonly Line[];
}

const NO_LINES: readonly Line[] = [];

const isAlike = (a: LogicalText, b: LogicalText): boolean => a.text === b.text && a.eol === b.eol;

/** A text as its logical lines; an edit parses those that it touches, and all others stay the objects that they were. */
export class TextLines {
  private readonly parser: LineParser;
  private readonly file: string | undefined;
  private lines: readonly Line[] = [];
  /** How many lines of a kind there are. */
  private readonly kinds = new Tally<LineContent['kind']>();

  /** `file`: the name of the lines' file, for other files that speak of them. */
  constructor(parser: LineParser, text: string, file?: string) {
    this.parser = parser;
    this.file = file;
    this.replace(0, 0, splitLines(text));
  }

  /** The lines as they are now; an edit makes another list. */
  get all(): readonly Line[] {
    return this.lines;
  }

  /** The lines of a kind of which there are few: mostly there is none, and no line is looked at. */
  of<Kind extends LineContent['kind']>(kind: Kind): readonly Line[] {
    return this.kinds.of(kind) > 0 ? this.lines.filter(({ content }) => content.kind === kind) : NO_LINES;
  }

  getText(): string {
    return this.lines.map(({ text, eol }) => text + eol).join('');
  }

  /** Applies a change and answers what it did to the lines. */
  change({ range, text }: TextChange): Replacement {
    return range === undefined ? this.replace(0, this.lines.length, splitLines(text)) : this.splice(range, text);
  }

  private splice(range: Range, text: string): Replacement {
    const count = this.lines.length;
    let first = Math.min(indexAt(this.lines, range.start.line), count);
    let last = Math.min(indexAt(this.lines, range.end.line), count);
    let before = first < count ? this.prefix(this.lines[first]!, range.start) : '';
    const previous = this.lines[first - 1];
    // Only the last line can end in a backslash without having taken in the next one: there was none.
    if (first === count && previous !== undefined && continues(previous)) {
      first--;
      before = previous.text + previous.eol;
    }
    let after = last < count ? this.suffix(this.lines[last]!, range.end) : '';
    // A line whose ending went away takes in what follows it, and so does one that now ends in a backslash.
    let texts = splitLines(before + text + after);
    while (last + 1 < count && texts.length > 0 && (texts.at(-1)!.eol === '' || continues(texts.at(-1)!))) {
      last++;
      after += this.lines[last]!.text + this.lines[last]!.eol;
      texts = splitLines(before + text + after);
    }
    return this.replace(first, Math.min(last + 1, count), texts);
  }

  private prefix(line: Line, { line: row, character }: Position): string {
    const at = lineAt(this.lines, row);
    return at === undefined ? line.text + line.eol : line.text.slice(0, offsetOfColumn(at, character));
  }

  private suffix(line: Line, { line: row, character }: Position): string {
    const at = lineAt(this.lines, row);
    return at === undefined ? '' : line.text.slice(offsetOfColumn(at, character)) + line.eol;
  }

  private replace(from: number, to: number, texts: readonly LogicalText[]): Replacement {
    const { file } = this;
    // A line that is pushed aside as it is remains itself.
    const before = this.lines.slice(from, to);
    const { start, end: rest } = sharedEnds<LogicalText>(before, texts, (line, text) => isAlike(before[line]!, texts[text]!));
    const first = from + start;
    const end = to - rest;
    const read = this.parser.parse(texts.slice(start, texts.length - rest));
    const after = file === undefined ? read : read.map((line) => ({ ...line, file }));
    this.lines = this.lines.slice(0, first).concat(after, this.lines.slice(end));
    this.renumber(first, first + after.length);
    const gone = before.slice(start, before.length - rest);
    for (const { content } of gone) this.kinds.add(content.kind, -1);
    for (const { content } of after) this.kinds.add(content.kind, 1);
    return { first, before: gone, after };
  }

  /** Numbers the lines from an edit on, which ends before `end`. */
  private renumber(first: number, end: number): void {
    const { lines } = this;
    const previous = lines[first - 1];
    let number = previous === undefined ? 0 : previous.number + physicalLines(previous.text);
    for (let index = first; index < end; index++) {
      const line = lines[index]!;
      line.number = number;
      number += physicalLines(line.text);
    }
    // Behind an edit lines keep their distance.
    const by = number - (lines[end]?.number ?? number);
    if (by !== 0) for (let index = end; index < lines.length; index++) lines[index]!.number += by;
  }
}
