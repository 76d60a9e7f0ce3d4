import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'jump-to-built-in',
  docs: page({
    what: 'Finds jumps to a built-in chain.',
    why: 'Only the kernel calls INPUT, FORWARD and the others. It refuses the ruleset.',
    example: [':SSH - [0:0]', '-A INPUT -p tcp --dport 22 -j SSH', '-A SSH -s 192.0.2.0/24 -j INPUT'],
    instead: [':SSH - [0:0]', '-A INPUT -p tcp --dport 22 -j SSH', '-A SSH -s 192.0.2.0/24 -j RETURN'],
  }),
});
