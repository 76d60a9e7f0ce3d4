import type { Line } from '../core/syntax/line.ts';
import { defineRule, type FileInContext, type Fix, type Report } from './rule.ts';
import { insertAbove, insertBelow, removeLine } from './support/edits.ts';
import { meantTable } from './support/meant.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

const executed = problemRule({
  code: 'outside-table',
  docs: page({
    what: 'Finds rules, chain declarations and `COMMIT` outside a `*table` block. Of several such lines the first is reported.',
    why: 'iptables-restore does not know for which table they are and refuses the file.',
    example: ['*nat', '-A POSTROUTING -o eth0 -j MASQUERADE', 'COMMIT', '-A INPUT -i lo -j ACCEPT', '-A INPUT -i eth0 -j DROP'],
    instead: ['*nat', '-A POSTROUTING -o eth0 -j MASQUERADE', 'COMMIT', '*filter', '-A INPUT -i lo -j ACCEPT', '-A INPUT -i eth0 -j DROP', 'COMMIT'],
    fixes: 'Putting the lines into a block of `filter` is not safe, as another table may be meant. Removing a `COMMIT` too many is.',
  }),
});

export default defineRule({
  ...executed,
  *checkFile(file) {
    const reports = new Map(Array.from(executed.checkFile!(file), (report) => [report.line, report]));
    if (reports.size === 0) return;
    for (const lines of runs(file, reports)) if (!isFollowUp(lines[0]!, file)) yield { ...reports.get(lines[0]!)!, fixes: [fix(lines)] };
  },
});

/** The lines outside of blocks, those between two blocks together. */
function runs({ lines }: FileInContext, reports: ReadonlyMap<Line, Report>): Line[][] {
  const found: Line[][] = [[]];
  for (const line of lines) {
    if (reports.has(line)) found.at(-1)!.push(line);
    else if (line.content.kind === 'table') found.push([]);
  }
  return found.filter((run) => run.length > 0);
}

/** Whether the line is in no block only because the line that was meant to open one is wrong, which is reported there. */
function isFollowUp(first: Line, { lines, kind }: FileInContext): boolean {
  if (kind === 'script') return false;
  const before = lines.slice(0, lines.indexOf(first));
  return before.findLastIndex((line) => meantTable(line) !== undefined) > before.findLastIndex(({ content }) => content.kind === 'table' || content.kind === 'commit');
}

function fix(lines: readonly Line[]): Fix {
  const first = lines[0]!;
  const last = lines.at(-1)!;
  if (lines.every(({ content }) => content.kind === 'commit')) return { title: 'Remove COMMIT', safe: true, edits: lines.map(removeLine) };
  const opening = insertAbove(first, '*filter');
  if (last.content.kind === 'commit') return { title: 'Add *filter', safe: false, edits: [opening] };
  return { title: 'Add *filter and COMMIT', safe: false, edits: [opening, insertBelow(last, last.eol === '' ? 'COMMIT\n' : 'COMMIT')] };
}
