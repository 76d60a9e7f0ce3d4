import { withMore } from '../hunks.ts';
import type { Piece } from '../shell/value.ts';
import type { Layout } from './layout.ts';
import type { RestoredLine } from './restored.ts';

/** A place in what an iptables-restore reads. */
export interface InputPlace {
  readonly piece: number;
  readonly offset: number;
}

/** How many pieces at the ends of two inputs are the same, and how far those of the other one have been moved. */
interface SharedPieces {
  readonly start: number;
  readonly startBy: number;
  readonly end: number;
  readonly endBy: number;
}

/** What one iptables-restore reads: its lines in their order, and where each ends. */
export class RestoredText {
  readonly input: readonly Piece[];
  lines: RestoredLine[] = [];
  /** Where in the script the lines begin at which they stand. */
  private starts: number[] = [];
  /** The pieces behind whose line ends the input goes on; for a line without one there is no such piece. */
  private pieces: number[] = [];
  private offsets: number[] = [];

  constructor(input: readonly Piece[]) {
    this.input = input;
  }

  /** Adds a line at one of the script that begins at `start`; `end`: where the input goes on behind it. */
  add(line: RestoredLine, start: number, { piece, offset }: InputPlace): void {
    this.lines.push(line);
    this.starts.push(start);
    this.pieces.push(piece);
    this.offsets.push(offset);
  }

  /** Takes over the first and the last lines of a text that are the same here; between them `read` adds those from a place up to another. */
  takeOver(before: RestoredText, layout: Layout, read: (from: InputPlace, to: InputPlace) => void): void {
    const { input } = this;
    const shared = sharedPieces(input, before.input);
    const count = before.lines.length;
    const stays = (index: number, by: number): boolean => before.stands(index, by, layout);
    let first = 0;
    while (first < count && before.pieces[first]! < shared.start && stays(first, shared.startBy)) first++;
    let last = count;
    const isBehind = (index: number): boolean => index > first && before.pieces[index - 1]! >= before.input.length - shared.end;
    while (isBehind(last - 1) && stays(last - 1, shared.endBy)) last--;
    this.takeLines(before, 0, first, shared.startBy, 0);
    const moved = input.length - before.input.length;
    read(before.endOf(first - 1, 0), last === count ? { piece: input.length, offset: 0 } : before.endOf(last - 1, moved));
    this.takeLines(before, last, count, shared.endBy, moved);
  }

  /** Where the input goes on behind a line. */
  private endOf(index: number, moved: number): InputPlace {
    return index < 0 ? { piece: 0, offset: 0 } : { piece: this.pieces[index]! + moved, offset: this.offsets[index]! };
  }

  /** Whether the script has the line still where it would have been moved to. */
  private stands(index: number, by: number, layout: Layout): boolean {
    const start = this.starts[index]! + by;
    const place = layout.indexAt(start);
    return layout.starts[place] === start && layout.lines[place] === this.lines[index]!.alone;
  }

  private takeLines({ lines, starts, pieces, offsets }: RestoredText, from: number, to: number, by: number, moved: number): void {
    this.lines = withMore(this.lines, lines, from, to);
    this.starts = withMoved(this.starts, starts, from, to, by);
    this.pieces = withMoved(this.pieces, pieces, from, to, moved);
    this.offsets = withMore(this.offsets, offsets, from, to);
  }
}

/** The list with some places of another one behind its own, which have been moved. */
function withMoved(list: number[], places: readonly number[], from: number, to: number, by: number): number[] {
  const { length } = list;
  const all = withMore(list, places, from, to);
  if (by !== 0) for (let index = length; index < all.length; index++) all[index]! += by;
  return all;
}

function sharedPieces(a: readonly Piece[], b: readonly Piece[]): SharedPieces {
  const shorter = Math.min(a.length, b.length);
  if (shorter === 0) return { start: 0, startBy: 0, end: 0, endBy: 0 };
  const startBy = a[0]!.start - b[0]!.start;
  const endBy = a.at(-1)!.end - b.at(-1)!.end;
  let start = 0;
  while (start < shorter && isMoved(b[start]!, startBy, a[start]!)) start++;
  let end = 0;
  while (end < shorter - start && isMoved(b[b.length - 1 - end]!, endBy, a[a.length - 1 - end]!)) end++;
  return { start, startBy, end, endBy };
}

const isMoved = (piece: Piece, by: number, to: Piece): boolean =>
  piece.start + by === to.start && piece.end + by === to.end && piece.text === to.text && piece.unknown?.origin === to.unknown?.origin;
