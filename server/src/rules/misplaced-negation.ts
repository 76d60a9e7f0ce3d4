import { removeWords } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'misplaced-negation',
  docs: page({
    what: 'Finds `!` before something that can\'t be negated, two in a row, and one that nothing follows.',
    why: 'iptables refuses the rule. To except several addresses, let a chain of its own `RETURN` for them.',
    example: ['-A INPUT ! -j ACCEPT'],
    instead: ['-A INPUT -j ACCEPT'],
    fixes: 'Not safe: without its `!` the rule says the opposite.',
  }),
  fixes: ({ span }, { line }) => (line.text[span.start] === '!'
    ? [{ title: 'Remove !', safe: false, edits: [removeWords(line, { start: span.start, end: span.start + 1 })] }]
    : []),
});
