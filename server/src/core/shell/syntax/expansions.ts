import type { Span } from '../../text.ts';

/** A text that stands in the place of a name. */
interface Expansion {
  readonly name: string;
  /** Where it stands in the text as it has become. */
  start: number;
  end: number;
  /** Whether it is in the text that stands in the place of another name. */
  readonly isInside: boolean;
  /** Whether the word behind it may be a name as well. */
  readonly goesOn: boolean;
}

/** The places of a text that hold what aliases stand for. */
export class Expansions {
  /** In the order in which they begin. */
  private readonly all: Expansion[] = [];

  /** How many there are. */
  get count(): number {
    return this.all.length;
  }

  /** Takes note that a text has come in the place of a name. */
  add(name: string, start: number, text: string): void {
    const by = text.length - name.length;
    let isInside = false;
    for (const each of this.all) {
      if (each.start > start) each.start += by;
      else if (start >= each.end) continue;
      else isInside = true;
      each.end += by;
    }
    const behind = this.all.findLastIndex((each) => each.start <= start) + 1;
    this.all.splice(behind, 0, { name, start, end: start + text.length, isInside, goesOn: /[ \t]$/u.test(text) });
  }

  /** Whether a place is in the text of a name, which does not stand for that in itself. */
  isWithin(name: string, place: number): boolean {
    return this.all.some((each) => each.name === name && each.start <= place && place < each.end);
  }

  /** Whether a word that begins here may be a name because of the text before it. */
  goOnTo(place: number, text: string): boolean {
    return this.all.some(({ goesOn, end }) => goesOn && end <= place && /^[ \t]*$/u.test(text.slice(end, place)));
  }

  /** Where a part of the text stands in the one with the names. */
  inOriginal({ start, end }: Span): Span {
    return { start: this.original(start, false), end: this.original(end, true) };
  }

  private original(place: number, isEnd: boolean): number {
    let by = 0;
    for (const { name, start, end, isInside } of this.all) {
      if (isInside) continue;
      if (place <= start) break;
      if (place < end) return start - by + (isEnd ? name.length : 0);
      by += end - start - name.length;
    }
    return place - by;
  }
}
