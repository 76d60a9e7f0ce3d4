/** Matches of long ago, with what rules have instead of them today; iptables 1.8.9 has none of these. */
const MATCHES: Readonly<Record<string, string>> = {
  dstlimit: '-m hashlimit', iplimit: '-m connlimit', mport: '-m multiport', nth: '-m statistic --mode nth',
  random: '-m statistic --mode random', unclean: '-m conntrack --ctstate INVALID',
};

/** Targets of long ago and of other firewalls, with iptables' own. */
const TARGETS: Readonly<Record<string, string>> = {
  ALLOW: 'ACCEPT', BALANCE: 'DNAT', BLOCK: 'DROP', DENY: 'DROP', FTOS: 'TOS', MASQ: 'MASQUERADE', PASS: 'ACCEPT', PERMIT: 'ACCEPT', SAME: 'SNAT',
};

/** What rules have today instead of the match of that name: options as they stand in a rule. */
export const instead = (match: string): string | undefined => MATCHES[match];

/** iptables' own target for one that has that name elsewhere, in whatever case. */
export const ownTarget = (name: string): string | undefined => TARGETS[name.toUpperCase()];
