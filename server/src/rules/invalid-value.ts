import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'invalid-value',
  docs: page({
    what: 'Finds values that an option does not take: port 70000, a mask of 33 bits, an interface name of 16 characters, a '
      + 'state that conntrack does not have.',
    why: 'iptables refuses the rule, and with it the whole file.',
    example: ['-A INPUT -m conntrack --ctstate ESTABLISED -j ACCEPT'],
    instead: ['-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT'],
    fixes: 'Not safe: the nearest valid value is a guess at what was meant.',
  }),
});
