import type { Analysis } from '../core/analysis/analysis.ts';
import type { Family } from '../core/netfilter.ts';
import { defineRule, type FileInContext, type Report } from './rule.ts';
import { isShut, ORDINARY } from './support/lockout/ordinary.ts';
import { following, isShutTo } from './support/lockout/standing.ts';
import { reportLacking } from './support/lockout/stopped-traffic.ts';
import { firewallsOf } from './support/lockout/told-state.ts';
import { traffic, type Traffic } from './support/lockout/traffic.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'lockout-loopback',
  severity: 'warning',
  docs: page({
    what: 'Finds rulesets that stop what the host\'s own programs say to each other over `lo`, on the way out or in; that ports which '
      + 'are open to others are open to them as well does not help the rest.',
    why: 'Resolvers, databases, mail and monitoring talk over loopback, and nothing says why they hang. No packet from another host comes in by `lo`.',
    example: [':INPUT DROP [0:0]', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -s 192.0.2.0/24 -j ACCEPT'],
    instead: [':INPUT DROP [0:0]', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -s 192.0.2.0/24 -j ACCEPT', '-A INPUT -i lo -j ACCEPT'],
    fixes: 'Not safe, though rarely wrong: programs of this host reach each other afterwards.',
  }),
  *checkAnalysis(file) {
    for (const analysis of firewallsOf(file)) {
      yield* following(analysis, [ORDINARY.anythingIn[analysis.ruleset.family], ...WAYS[analysis.ruleset.family].flatMap(({ tcp, udp }) => [tcp, udp])]);
      // A host that lets nothing in at all has a greater worry.
      if (!isShut(analysis, ORDINARY.anythingIn)) for (const way of WAYS[analysis.ruleset.family]) yield* onWay(file, analysis, way);
      yield undefined;
    }
  },
});

interface Way {
  readonly tcp: Traffic;
  readonly udp: Traffic;
  readonly conditions: string;
  readonly where: string;
}

/** Ports for which no program is known, and that rules for services do not name. */
const UNNAMED = [32768, 60999] as const;

const WAYS: Readonly<Record<Family, readonly Way[]>> = { ipv4: ways('ipv4', '127.0.0.1'), ipv6: ways('ipv6', '::1') };

function ways(family: Family, own: string): readonly Way[] {
  const over = (protocol: string, way: string): Traffic => traffic(family, `${protocol} ${own} -> ${own} ${way}`, { ports: UNNAMED });
  return [
    { tcp: over('tcp', 'in=lo'), udp: over('udp', 'in=lo'), conditions: '-i lo', where: 'comes in' },
    { tcp: over('tcp', 'out=lo'), udp: over('udp', 'out=lo'), conditions: '-o lo', where: 'goes out' },
  ];
}

function* onWay(file: FileInContext, analysis: Analysis, { tcp, udp, conditions, where }: Way): Iterable<Report> {
  if (![tcp, udp].every((each) => isShutTo(analysis, each))) return;
  yield* reportLacking(file, analysis, {
    traffic: tcp, title: `Accept ${conditions}`, conditions: [conditions],
    message: (example) => `Loopback, over which programs of this host talk to each other, is stopped where it ${where}: ${example}.`,
  });
}
