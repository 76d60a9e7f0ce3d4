import { insertAbove, removeWords } from './support/edits.ts';
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
    fixes: 'Moving a comment to a line of its own is safe. Other words get no fix.',
  }),
  fixes: ({ span }, { line }) => {
    if (line.content.kind !== 'rule' || line.text[span.start] !== '#') return [];
    const rest = { start: span.start, end: line.text.length };
    return [{ title: 'Move the comment above the rule', safe: true, edits: [insertAbove(line, line.text.slice(span.start).trimEnd()), removeWords(line, rest)] }];
  },
});
