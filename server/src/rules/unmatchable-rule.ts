import { removeWords } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'unmatchable-rule',
  docs: page({
    what: 'Finds conditions that by what they say no packet can meet, or every packet does, such as `! -p all`, or '
      + '`--tcp-flags SYN ACK`, which wants a flag set that it does not look at; also a `!` or a number that iptables forgets.',
    why: 'Such a condition is a slip of the pen. iptables refuses some of them, and loads others without a word (those are '
      + 'warnings), so that the rule matches other packets than it seems to.',
    example: ['-A INPUT ! -p all -j DROP'],
    instead: ['-A INPUT -j DROP'],
    fixes: 'Not safe: without the condition the rule matches other packets.',
  }),
  fixes: ({ span, accepted }, { line }) => (accepted === true ? []
    : [{ title: `Remove ${line.text.slice(span.start, span.end)}`, safe: false, edits: [removeWords(line, span)] }]),
});
