import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'wrong-family',
  docs: page({
    what: 'Finds matches and options that only the other family has: `-m icmp6` or `-m rt` in IPv4, `-m ttl` or `-f` in '
      + 'IPv6.',
    why: 'iptables and ip6tables each know their own; they refuse the rule.',
    example: ['-A INPUT -m hl --hl-lt 5 -j DROP'],
    instead: ['-A INPUT -m ttl --ttl-lt 5 -j DROP'],
  }),
});
