import type { Line } from '../core/syntax/line.ts';
import type { Fix } from './rule.ts';
import { insertAbove, removeWords, replace } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'unexpected-argument',
  docs: page({
    what: 'Finds words where an option is expected, comments behind a rule among them.',
    why: 'iptables refuses the rule ("Bad argument"). It knows comments on lines of their own only, or as `-m comment '
      + '--comment "…"`.',
    example: ['-A INPUT -p tcp --dport 22 -j ACCEPT # ssh'],
    instead: ['# ssh', '-A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Moving a comment to a line of its own is safe. Double quotes for single ones, which hold nothing together here, are not: the value changes to what it looks like. Other words get no fix.',
  }),
  fixes: ({ span }, { line }) => {
    if (line.content.kind !== 'rule') return [];
    if (line.text[span.start] !== '#') return requoted(line, span.start);
    const rest = { start: span.start, end: line.text.length };
    return [{ title: 'Move the comment above the rule', safe: true, edits: [insertAbove(line, line.text.slice(span.start).trimEnd()), removeWords(line, rest)] }];
  },
});

/** Writes double quotes where the word stands in a text between single ones. */
function requoted(line: Line, offset: number): Fix[] {
  const quoted = Array.from(line.text.matchAll(/(?<=\s)'([^'"\\]*)'(?=\s|$)/gu)).find(({ 0: all, index }) => index < offset && offset < index + all.length);
  if (quoted === undefined) return [];
  const span = { start: quoted.index, end: quoted.index + quoted[0].length };
  return [{ title: 'Write double quotes', safe: false, edits: [replace(line, span, `"${quoted[1]!}"`)] }];
}
