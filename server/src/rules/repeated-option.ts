import { removeWords } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';
import { wordsOfOption } from './support/words.ts';

export default problemRule({
  code: 'repeated-option',
  docs: page({
    what: 'Finds options that stand twice where iptables takes them once.',
    why: 'iptables refuses the rule. Two `-m` of the same match are fine: each has options of its own.',
    example: ['-A INPUT -i eth0 -i eth1 -j ACCEPT'],
    instead: ['-A INPUT -i eth0 -j ACCEPT'],
    fixes: 'Not safe: it is a guess that the first one was meant.',
  }),
  fixes: ({ span }, { line, bound }) => [{ title: 'Remove the second one', safe: false, edits: [removeWords(line, wordsOfOption(bound, span))] }],
});
