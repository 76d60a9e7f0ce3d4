import { analyse, type Analysis } from '../core/analysis/analysis.ts';
import { FAMILY_NAMES, type Family } from '../core/netfilter.ts';
import type { Ruleset } from '../core/ruleset/model.ts';
import { defineRule, type AnalysedFile, type Report } from './rule.ts';
import { textSpan } from './support/edits.ts';
import { isShut, ORDINARY } from './support/lockout/ordinary.ts';
import { following, isShutTo, isSurelyOpenTo } from './support/lockout/standing.ts';
import { firewallsOf } from './support/lockout/told-state.ts';
import { traffic, type Traffic } from './support/lockout/traffic.ts';
import { page } from './support/page.ts';
import { servicesOf, type Service } from './support/services.ts';

export default defineRule({
  code: 'v4-v6-mismatch',
  severity: 'hint',
  docs: page({
    what: 'Finds ports of this host that are open to everybody over one of IPv4 and IPv6 and closed over the other: in scripts that '
      + 'speak of both, and in a ruleset beside which that of the other family stands (`rules.v4` and `rules.v6`, '
      + '`iptables.rules` and `ip6tables.rules`, `before.rules` and `before6.rules`). A family that lets nothing in is not '
      + 'compared, and neither are ports that are open to some addresses only and those of DHCP, which belong to one family.',
    why: 'Whoever resolves the name of the host gets both addresses and tries IPv6 first. A service that answers over one of them '
      + 'only is slow or out of order for some, and a port that was closed for IPv4 alone is open all the same.',
    example: [
      '#!/bin/sh', 'iptables -P INPUT DROP', 'iptables -F', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT', 'iptables -A INPUT -p tcp --dport 443 -j ACCEPT',
      'ip6tables -P INPUT DROP', 'ip6tables -F', 'ip6tables -A INPUT -p tcp --dport 22 -j ACCEPT',
    ],
    instead: [
      '#!/bin/sh', 'iptables -F', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT', 'iptables -A INPUT -p tcp --dport 443 -j ACCEPT',
      'iptables -P INPUT DROP', 'ip6tables -F', 'ip6tables -A INPUT -p tcp --dport 22 -j ACCEPT', 'ip6tables -A INPUT -p tcp --dport 443 -j ACCEPT', 'ip6tables -P INPUT DROP',
    ],
  }),
  *checkAnalysis(file) {
    const own = firewallsOf(file);
    for (const analysis of own) {
      const other = otherOf(file, own, analysis.ruleset.family);
      if (other !== undefined) yield* compared(analysis, other);
      yield undefined;
    }
  },
});

/** The firewall of the other family, and the file that it stands in, if it is not the same one. */
interface Other {
  readonly analysis: Analysis;
  readonly name: string | undefined;
}

function otherOf(file: AnalysedFile, own: readonly Analysis[], family: Family): Other | undefined {
  const here = own.find(({ ruleset }) => ruleset.family !== family);
  if (here !== undefined) return { analysis: here, name: undefined };
  const ruleset = file.companion?.ruleset();
  if (ruleset === undefined || ruleset.family === family || !ruleset.tables.has('filter')) return undefined;
  return { analysis: analysisOf(ruleset), name: file.companion!.name };
}

const known = new WeakMap<Ruleset, Analysis>();

/** The analysis of a ruleset beside the file, which stays the same while the file is edited. */
function analysisOf(ruleset: Ruleset): Analysis {
  let analysis = known.get(ruleset);
  if (analysis === undefined) known.set(ruleset, analysis = analyse(ruleset));
  return analysis;
}

/** With more services it is a list, not a mistake. */
const MOST_SERVICES = 64;

/** Two that have no network in common: a rule that speaks of one of them, as examples do, does not speak of everybody. */
const STRANGERS: Readonly<Record<Family, readonly string[]>> = { ipv4: ['203.0.113.9', '100.0.0.9'], ipv6: ['2001:db8::9', '2600::9'] };

/** Ports of DHCP and of DHCPv6, each of which is for one family alone. */
const OF_ONE_FAMILY: readonly number[] = [67, 68, 546, 547];

const isOfBoth = ({ protocol, port }: Service): boolean => protocol !== 'udp' || !OF_ONE_FAMILY.includes(port);

const connectionsTo = ({ protocol, port }: Service, family: Family): readonly Traffic[] => STRANGERS[family].map((source) => traffic(family, `${protocol} ${source} -> any:${port}`));

function* compared(analysis: Analysis, { analysis: other, name }: Other): Iterable<Report | undefined> {
  const { family } = analysis.ruleset;
  const services = servicesOf(analysis.ruleset);
  if (services.length > MOST_SERVICES) return;
  yield* following(other, [ORDINARY.anythingIn[other.ruleset.family]]);
  if (isShut(other, ORDINARY.anythingIn)) return;
  for (const service of services.filter(isOfBoth)) {
    const [here, there] = [connectionsTo(service, family), connectionsTo(service, other.ruleset.family)];
    yield* following(analysis, here);
    yield* following(other, there);
    if (here.every((each) => isSurelyOpenTo(analysis, each)) && there.every((each) => isShutTo(other, each))) yield report(service, family, name);
    yield undefined;
  }
}

function report({ protocol, port, bound: { line } }: Service, family: Family, name: string | undefined): Report {
  const other = family === 'ipv4' ? 'ipv6' : 'ipv4';
  return {
    line, span: textSpan(line),
    message: `\`${protocol}\` port ${port} is open to everybody over ${FAMILY_NAMES[family]} and closed over ${FAMILY_NAMES[other]}${name === undefined ? '' : ` (\`${name}\`)`}.`,
  };
}
