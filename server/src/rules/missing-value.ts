import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'missing-value',
  docs: page({
    what: 'Finds options without the value that they need.',
    why: 'iptables refuses the rule, or takes the next option for the value and the rest of the rule for something else.',
    example: ['-A INPUT -p tcp --dport -j ACCEPT'],
    instead: ['-A INPUT -p tcp --dport 22 -j ACCEPT'],
  }),
});
