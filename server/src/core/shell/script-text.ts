import { sharedEnds, type SharedEnds } from '../shared-ends.ts';
import { copied } from '../text.ts';
import type { Command, SimpleCommand } from './syntax/ast.ts';
import { CommandParser } from './syntax/command-parser.ts';
import { withEditedText } from './syntax/here-document.ts';
import { ShellSyntaxError, TooDeep } from './syntax/scanner.ts';
import { functionsIn, simpleCommandsIn } from './syntax/walk.ts';
import type { Source } from './source.ts';

/** Whole lines of a script that a shell reads together before it runs anything of them. */
export interface Chunk extends Source {
  start: number;
  readonly text: string;
  /** Undefined for lines without a command, and for a line that is no shell. */
  readonly command: Command | undefined;
  /** What a shell expects and does not find, where the line could not be read: what stands behind it may be part of it. */
  readonly broken: string | undefined;
  /** The line that a shell looks for to end a here-document, where the text ends first. */
  readonly unended: string | undefined;
  readonly simple: readonly SimpleCommand[];
  /** Whether a shell that runs it may leave some of them out. */
  readonly isOptional: boolean;
  readonly functions: readonly Extract<Command, { kind: 'function' }>[];
}

/**
 * The chunks of a script under edits. A shell begins anew after each chunk, so an edit reads those that it touches and
 * nothing else. A line that is no shell is a chunk of its own and spoils no other.
 */
export class ScriptText {
  private text = '';
  private known: Chunk[] = [];

  get chunks(): readonly Chunk[] {
    return this.known;
  }

  /** Reads what is different from the text before, of which so many characters at its start and at its end are what they were. */
  update(text: string, shared: SharedEnds = sharedText(text, this.text)): void {
    const { length } = this.text;
    if (shared.start === text.length && shared.start === length) return;
    this.text = text;
    this.known = this.reread(text, shared.start, text.length - shared.end, length);
  }

  /** `first` to `end` is what is new in the text, which was `length` long. */
  private reread(text: string, first: number, end: number, length: number): Chunk[] {
    const old = this.known;
    const shift = text.length - length;
    const chunks: Chunk[] = [];
    let index = 0;
    // A chunk that ended with the text may go on in what is new: in a joined line, in a here-document.
    const isSettled = (chunk: Chunk): boolean => chunk.broken === undefined && endOf(chunk) <= first && endOf(chunk) < length;
    while (index < old.length && isSettled(old[index]!)) chunks.push(old[index++]!);
    let position = chunks.length === 0 ? 0 : endOf(chunks.at(-1)!);
    while (position < text.length) {
      const before = position < end ? position : position - shift;
      while (index < old.length && old[index]!.start < before) index++;
      const same = old[index];
      const isSame = same?.start === before && same.broken === undefined && (position >= end || isSettled(same));
      const standing = same?.start === before ? same : undefined;
      const chunk = isSame ? same : old.length === 0 ? chunkAt(text, position) : withHereDocument(text, position, standing, first, end, shift) ?? readAgain(text, position, standing, shift);
      // Its place is another from now on, so it is none to look for.
      if (chunk === same) index++;
      chunk.start = position;
      chunks.push(chunk);
      position = endOf(chunk);
    }
    return chunks;
  }
}

const sharedText = (a: string, b: string): SharedEnds => sharedEnds(a.split(''), b.split(''));

/** What a shell expects that reads a here-document up to the end of the text. */
export const hereDocumentEnd = (delimiter: string): string => `the line \`${delimiter}\` that ends the here-document`;

const endOf = ({ start, text }: Chunk): number => start + text.length;

/** The chunk that begins here. */
function chunkAt(text: string, start: number): Chunk {
  const rest = text.slice(start);
  const parser = new CommandParser(rest);
  try {
    const command = parser.completeLine();
    return { start, text: rest.slice(0, parser.position), command, broken: undefined, unended: parser.unended, ...partsOf(command) };
  } catch (error) {
    if (error instanceof TooDeep) {
      const own = rest.slice(0, logicalLineLength(rest));
      return { start, text: own, command: { kind: 'unfollowed', start: 0, end: own.length }, broken: undefined, unended: undefined, ...partsOf(undefined) };
    }
    if (!(error instanceof ShellSyntaxError)) throw error;
    // What closes the command then stands in the here-document.
    const expected = parser.unended === undefined ? error.expected : hereDocumentEnd(parser.unended);
    return { start, text: rest.slice(0, logicalLineLength(rest)), command: undefined, broken: expected, unended: undefined, ...partsOf(undefined) };
  }
}

/** What a chunk with this command consists of. */
export function partsOf(command: Command | undefined): Pick<Chunk, 'simple' | 'isOptional' | 'functions'> {
  if (command === undefined) return { simple: [], isOptional: false, functions: [] };
  const simple = simpleCommandsIn(command);
  return { simple, isOptional: command.kind !== 'simple' || simple.length > 1, functions: functionsIn(command) };
}

/** The chunk that begins here, where one stood of which the text of a here-document was edited from `first` to `end` and grew by `by`; undefined where it was more. */
function withHereDocument(text: string, start: number, before: Chunk | undefined, first: number, end: number, by: number): Chunk | undefined {
  if (before?.command?.kind !== 'simple' || before.simple.length > 1 || before.unended !== undefined) return undefined;
  const own = copied(text.slice(start, start + before.text.length + by));
  const command = withEditedText(before.command, own, { before: before.text, first: first - start, end: end - start, by });
  return command && { ...before, start, text: own, command, simple: [command] };
}

/** The chunk that begins here, where one stood that grew by `growth`, if it is the one that was edited. */
function readAgain(text: string, start: number, before: Chunk | undefined, growth: number): Chunk {
  const read = ownChunk(text, start, before === undefined ? 0 : before.text.length + growth);
  // A line that still is no shell is what it was.
  return read.broken !== undefined && before?.broken === read.broken && before.text === read.text ? before : read;
}

/** The chunk that begins here, with a text of its own: a part of a text keeps the whole of it in memory, and each edit makes a new one. `length`: how long it may be. */
function ownChunk(text: string, start: number, length: number): Chunk {
  // What ends before the end of a part of the text does not go on behind it.
  for (const most of new Set([logicalLineLength(text.slice(start)), length])) {
    const own = chunkAt(copied(text.slice(start, start + most + 1)), 0);
    if (own.broken === undefined && own.text.length <= most) return { ...own, start };
  }
  const whole = chunkAt(text, start);
  const own = copied(whole.text);
  return whole.broken !== undefined ? { ...whole, text: own } : { ...chunkAt(own, 0), start };
}

/** Length of the first line, with those that backslashes join to it. */
function logicalLineLength(text: string): number {
  const found = /^(?:[^\\\n]|\\[^])*\n?/u.exec(text);
  return Math.max(1, found?.[0].length ?? text.length);
}
