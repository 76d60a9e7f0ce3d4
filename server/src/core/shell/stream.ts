import { partOf, type Piece, type Unknown, type Value } from './value.ts';

/** What a command prints, as far as it is captured. */
export class Output {
  readonly pieces: Piece[] = [];
  /** How many conditions stood over the commands when the output was begun. */
  readonly certainty: number;
  unknown: Unknown | undefined;

  constructor(certainty: number) {
    this.certainty = certainty;
  }

  /** Takes a value that is not known: the first one stands for all. */
  add(value: Unknown, certainty: number): void {
    if (this.unknown === undefined && certainty <= this.certainty) this.unknown = value;
    else this.unknown = partOf(this.unknown ?? value);
  }

  /** Whether nothing else is printed than a value that is not known, and the end of its line. */
  get isOnlyUnknown(): boolean {
    return this.unknown !== undefined && this.pieces.every(({ text }) => text === '\n');
  }

  /** The whole text. */
  get value(): Value {
    return this.unknown ?? this.pieces.find(({ unknown }) => unknown !== undefined)?.unknown ?? this.pieces.map(({ text }) => text).join('');
  }
}

/** What a command reads. */
export class Input {
  readonly pieces: readonly Piece[];
  readonly unknown: Unknown | undefined;
  private rest: string | undefined;

  constructor(pieces: readonly Piece[], unknown?: Unknown) {
    this.pieces = pieces;
    this.unknown = unknown ?? pieces.find((piece) => piece.unknown !== undefined)?.unknown;
  }

  /** What stands before the next delimiter (none: before the end), `most` characters of it; `isWhole`: whether the input did not end first. Undefined when nothing is left. */
  next(delimiter: string, most = Infinity): { readonly text: string; readonly isWhole: boolean } | undefined {
    this.rest ??= this.pieces.map(({ text }) => text).join('');
    const { rest } = this;
    if (rest === '') return undefined;
    const place = delimiter === '' ? -1 : rest.indexOf(delimiter);
    const end = Math.min(place === -1 ? rest.length : place, most);
    this.rest = rest.slice(end === place ? end + delimiter.length : end);
    return { text: rest.slice(0, end), isWhole: end === place || end === most };
  }

  /** All lines that are left, with their ends. */
  lines(): string[] {
    const left = this.rest ?? this.pieces.map(({ text }) => text).join('');
    this.rest = '';
    return left.match(/[^\n]*\n|[^\n]+$/gu) ?? [];
  }

  /** The input that is this output. */
  static of({ pieces, unknown }: Output): Input {
    return new Input(pieces, unknown);
  }
}
