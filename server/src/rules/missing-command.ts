import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'missing-command',
  docs: page({
    what: 'Finds rules that do not say what to do with them.',
    why: 'Each line needs its own command, `-A CHAIN` most of the time. iptables refuses a rule without one ("no command '
      + 'specified").',
    example: ['-p tcp --dport 22 -j ACCEPT'],
    instead: ['-A INPUT -p tcp --dport 22 -j ACCEPT'],
  }),
});
