import { defineRule } from './rule.ts';
import { lackingNeighbours } from './support/lockout/neighbours.ts';
import { isShut, ORDINARY } from './support/lockout/ordinary.ts';
import { following } from './support/lockout/standing.ts';
import { reportLacking } from './support/lockout/stopped-traffic.ts';
import { firewallsOf } from './support/lockout/told-state.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'lockout-neighbour-discovery',
  severity: 'warning',
  docs: page({
    what: 'Finds IPv6 rulesets that let packets in, but stop neighbour solicitations or advertisements.',
    why: 'They are what ARP is for IPv4: without them no neighbour, and no router, finds this host. The kernel does not count them '
      + 'to any connection, so a rule about established connections does not let them through.',
    example: [
      '#!/bin/sh', 'ip6tables -F', 'ip6tables -P INPUT DROP', 'ip6tables -A INPUT -i lo -j ACCEPT', 'ip6tables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      'ip6tables -A INPUT -s 2001:db8::/32 -p tcp --dport 22 -j ACCEPT',
    ],
    instead: [
      '#!/bin/sh', 'ip6tables -F', 'ip6tables -P INPUT DROP', 'ip6tables -A INPUT -i lo -j ACCEPT', 'ip6tables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      'ip6tables -A INPUT -s 2001:db8::/32 -p tcp --dport 22 -j ACCEPT', 'ip6tables -A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbour-solicitation -j ACCEPT',
      'ip6tables -A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbour-advertisement -j ACCEPT',
    ],
    fixes: 'Not safe, though rarely wrong: such messages come from neighbours on the link only.',
  }),
  *checkAnalysis(file) {
    for (const analysis of firewallsOf(file)) {
      if (analysis.ruleset.family === 'ipv4') continue;
      yield* following(analysis, [ORDINARY.anythingIn.ipv6]);
      // A host that lets nothing in at all does not use IPv6.
      if (!isShut(analysis, ORDINARY.anythingIn)) for (const lacking of yield* lackingNeighbours(analysis)) yield* reportLacking(file, analysis, lacking);
      yield undefined;
    }
  },
});
