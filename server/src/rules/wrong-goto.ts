import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'wrong-goto',
  docs: page({
    what: 'Finds `-g` before a target.',
    why: 'A packet can go on in a chain only. iptables refuses the rule.',
    example: ['-A INPUT -i lo -g ACCEPT'],
    instead: ['-A INPUT -i lo -j ACCEPT'],
    fixes: 'Not safe, although nothing else is likely to be meant: the rule is loaded and acts.',
  }),
});
