import type { BoundRule } from '../../core/ruleset/model.ts';
import type { Report } from '../rule.ts';

/**
 * Matches and targets that do not come with iptables itself but that distributions package, with the name of the package.
 * Where it is installed iptables takes them.
 */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'xtables-addons': [
    'account', 'asn', 'condition', 'dhcpmac', 'fuzzy', 'geoip', 'gradm', 'iface', 'ipp2p', 'ipv4options', 'length2', 'lscan', 'pknock', 'psd', 'quota2',
    'ACCOUNT', 'CHAOS', 'DELUDE', 'DHCPMAC', 'DNETMAP', 'ECHO', 'IPMARK', 'LOGMARK', 'PROTO', 'SYSRQ', 'TARPIT',
  ],
  'ndpi-netfilter': ['ndpi', 'NDPI'],
  'ipt-netflow': ['NETFLOW'],
};

const packages: ReadonlyMap<string, string> = new Map(Object.entries(PACKAGES).flatMap(([name, members]) => members.map((member) => [member, name] as const)));

/** Says of a name that another package brings in that nothing is known about it; of any other, what was to be said. */
export function adjustForeign(report: Report): Report {
  const { line, span } = report;
  const name = line.text.slice(span.start, span.end);
  const from = packages.get(name);
  if (from === undefined) return report;
  return { line, span, severity: 'warning', message: `\`${name}\` does not come with iptables but with ${from}; what it does is not known here.` };
}

/** Whether a rule names a match that iptables does not have (and none of a similar name), or a target of another package. */
export function usesUnknown(bound: BoundRule | undefined): boolean {
  if (bound === undefined) return false;
  return bound.problems.some(({ code, fix }) => code === 'unknown-match' && fix === undefined)
    || bound.tokens.some(({ role, text }) => (role === 'target-name' || role === 'match-name') && packages.has(text));
}
