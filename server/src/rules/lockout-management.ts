import type { Analysis } from '../core/analysis/analysis.ts';
import { matchOf } from '../core/analysis/match.ts';
import type { Steps } from '../core/analysis/steps.ts';
import { Placements } from '../core/ruleset/placement.ts';
import { NONE, type PacketSet } from '../core/sets/diagram.ts';
import { defineRule, type AnalysedFile, type Progress, type RelatedPlace, type Report, type Severity } from './rule.ts';
import { textSpan } from './support/edits.ts';
import { accessFix } from './support/lockout/access.ts';
import { stoppedPacket, type Stopped } from './support/lockout/example.ts';
import { namedManagement, SSH, type NamedManagement } from './support/lockout/management.ts';
import { isShut, ORDINARY } from './support/lockout/ordinary.ts';
import { fateText, spotOf } from './support/lockout/place.ts';
import { following, followingAll, isShutTo, isSurelyOpenTo, standingOf } from './support/lockout/standing.ts';
import { firewallsOf, hasRefusedLines } from './support/lockout/told-state.ts';
import { packetsOf, type Traffic } from './support/lockout/traffic.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'lockout-management',
  severity: 'warning',
  docs: page({
    what: 'Finds rulesets that let nobody in to administer the host: no new connection to tcp port 22 gets through, from whatever '
      + 'address and interface. Where the access is another one, say so in notation in the setting `iptables-lens.management` or '
      + 'under `management` in `iptables-lens.json`, such as `"tcp 192.0.2.0/24 -> any:2222"`; then every packet of it must be '
      + 'accepted. That it gets through only at certain moments, such as behind a limit or after knocking, is a hint, or an '
      + 'information about access that you name. In rulesets of more than 1,500 rules packets are '
      + 'looked for one by one, and nothing is said of moments or where a search comes to no end. A ruleset that leaves ssh out while '
      + 'other ports are open gets an information, and one for IPv6 nothing.',
    why: 'Connections that exist go on, so the mistake shows only when the next one is tried, and then it is too late to mend it over the network.',
    example: [':INPUT DROP [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -j DROP', '-A INPUT -p tcp --dport 22 -j ACCEPT'],
    instead: [':INPUT DROP [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A INPUT -p tcp --dport 22 -j ACCEPT', '-A INPUT -j DROP', '-A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Not safe: the new rules let packets in. Narrow the one for the access to the addresses from which you administer the host; the others are '
      + 'for what the host lacks as soon as somebody gets in, such as loopback and answers. In a script, policies are set behind the new rules.',
  }),
  *checkAnalysis(file) {
    for (const analysis of firewallsOf(file)) {
      const named = namedManagement(file, analysis.ruleset.family);
      if (named.length === 0) {
        yield* following(analysis, [SSH[analysis.ruleset.family], ORDINARY.tcpIn[analysis.ruleset.family]]);
        yield* anyone(file, analysis);
      } else for (const each of named) {
        yield* following(analysis, [ORDINARY.anythingIn[analysis.ruleset.family]]);
        if (each.traffic !== undefined) yield* followingAll(analysis, each.traffic);
        yield* everyone(file, analysis, each);
      }
      yield undefined;
    }
  },
});

/** Where nothing is said of the management access: whether anybody can open an ssh connection at all. */
function* anyone(file: AnalysedFile, analysis: Analysis): Iterable<Progress> {
  const { family } = analysis.ruleset;
  const ssh = SSH[family];
  if (isSurelyOpenTo(analysis, ssh)) return;
  const { blocked, fates } = standingOf(analysis, ssh);
  if (!isShutTo(analysis, ssh)) {
    if (fates.translated === NONE) yield* sometimes(file, analysis, ssh, 'hint', 'New ssh connections');
    return;
  }
  const useless = uselessRules(analysis, packetsOf(analysis.space, ssh));
  const othersGetIn = !isShut(analysis, ORDINARY.tcpIn);
  if (useless.length === 0 && family === 'ipv6') return;
  const stopped = stoppedPacket(analysis, ssh, standingOf(analysis, ssh), blocked);
  if (stopped === undefined) return;
  const isMeant = useless.length === 0 && othersGetIn;
  yield {
    ...yield* about(file, analysis, stopped, ssh, false), severity: isMeant ? 'information' : 'warning', related: useless,
    message: `Nobody can open an ssh connection to this host: \`${stopped.packet}\` ${fateText(file, stopped)}.`
      + (isMeant ? ' If ssh listens on another port, name it under `management` in `iptables-lens.json`.' : ''),
  };
}

