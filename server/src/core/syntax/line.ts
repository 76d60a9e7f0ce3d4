import type { Family } from '../netfilter.ts';
import type { Span } from '../text.ts';

/**
 * One argument of a rule or command, as iptables' own argument vector would hold it.
 * `text` is the value after unquoting; `raw` is what stands in the file.
 */
export interface Argument extends Span {
  readonly text: string;
  readonly raw: string;
  /** Of a word whose value does not follow from the text that stands there: whether evaluating the script told it. */
  readonly evaluated?: true;
  /** What a value that the script does not tell comes from, as it stands there: `$1`, `$(hostname -I)`. */
  readonly unknown?: string;
}

/** A command that a shell runs: iptables and its arguments. */
export interface ShellCommand {
  readonly kind: 'command';
  readonly program: Argument;
  readonly arguments: readonly Argument[];
  /** What stands behind it on its line. */
  readonly rest: Argument | undefined;
  /** Told by the evaluation of the script; undefined where the program's name tells it. */
  readonly family?: Family;
  /** The network namespace that it runs in, where that is not the script's own. */
  readonly namespace?: string;
}

/** What a logical line is; one variant for each kind of line that the grammar knows. */
export type LineContent =
  | { readonly kind: 'blank' }
  | { readonly kind: 'comment' }
  | { readonly kind: 'expectation'; readonly verdict: Argument; readonly packet: Argument }
  | { readonly kind: 'scenario'; readonly title: string }
  | { readonly kind: 'suppression'; readonly codes: readonly Argument[] }
  /** Files with what the kernel holds before the first line. */
  | { readonly kind: 'start'; readonly files: readonly Argument[] }
  /** Arguments with which a script is run. */
  | { readonly kind: 'call'; readonly arguments: readonly Argument[] }
  | { readonly kind: 'table'; readonly name: Argument }
  | { readonly kind: 'chain'; readonly name: Argument; readonly policy: Argument | undefined;
      readonly counters: Argument | undefined; readonly extra: readonly Argument[] }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rule'; readonly counters: Argument | undefined; readonly arguments: readonly Argument[] }
  /** Further commands: others on the line, and the same one with other words (a loop, a function). */
  | ({ readonly others?: readonly ShellCommand[] } & ShellCommand)
  | { readonly kind: 'shell' }
  | { readonly kind: 'invalid'; readonly reason: InvalidLine };

/** Why a line can't be read at all: longer than iptables-restore's buffer, or with a NUL character. */
export type InvalidLine = 'too-long' | 'not-text';

/**
 * A logical line of the file (a command continued by backslashes is one), with what it says.
 * Identity is kept while its text is unchanged, so that everything derived from it can be cached on it.
 */
export interface Line {
  /** Number of its first physical line, from 0; kept up to date by the document. */
  number: number;
  /** The text without its line ending. */
  readonly text: string;
  readonly eol: '' | '\n' | '\r\n';
  readonly content: LineContent;
  /** The name of its file, where others start from what that leaves behind and speak of its lines beside their own. */
  readonly file?: string;
}

/** `line 7`, or `line 7 of rules.v4` of another file. */
export const nameOfLine = (line: Line): string => nameOfLines([line]);

/** Lines by their numbers, each file's in order: `lines 3, 7 and 9`; no more than `most` of them, and how many more there are. */
export function nameOfLines(lines: readonly Line[], most = lines.length): string {
  const shown = [...lines].sort((a, b) => a.number - b.number).slice(0, most);
  const rest = lines.length - shown.length;
  const files = [...new Set(shown.map(({ file }) => file))];
  const names = files.map((file) => {
    const numbers = shown.filter((line) => line.file === file).map(({ number }) => String(number + 1));
    const last = rest > 0 && file === files.at(-1) ? `${rest} more` : numbers.length > 1 ? numbers.pop()! : undefined;
    return `line${numbers.length === 1 && last === undefined ? '' : 's'} ${numbers.join(', ')}${last === undefined ? '' : ` and ${last}`}${file === undefined ? '' : ` of ${file}`}`;
  });
  return names.join(' and ');
}
