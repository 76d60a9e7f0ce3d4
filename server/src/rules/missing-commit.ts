import type { Line } from '../core/syntax/line.ts';
import type { TextEdit } from './rule.ts';
import { insertBelow } from './support/edits.ts';
import { meantCommit } from './support/meant.ts';
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
  // A misspelled `COMMIT` is reported where it stands.
  adjust: (report, _, { line, file }) => (file?.kind === 'ruleset' && blockOf(line, file.lines).some(meantCommit) ? undefined : report),
  fixes: (_, { line, file }) => (file === undefined ? [] : [{ title: 'Add COMMIT', safe: true, edits: [commit(lastOfBlock(line, file.lines))] }]),
});

const commit = (last: Line): TextEdit => insertBelow(last, last.eol === '' ? `COMMIT\n` : 'COMMIT');

/** The last line of the block that is neither blank nor a comment. */
function lastOfBlock(table: Line, lines: readonly Line[]): Line {
  return blockOf(table, lines).findLast(({ content: { kind } }) => kind === 'chain' || kind === 'rule' || kind === 'command') ?? table;
}

/** The lines behind the `*table` line, up to the next one. */
function blockOf(table: Line, lines: readonly Line[]): readonly Line[] {
  const behind = lines.slice(lines.indexOf(table) + 1);
  const end = behind.findIndex(({ content }) => content.kind === 'table');
  return end === -1 ? behind : behind.slice(0, end);
}
