import { copied, type Span } from '../../text.ts';
import type { HereText, Part, Redirect, SimpleCommand, Word } from './ast.ts';
import { CommandParser } from './command-parser.ts';
import { ShellSyntaxError } from './scanner.ts';

/** What stands from `first` to `end` in a text is new, of which `before` is what it was; that was shorter by `by`. */
export interface TextEdit {
  readonly before: string;
  readonly first: number;
  readonly end: number;
  readonly by: number;
}

/**
 * The command after an edit in the text of its only here-document; undefined where the edit is more than that, or all of
 * it has to be read. The parts of the text before and behind the edit go on, and those behind it are moved: the command
 * of before is none to look at any more.
 */
export function withEditedText(command: SimpleCommand, text: string, { before, first, end, by }: TextEdit): SimpleCommand | undefined {
  const [redirect, other] = command.redirects.filter(({ operator }) => operator === '<<');
  if (redirect === undefined || other !== undefined || !isHereText(redirect.target)) return undefined;
  const { target } = redirect;
  const { parts, delimiter } = target;
  // Lines of both texts.
  const from = first === 0 ? 0 : text.lastIndexOf('\n', first - 1) + 1;
  const to = text[end - 1] === '\n' && before[end - by - 1] === '\n' ? end : text.indexOf('\n', end) + 1;
  if (target.tabs || from < target.start || to < from || to - by > target.end || !parts.every(isPlain)) return undefined;
  if (text.slice(from, to).split('\n').some((line) => line.replace(/\r$/u, '') === delimiter)) return undefined;
  // What a part is may depend on the character behind it.
  const kept = indexFrom(parts, (part) => part.end >= from);
  const behind = indexFrom(parts, (part) => part.start > to - by);
  const start = kept === 0 ? target.start : parts[kept - 1]!.end;
  const read = partsOf(text.slice(start, (parts[behind]?.start ?? target.end) + by), start, target);
  if (read?.every(isPlain) !== true) return undefined;
  const rest = parts.slice(behind);
  if (by !== 0) for (const part of rest) move(part, by);
  const edited: HereText = { ...target, parts: parts.slice(0, kept).concat(read, rest), end: target.end + by };
  return { ...command, redirects: command.redirects.map((each): Redirect => (each === redirect ? { ...each, target: edited } : each)) };
}

/** What a stretch of a here-document is made of, which begins at an offset; undefined where it is no shell by itself. */
function partsOf(text: string, start: number, here: HereText): readonly Part[] | undefined {
  try {
    const { parts } = new CommandParser(copied(text)).hereText(0, text.length, here);
    for (const part of parts) move(part, start);
    return parts;
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    return undefined;
  }
}

function move(part: Part, by: number): void {
  const span: { -readonly [Key in keyof Span]: Span[Key] } = part;
  span.start += by;
  span.end += by;
}

const isHereText = (word: Word): word is HereText => 'delimiter' in word;

/** Whether a part is read without regard to where lines end, and holds no others. */
const isPlain = (part: Part): boolean => part.kind === 'text' || (part.kind === 'parameter' && part.index === undefined && part.argument === undefined);

/** The index of the first part that fits, as all behind it do. */
function indexFrom(parts: readonly Part[], fits: (part: Part) => boolean): number {
  const index = parts.findIndex(fits);
  return index === -1 ? parts.length : index;
}
