import { defineRule } from './rule.ts';
import { lackingLoopback } from './support/lockout/loopback.ts';
import { isShut, ORDINARY } from './support/lockout/ordinary.ts';
import { following } from './support/lockout/standing.ts';
import { reportLacking } from './support/lockout/stopped-traffic.ts';
import { firewallsOf } from './support/lockout/told-state.ts';
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
      yield* following(analysis, [ORDINARY.anythingIn[analysis.ruleset.family]]);
      // A host that lets nothing in at all has a greater worry.
      if (!isShut(analysis, ORDINARY.anythingIn)) for (const lacking of yield* lackingLoopback(analysis)) yield* reportLacking(file, analysis, lacking);
      yield undefined;
    }
  },
});
