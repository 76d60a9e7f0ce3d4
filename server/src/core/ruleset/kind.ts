import type { Line } from '../syntax/line.ts';

/** Who reads the file: iptables-restore reads a ruleset, a shell reads a script. */
export type FileKind = 'ruleset' | 'script';

/** What some editors put in front of a text to say that it is UTF-8. */
export const BYTE_ORDER_MARK = '\uFEFF';

/**
 * What the first line says that is neither blank nor a comment; before it, a `#!` line. Text in front of a table block
 * makes no script, unless it can hold the block: a here-document or a quoted string.
 */
export function kindOf(lines: readonly Line[]): FileKind {
  for (const line of lines) {
    const kind = told(line);
    if (kind === 'ruleset' || (kind === 'script' && (line.content.kind === 'comment' || !beforeTable(lines)))) return kind;
    if (kind === 'script') return 'ruleset';
  }
  return 'ruleset';
}

function told({ number, text, content }: Line): FileKind | undefined {
  switch (content.kind) {
    case 'blank': case 'expectation': case 'scenario': case 'suppression': case 'start': case 'call': return undefined;
    case 'comment':
      if (number > 0 || !text.startsWith('#!')) return undefined;
      // A ruleset can be made executable by naming its reader.
      return /ip6?tables(-nft|-legacy)?-restore/u.test(text) ? 'ruleset' : 'script';
    case 'command': return 'script';
    case 'shell': return text.startsWith(BYTE_ORDER_MARK) || text.startsWith('*') ? 'ruleset' : 'script';
    default: return 'ruleset';
  }
}

/** Whether a table block follows, or the end of one, that no shell syntax holds. */
function beforeTable(lines: readonly Line[]): boolean {
  for (const { text, content } of lines) {
    if (content.kind === 'table' || content.kind === 'commit') return true;
    if ((content.kind === 'shell' || content.kind === 'command') && /<<|["'`]/u.test(text)) return false;
  }
  return false;
}
