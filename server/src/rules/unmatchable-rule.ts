import { removeWords } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'unmatchable-rule',
  docs: page({
    what: 'Finds rules that by themselves can match no packet and that iptables refuses for it, such as `! -p all`.',
    why: 'Such a rule is a slip of the pen. iptables refuses the whole file for it.',
    example: ['-A INPUT ! -p all -j DROP'],
    instead: ['-A INPUT -j DROP'],
    fixes: 'Not safe: the rule then matches every packet.',
  }),
  fixes: ({ span }, { line }) => [{ title: `Remove ${line.text.slice(span.start, span.end)}`, safe: false, edits: [removeWords(line, span)] }],
});
