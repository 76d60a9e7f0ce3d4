import type { Line } from '../core/syntax/line.ts';
import type { TextEdit } from './rule.ts';
import { insertBelow } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'missing-commit',
  docs: page({
    what: 'Finds `*table` blocks that no `COMMIT` ends.',
    why: 'The table changes at `COMMIT` only. Without one iptables-restore loads nothing of the block and refuses the '
      + 'file.',
    example: ['*filter', '-A INPUT -i lo -j ACCEPT'],
    instead: ['*filter', '-A INPUT -i lo -j ACCEPT', 'COMMIT'],
    fixes: 'Safe: the file was refused before.',
  }),
  fixes: (_, { line, file }) => (file === undefined ? [] : [{ title: 'Add COMMIT', safe: true, edits: [commit(lastOfBlock(line, file.lines))] }]),
});

const commit = (last: Line): TextEdit => insertBelow(last, last.eol === '' ? `COMMIT\n` : 'COMMIT');

/** The last line of the block that is neither blank nor a comment. */
function lastOfBlock(table: Line, lines: readonly Line[]): Line {
  let last = table;
  for (let index = lines.indexOf(table) + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (line.content.kind === 'table') break;
    if (line.content.kind === 'chain' || line.content.kind === 'rule' || line.content.kind === 'command') last = line;
  }
  return last;
}
