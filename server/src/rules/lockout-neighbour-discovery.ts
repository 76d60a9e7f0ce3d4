import type { Analysis } from '../core/analysis/analysis.ts';
import { defineRule, type FileInContext, type Report } from './rule.ts';
import { isShut, ORDINARY } from './support/lockout/ordinary.ts';
import { following, isShutTo } from './support/lockout/standing.ts';
import { reportLacking } from './support/lockout/stopped-traffic.ts';
import { firewallsOf } from './support/lockout/told-state.ts';
import { traffic, type Traffic } from './support/lockout/traffic.ts';
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
      yield* following(analysis, [ORDINARY.anythingIn.ipv6, ...[...IN, ...OUT].map((each) => each.traffic)]);
      // A host that lets nothing in at all does not use IPv6.
      if (isShut(analysis, ORDINARY.anythingIn)) continue;
      yield* lacking(file, analysis, IN, 'comes in');
      yield undefined;
      yield* lacking(file, analysis, OUT, 'goes out');
      yield undefined;
    }
  },
});

const MESSAGES = ['neighbour-solicitation', 'neighbour-advertisement'] as const;

interface Message {
  readonly name: string;
  readonly traffic: Traffic;
}

const IN: readonly Message[] = MESSAGES.map((name) => ({ name, traffic: traffic('ipv6', `icmpv6 any -> any type=${name} ttl=255`) }));
const OUT: readonly Message[] = MESSAGES.map((name) => ({ name, traffic: traffic('ipv6', `icmpv6 any -> any path=out type=${name} ttl=255 uid=none gid=none`) }));

function* lacking(file: FileInContext, analysis: Analysis, messages: readonly Message[], where: string): Iterable<Report> {
  const stopped = messages.filter(({ traffic: each }) => isShutTo(analysis, each));
  const [first] = stopped;
  if (first === undefined) return;
  yield* reportLacking(file, analysis, {
    traffic: first.traffic, title: 'Accept neighbour discovery',
    conditions: stopped.map(({ name }) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${name}`),
    message: (example) => `No ${stopped.map(({ name }) => name.replace('-', ' ')).join(' or ')} ${where}, without which neighbours do not find each other: ${example}.`,
  });
}
