import type { Analysis } from '../core/analysis/analysis.ts';
import type { Family } from '../core/netfilter.ts';
import { defineRule, type FileInContext, type Report } from './rule.ts';
import { namedManagement, SSH } from './support/lockout/management.ts';
import { isShut, ORDINARY } from './support/lockout/ordinary.ts';
import { following, isShutTo } from './support/lockout/standing.ts';
import { reportLacking } from './support/lockout/stopped-traffic.ts';
import { firewallsOf } from './support/lockout/told-state.ts';
import { answersTo, type Traffic } from './support/lockout/traffic.ts';
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
      const { family } = analysis.ruleset;
      yield* following(analysis, [ORDINARY.anythingIn, ORDINARY.tcpOut, ORDINARY.tcpAnswersIn, ORDINARY.udpAnswersIn].map((each) => each[family]));
      yield* comingBack(file, analysis);
      yield* following(analysis, accessOf(file, family).flatMap((each) => [each, answersTo(each)]));
      yield* goingBack(file, analysis);
      yield undefined;
    }
  },
});

const CONDITIONS = ['-m conntrack --ctstate RELATED,ESTABLISHED'];
const TITLE = 'Accept packets of established connections';

function* comingBack(file: FileInContext, analysis: Analysis): Iterable<Report> {
  // A host that lets nothing in at all is not meant to talk.
  if (isShut(analysis, ORDINARY.anythingIn) || isShut(analysis, ORDINARY.tcpOut)) return;
  if (!isShut(analysis, ORDINARY.tcpAnswersIn) || !isShut(analysis, ORDINARY.udpAnswersIn)) return;
  yield* reportLacking(file, analysis, {
    traffic: ORDINARY.tcpAnswersIn[analysis.ruleset.family], title: TITLE, conditions: CONDITIONS,
    message: (example) => `This host may open connections, but no answer comes in: ${example}.`,
  });
}

function* goingBack(file: FileInContext, analysis: Analysis): Iterable<Report> {
  const mute = accessOf(file, analysis.ruleset.family).find((each) => isMute(analysis, each));
  if (mute === undefined) return;
  yield* reportLacking(file, analysis, {
    traffic: answersTo(mute), title: TITLE, conditions: CONDITIONS,
    message: (example) => `Connections such as \`${mute.text}\` are let in, but no answer goes out: ${example}.`,
  });
}

/** What comes in and has to be answered. */
function accessOf(file: FileInContext, family: Family): readonly Traffic[] {
  const named = namedManagement(file, family).flatMap(({ traffic }) => traffic ?? []);
  return [...(named.length === 0 ? [SSH[family]] : named), ORDINARY.tcpIn[family]];
}

/** Whether some of the traffic comes in, and nothing of it is answered. */
function isMute(analysis: Analysis, access: Traffic): boolean {
  const { path, protocol } = access.packet;
  return path === 'in' && protocol !== undefined && !isShutTo(analysis, access) && isShutTo(analysis, answersTo(access));
}