/** Every packet of the access that the user names has to get through. */
function* everyone(file: AnalysedFile, analysis: Analysis, { text, traffic: access, error }: NamedManagement): Iterable<Progress> {
  if (access === undefined) {
    const [line] = file.lines;
    yield { line: line!, span: textSpan(line!), message: `The management access \`${text}\` can't be read: ${error} The setting \`iptables-lens.management\` names it.` };
    return;
  }
  const { family } = analysis.ruleset;
  // A family that lets nothing in at all is not used.
  if (family === 'ipv6' && isShut(analysis, ORDINARY.anythingIn)) return;
  const standing = standingOf(analysis, access);
  const never = analysis.space.difference(standing.blocked, standing.fates.accepted);
  const stopped = stoppedPacket(analysis, access, standing, never);
  if (stopped === undefined) {
    yield* sometimes(file, analysis, access, 'information', `Packets of the management access \`${text}\``);
    return;
  }
  yield {
    ...yield* about(file, analysis, stopped, access, true), related: uselessRules(analysis, never),
    message: `Not all of the management access \`${text}\` gets through: \`${stopped.packet}\` ${fateText(file, stopped)}.`,
  };
}

/** Packets that get through at some moments and not at others, or as a line says that has yet to be mended. */
function* sometimes(file: AnalysedFile, analysis: Analysis, access: Traffic, severity: Severity, who: string): Iterable<Report> {
  if (hasRefusedLines(file)) return;
  const standing = standingOf(analysis, access);
  const stopped = stoppedPacket(analysis, access, standing, analysis.space.intersection(standing.blocked, standing.fates.accepted));
  if (stopped === undefined) return;
  yield {
    ...spotOf(file, analysis.ruleset, stopped.decidedBy), severity, packet: stopped.packet,
    message: `${who} get through only ${file.dependences.length === 0 ? 'at certain moments' : 'under conditions that the script does not tell'}: otherwise \`${stopped.packet}\` ${fateText(file, stopped)}.`,
  };
}

function* about(file: AnalysedFile, analysis: Analysis, stopped: Stopped, access: Traffic, all: boolean): Steps<Omit<Report, 'message'>> {
  const fix = yield* accessFix(file, analysis, access, all);
  return { ...spotOf(file, analysis.ruleset, stopped.decidedBy), packet: stopped.packet, ...(fix === undefined ? {} : { fixes: [fix] }) };
}

const MOST_RELATED = 4;

/** Rules on the way in that would accept some of the packets, if any came to them. */
function uselessRules({ space, ruleset }: Analysis, packets: PacketSet): readonly RelatedPlace[] {
  const filter = ruleset.tables.get('filter')!;
  const found: RelatedPlace[] = [];
  for (const { name, rules } of filter.chains.values()) {
    if (!Placements.of(filter).hooksOf(name).has('INPUT')) continue;
    for (const rule of rules) {
      const { target, line, broken } = rule.bound;
      if (broken || target?.kind !== 'verdict' || target.verdict !== 'ACCEPT' || !space.intersects(matchOf(space, rule, 'filter').may, packets)) continue;
      found.push({ line, span: textSpan(line), message: 'This would accept it, but it does not come here' });
      if (found.length === MOST_RELATED) return found;
    }
  }
  return found;
}
