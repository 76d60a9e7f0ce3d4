import type { Line } from '../core/syntax/line.ts';
import { defineRule, type TextEdit } from './rule.ts';
import { replace } from './support/edits.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'carriage-return',
  severity: 'error',
  docs: page({
    what: 'Finds lines that end in CR LF, as Windows writes them (␍ in the example). One finding speaks for the whole file.',
    why: 'iptables-restore takes the carriage return for a part of the line\'s last word: it looks for a table '
      + '`filter\\r`, a target `ACCEPT\\r`, and refuses the file. So does iptables for the words that a shell hands on.',
    example: ['*filter␍', '-A INPUT -i lo -j ACCEPT␍', 'COMMIT␍'],
    instead: ['*filter', '-A INPUT -i lo -j ACCEPT', 'COMMIT'],
    fixes: 'Safe: only line endings change.',
  }),
  *checkFile({ lines, kind, survey }) {
    const first = survey.find(kind === 'script' ? hasCarriageReturn : isSpoilt);
    if (first === undefined) return;
    yield {
      line: first, span: { start: 0, end: first.text.length }, severity: kind === 'script' ? 'warning' : 'error',
      message: kind === 'script'
        ? 'Lines end in CR LF; a shell takes the carriage return for a part of the last word.'
        : 'Lines end in CR LF; iptables-restore takes the carriage return for a part of the last word, and refuses it.',
      fixes: [{ title: 'Change all line endings to LF', safe: true, edits: lines.flatMap(withoutCarriageReturns), endOfLine: 'LF' }],
    };
  },
});

/** Inside its text a line has one only where a backslash joins two. */
const hasCarriageReturn = ({ text, eol, content: { kind } }: Line): boolean =>
  eol === '\r\n' || ((kind === 'command' || kind === 'shell') && text.includes('\r\n'));

/** Comments may end in anything, and of a declaration iptables-restore reads no further than its counters (seen in 1.8.9). */
function isSpoilt(line: Line): boolean {
  if (!hasCarriageReturn(line) || line.text.startsWith('#')) return false;
  return line.content.kind !== 'chain' || line.content.counters === undefined;
}

function withoutCarriageReturns(line: Line): TextEdit[] {
  const edits: TextEdit[] = [];
  for (let at = line.text.indexOf('\r\n'); at !== -1; at = line.text.indexOf('\r\n', at + 2)) edits.push(replace(line, { start: at, end: at + 2 }, '\n'));
  const { length } = line.text;
  if (line.eol === '\r\n') edits.push(replace(line, { start: length, end: length + 2 }, '\n'));
  return edits;
}
