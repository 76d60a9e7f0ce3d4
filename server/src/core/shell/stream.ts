import { type Piece, type Unknown, type Value } from './value.ts';

/** What a command prints, as far as it is captured. */
export class Output {
  readonly pieces: Piece[] = [];
  /** How many conditions stood over the commands when the output was begun. */
  readonly certainty: number;
  unknown: Unknown | undefined;

  constructor(certainty: number) {
    this.certainty = certainty;
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

  /** The next line, without its end; undefined when nothing is left. */
  line(): string | undefined {
    this.rest ??= this.pieces.map(({ text }) => text).join('');
    if (this.rest === '') return undefined;
    const newline = this.rest.indexOf('\n');
    const line = newline === -1 ? this.rest : this.rest.slice(0, newline);
    this.rest = newline === -1 ? '' : this.rest.slice(newline + 1);
    return line;
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
