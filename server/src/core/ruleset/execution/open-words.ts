import type { Argument, LineContent } from '../../syntax/line.ts';
import { isWithin, type Span } from '../../text.ts';
import type { BoundRule } from '../model.ts';
import { isExpansion } from '../reading.ts';

/** The words of a command that nobody knows, and what that leaves open. */
export class OpenWords {
  /** What the name of its table fits, where nobody knows it. */
  readonly table: RegExp | undefined;
  /** What the name of its chain fits, where nobody knows it. */
  readonly chain: RegExp | undefined;
  /** Whether nobody knows what the command is. */
  readonly isAnything: boolean;
  /** Whether nobody knows the number behind the chain, or whether one stands there. */
  readonly isPositionOpen: boolean;
  private readonly words: readonly Argument[];

  constructor({ command, table }: BoundRule, args: readonly Argument[], words: readonly Argument[]) {
    this.words = words;
    this.table = this.patternOf(table?.span);
    this.chain = this.patternOf(command?.chainSpan);
    this.isAnything = command === undefined;
    const chain = command?.chainSpan && indexAt(args, command.chainSpan);
    this.isPositionOpen = chain !== undefined && words.includes(args[chain + 1]!);
  }

  /** Whether nobody knows in which table or chain the command works. */
  get isPlaceOpen(): boolean {
    return this.isAnything || this.table !== undefined || this.chain !== undefined;
  }

  /** Whether what stands there is not known. */
  has(span: Span | undefined): boolean {
    return span !== undefined && indexAt(this.words, span) !== -1;
  }

  private patternOf(span: Span | undefined): RegExp | undefined {
    const word = span && this.words[indexAt(this.words, span)];
    return word && fitting(word.text);
  }
}

/** The words of a command that nobody knows; undefined where all are known. */
export function openWordsOf(bound: BoundRule, content: LineContent): OpenWords | undefined {
  if (bound.unknownWord === undefined || bound.ends || bound.skipped || (content.kind !== 'command' && content.kind !== 'rule')) return undefined;
  const args = content.arguments;
  return new OpenWords(bound, args, args.filter(content.kind === 'command' ? isExpansion : ({ unknown }) => unknown !== undefined));
}

const indexAt = (args: readonly Argument[], span: Span): number => args.findIndex((argument) => isWithin(span, argument));

/** A stretch of a word that the shell replaces, or text as it stands. */
const PART = /\$(?:\{[^}]*\}|\([^)]*\)|\w+|.)|`[^`]*`|(?<text>[\w.+@/-]+)/gsu;

/** What any value of a word fits: text that the shell leaves as it is, and anything in the place of the rest. */
function fitting(word: string): RegExp {
  let pattern = '';
  let end = 0;
  for (const { index, 0: part, groups } of word.matchAll(PART)) {
    pattern += `${index > end ? '.*' : ''}${groups?.['text']?.replace(/[.+]/gu, '\\$&') ?? '.*'}`;
    end = index + part.length;
  }
  return new RegExp(`^${pattern}${end < word.length ? '.*' : ''}$`, 'su');
}
