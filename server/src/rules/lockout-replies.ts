import type { Analysis } from '../core/analysis/analysis.ts';
import type { Family } from '../core/netfilter.ts';
import { defineRule, type FileInContext, type Progress } from './rule.ts';
import { lackingAnswersIn, lackingAnswersOut } from './support/lockout/answers.ts';
import { namedManagement, SSH } from './support/lockout/management.ts';
import { isShut, ORDINARY } from './support/lockout/ordinary.ts';
import { following, isShutTo } from './support/lockout/standing.ts';
import { reportLacking } from './support/lockout/stopped-traffic.ts';
import { firewallsOf } from './support/lockout/told-state.ts';
import type { Traffic } from './support/lockout/traffic.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'lockout-replies',
  severity: 'warning',
  docs: page({
    what: 'Finds rulesets that stop the answers of connections: this host may open connections, but nothing that comes back is let '
      + 'in; or others may open connections to it, but its answers are not let out.',
    why: 'A connection needs both ways. One rule about packets of established connections, before those that drop, serves all.',
    example: [':INPUT DROP [0:0]', ':OUTPUT ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -p tcp --dport 22 -j ACCEPT'],
    instead: [':INPUT DROP [0:0]', ':OUTPUT ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -p tcp --dport 22 -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'],
    fixes: 'Not safe, though rarely wrong: it lets packets through that belong to connections which were let through.',
  }),
  *checkAnalysis(file) {
    for (const analysis of firewallsOf(file)) {
      yield* following(analysis, [ORDINARY.anythingIn[analysis.ruleset.family]]);
      // A host that lets nothing in at all is not meant to talk.
      if (!isShut(analysis, ORDINARY.anythingIn)) for (const lacking of yield* lackingAnswersIn(analysis)) yield* reportLacking(file, analysis, lacking);
      yield* goingBack(file, analysis);
      yield undefined;
    }
  },
});

/** The first access that is let in and not answered; one rule serves all. */
function* goingBack(file: FileInContext, analysis: Analysis): Iterable<Progress> {
  for (const access of accessOf(file, analysis.ruleset.family)) {
    yield* following(analysis, [access]);
    const [mute] = isShutTo(analysis, access) ? [] : yield* lackingAnswersOut(analysis, access);
    if (mute === undefined) continue;
    yield* reportLacking(file, analysis, mute);
    return;
  }
}

/** What comes in and has to be answered. */
function accessOf(file: FileInContext, family: Family): readonly Traffic[] {
  const named = namedManagement(file, family).flatMap(({ traffic }) => traffic ?? []);
  return [...(named.length === 0 ? [SSH[family]] : named), ORDINARY.tcpIn[family]];
}
