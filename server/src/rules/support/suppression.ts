import type { Argument, Line } from '../../core/syntax/line.ts';
import type { Finding } from '../rule.ts';

/** A code that a comment silences, and whether it has silenced anything. */
export interface Suppression {
  readonly line: Line;
  readonly code: Argument;
  readonly scope: 'file' | 'line';
  used: boolean;
}

/**
 * What `# iptables-lens disable=CODE` comments silence. Such a comment speaks for the line below it, over other comment
 * lines between them; in the comment block that opens the file, when a blank line, a `*table` line or nothing
 * follows that block, it speaks for the whole file.
 */
export class Suppressions {
  readonly all: readonly Suppression[];
  private readonly forFile: Suppression[] = [];
  private readonly forLine = new Map<Line, Suppression[]>();

  constructor(lines: readonly Line[]) {
    if (!lines.some(({ content }) => content.kind === 'suppression')) {
      this.all = [];
      return;
    }
    const all: Suppression[] = [];
    let pending: Suppression[] = [];
    const opening = openingBlock(lines);
    lines.forEach((line, index) => {
      const { content } = line;
      if (pending.length > 0) this.forLine.set(line, pending);
      if (content.kind === 'suppression') {
        const scope = index < opening ? 'file' : 'line';
        const stated = content.codes.map((code): Suppression => ({ line, code, scope, used: false }));
        all.push(...stated);
        if (scope === 'file') this.forFile.push(...stated);
        else pending = [...pending, ...stated];
      } else if (!isComment(line)) {
        pending = [];
      }
    });
    this.all = all;
  }

  /** Whether a comment silences the finding; remembers that the comment was needed. */
  silences({ code, line }: Finding): boolean {
    if (this.all.length === 0) return false;
    let silent = false;
    for (const suppression of [...this.forFile, ...(this.forLine.get(line) ?? [])]) {
      if (suppression.code.text !== code) continue;
      suppression.used = true;
      silent = true;
    }
    return silent;
  }
}

/** Number of lines of the comment block at the top that speaks for the whole file; 0 where it belongs to the line below it. */
function openingBlock(lines: readonly Line[]): number {
  const end = lines.findIndex((line) => !isComment(line));
  if (end === -1) return lines.length;
  const { kind } = lines[end]!.content;
  return kind === 'blank' || kind === 'table' ? end : 0;
}

function isComment({ content: { kind } }: Line): boolean {
  return kind === 'comment' || kind === 'suppression' || kind === 'expectation' || kind === 'scenario' || kind === 'start' || kind === 'call';
}
