import { sharedEnds, type SharedEnds } from '../shared-ends.ts';
import type { Line } from '../syntax/line.ts';

/** The lines from `first` to `last` stand in place of those up to `lastBefore` of another layout; the others are the same. */
export interface Changed {
  readonly first: number;
  readonly last: number;
  readonly lastBefore: number;
}

/** Where the lines of a script begin. */
export class Layout {
  readonly lines: readonly Line[];
  readonly starts: readonly number[];
  readonly text: string;
  /** The lines before the edit, and what it changed. */
  private readonly linesBefore: readonly Line[];
  private readonly edit: Changed;
  /** The line found last; whoever goes through a script asks for the next one. */
  private found = 0;

  /** `before`: the layout of the script before an edit, of which most goes on. */
  constructor(lines: readonly Line[], before?: Layout) {
    this.lines = lines;
    this.linesBefore = before?.lines ?? [];
    const { start: first, end: behind } = sharedEnds(lines, this.linesBefore);
    const last = lines.length - behind;
    const starts = before?.starts.slice(0, first) ?? [];
    const from = before?.startOf(first) ?? 0;
    const changed = lines.slice(first, last).map(({ text, eol }) => text + eol);
    let length = from;
    for (const text of changed) {
      starts.push(length);
      length += text.length;
    }
    const lastBefore = this.linesBefore.length - behind;
    this.edit = { first, last, lastBefore };
    const fromBefore = before?.startOf(lastBefore) ?? 0;
    for (let index = last; index < lines.length; index++) starts.push(before!.starts[index - last + lastBefore]! - fromBefore + length);
    this.starts = starts;
    this.text = (before?.text.slice(0, from) ?? '') + changed.join('') + (before?.text.slice(fromBefore) ?? '');
  }

  /** Index of the line that holds an offset. */
  indexAt(offset: number): number {
    for (let index = this.found; index <= this.found + 1; index++) if (this.holds(index, offset)) return (this.found = index);
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return (this.found = Math.max(0, low - 1));
  }

  /** The line that begins at an offset, or the number of lines at the end of the text. */
  placeOf(offset: number): number {
    return offset >= this.text.length ? this.lines.length : this.indexAt(offset);
  }

  /** The lines outside of which all are those of another layout. */
  changedSince({ lines }: Layout): Changed {
    if (lines === this.linesBefore) return this.edit;
    const { start, end } = sharedEnds(this.lines, lines);
    return { first: start, last: this.lines.length - end, lastBefore: lines.length - end };
  }

  /** How many characters at the start and at the end are those of lines of another layout. */
  sharedWith(other: Layout): SharedEnds {
    const { first, last } = this.changedSince(other);
    const start = this.startOf(first);
    return { start, end: Math.min(this.text.length - this.startOf(last), Math.min(other.text.length, this.text.length) - start) };
  }

  /** Where a line begins; behind the last one the end of the text. */
  startOf(index: number): number {
    return this.starts[index] ?? this.text.length;
  }

  private holds(index: number, offset: number): boolean {
    const { starts } = this;
    return index < starts.length && starts[index]! <= offset && (index + 1 === starts.length || offset < starts[index + 1]!);
  }
}
