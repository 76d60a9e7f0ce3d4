import type { Invocation } from '../shell/invocation.ts';
import type { Piece } from '../shell/value.ts';
import type { Argument, Line, LineContent } from '../syntax/line.ts';
import type { LineParser } from '../syntax/parser.ts';
import type { Layout } from './layout.ts';
import { Recent, Round } from './recent.ts';
import { RestoredText, type InputPlace } from './restored-text.ts';

/** A line that iptables-restore reads, at the line of the script where it stands. */
export interface RestoredLine {
  /** As it stands alone. */
  readonly alone: Line;
  readonly content: LineContent;
  /** The line as iptables-restore reads it. */
  readonly text: string;
}

/** Where each character of a text stands in the script. */
class Traced {
  text = '';
  readonly pieces: { readonly at: number; readonly piece: Piece }[] = [];

  add(piece: Piece): void {
    this.pieces.push({ at: this.text.length, piece });
    this.text += piece.text;
  }

  /** Where in the script it begins. */
  get start(): number {
    return this.pieces[0]!.piece.start;
  }

  /** Whether it is a line of the script that begins at an offset, as it stands there. */
  isWhole({ text }: Line, lineStart: number): boolean {
    const [first, second] = this.pieces;
    const { start, end, unknown } = first!.piece;
    return second === undefined && unknown === undefined && start === lineStart && end - start === text.length && this.text === text;
  }

  /** The same for texts that are made alike of a line that begins at an offset. */
  madeOf(lineStart: number): string {
    let made = '';
    for (const { piece: { text, start, end, unknown } } of this.pieces) made += `${start - lineStart} ${end - lineStart} ${unknown?.origin ?? ''}\0${text}\0`;
    return made;
  }

  /** The piece that holds an offset of the text. */
  private pieceAt(offset: number): { readonly at: number; readonly piece: Piece } {
    return this.pieces.findLast(({ at }) => at <= offset) ?? this.pieces[0]!;
  }

  /** Where a stretch of the text stands; `exact`: whether it stands there as it is. */
  spanOf(start: number, end: number): { start: number; end: number; exact: boolean; unknown: string | undefined } {
    const first = this.pieceAt(start);
    const last = this.pieceAt(Math.max(start, end - 1));
    const exact = (piece: Piece): boolean => piece.unknown === undefined && piece.text.length === piece.end - piece.start;
    const from = exact(first.piece) ? first.piece.start + start - first.at : first.piece.start;
    const to = exact(last.piece) ? last.piece.start + end - last.at : last.piece.end;
    const touched = this.pieces.filter(({ at, piece }) => at < end && at + piece.text.length > start);
    const unknown = touched.find(({ piece }) => piece.unknown !== undefined)?.piece.unknown?.origin;
    return { start: from, end: to, exact: touched.every(({ piece }) => exact(piece)) && to - from === end - start, unknown };
  }
}

/** What iptables-restore reads of the lines of a script; the same objects as long as that and the line stay. */
export class RestoredLines {
  private readonly parser: LineParser;
  private readonly known = new WeakMap<Line, Recent<RestoredLine>>();
  /** Those of lines that are read as they stand there. */
  private readonly whole = new WeakMap<Line, RestoredLine>();
  private round = new Round();

  constructor(parser: LineParser) {
    this.parser = parser;
  }

  /** What an iptables-restore reads, nothing where its input is not known; `before`: what it read before an edit. */
  of({ input }: Invocation, layout: Layout, round: Round, before?: RestoredText): RestoredText {
    const text = new RestoredText(input === undefined || 'origin' in input ? [] : input);
    this.round = round;
    const read = (from: InputPlace, to: InputPlace): void => { this.read(text, from, to, layout); };
    if (before === undefined) read({ piece: 0, offset: 0 }, { piece: text.input.length, offset: 0 });
    else text.takeOver(before, layout, read);
    return text;
  }

