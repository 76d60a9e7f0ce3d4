import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'attached-value',
  docs: page({
    what: 'Finds `-dport` and `-ptcp`: long options with one dash, and values that stick to a short option.',
    why: 'iptables takes the whole word, dash and letter included, for the value of the short option: `-dport` asks for a '
      + 'destination of that name. It refuses the rule or, worse, loads something that was not meant.',
    example: ['-A INPUT -p tcp -dport 22 -j ACCEPT'],
    instead: ['-A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Not safe: what was meant is a guess, if a good one.',
  }),
});