  /** Reads the lines of a part of the input that begins and ends with lines of it. */
  private read(read: RestoredText, from: InputPlace, to: InputPlace, layout: Layout): void {
    const { input } = read;
    let open: Traced | undefined;
    const close = (end: InputPlace): void => {
      if (open !== undefined && open.pieces.length > 0) read.add(this.line(open, layout), layout.starts[layout.indexAt(open.start)]!, end);
      open = undefined;
    };
    for (let index = from.piece; index < input.length && index <= to.piece; index++) {
      const piece = input[index]!;
      const { text } = piece;
      const exact = text.length === piece.end - piece.start;
      const stop = index === to.piece ? to.offset : text.length;
      for (let start = index === from.piece ? from.offset : 0; start < stop;) {
        const newline = text.indexOf('\n', start);
        const end = newline === -1 ? text.length : newline;
        const part = text.slice(start, end);
        const known = open === undefined && exact && piece.unknown === undefined && newline !== -1 ? this.knownWhole(part, piece.start + start, layout) : undefined;
        if (known !== undefined) read.add(known, piece.start + start, { piece: index, offset: end + 1 });
        else {
          open ??= new Traced();
          if (end > start) open.add({ ...piece, text: part, ...(exact && { start: piece.start + start, end: piece.start + end }) });
          if (newline !== -1) close({ piece: index, offset: end + 1 });
        }
        start = end + 1;
      }
    }
    close({ piece: input.length, offset: 0 });
  }

  /** What is read where that is known to be a line as it stands there. */
  private knownWhole(text: string, start: number, layout: Layout): RestoredLine | undefined {
    const index = layout.indexAt(start);
    const alone = layout.lines[index]!;
    return layout.starts[index] === start && alone.text === text ? this.whole.get(alone) : undefined;
  }

  private line(traced: Traced, layout: Layout): RestoredLine {
    const index = layout.indexAt(traced.start);
    const [alone, start] = [layout.lines[index]!, layout.starts[index]!];
    if (traced.isWhole(alone, start)) {
      let whole = this.whole.get(alone);
      if (whole === undefined) this.whole.set(alone, whole = { alone, content: moved(alone.content, traced, start, alone.text), text: alone.text });
      return whole;
    }
    let readings = this.known.get(alone);
    if (readings === undefined) this.known.set(alone, readings = new Recent());
    return readings.of(traced.madeOf(start), this.round, () => {
      const { text } = traced;
      const [parsed] = text === alone.text ? [alone] : this.parser.parse([{ text, eol: '\n' }]);
      return { alone, content: moved(parsed!.content, traced, start, alone.text), text };
    });
  }
}

/** The content with its arguments where they stand in the line of the script. */
function moved(content: LineContent, traced: Traced, lineStart: number, line: string): LineContent {
  const place = (argument: Argument): Argument => {
    const { start, end, exact, unknown } = traced.spanOf(argument.start, argument.end);
    const from = Math.max(0, Math.min(start - lineStart, line.length));
    const to = Math.max(from, Math.min(end - lineStart, line.length));
    if (exact && from === argument.start && !/[$`{}*?]/u.test(argument.raw)) return argument;
    const raw = line.slice(from, to);
    return { text: argument.text, raw, start: from, end: to, ...(unknown === undefined ? exact && !/[$`{}*?]/u.test(raw) ? {} : { evaluated: true as const } : { unknown }) };
  };
  const maybe = (argument: Argument | undefined): Argument | undefined => argument && place(argument);
  switch (content.kind) {
    case 'rule': {
      const args = content.arguments.map(place);
      const counters = maybe(content.counters);
      // Most rules are read as they stand there, and one object will do.
      return counters === content.counters && args.every((argument, index) => argument === content.arguments[index]) ? content : { ...content, counters, arguments: args };
    }
    case 'table': return { ...content, name: place(content.name) };
    case 'chain': return { ...content, name: place(content.name), policy: maybe(content.policy), counters: maybe(content.counters), extra: content.extra.map(place) };
    case 'command': return { ...content, program: place(content.program), arguments: content.arguments.map(place), rest: maybe(content.rest) };
    case 'expectation': return { ...content, verdict: place(content.verdict), packet: place(content.packet) };
    case 'suppression': return { ...content, codes: content.codes.map(place) };
    case 'start': return { ...content, files: content.files.map(place) };
    case 'call': return { ...content, arguments: content.arguments.map(place) };
    default: return content;
  }
}
