import { strict as assert } from 'node:assert';
import { findingsOf, fixed } from './check.ts';

/** A mistake that guides to iptables warn of or make: what is found, and what the fixes leave. */
interface Mistake {
  readonly title: string;
  readonly name: string;
  readonly text: readonly string[];
  readonly found: string;
  /** What the message says of it. */
  readonly says: RegExp;
  /** Codes that are left after the fix; errors and warnings. */
  readonly left?: readonly string[];
}

const V4 = ['iptables -A INPUT -i lo -j ACCEPT', 'iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT', 'iptables -A INPUT -p tcp --dport 2200 -j ACCEPT', 'iptables -A INPUT -p tcp --dport 22 -s 192.0.2.0/24 -j ACCEPT'];
const V6 = V4.map((line) => line.replace('iptables', 'ip6tables').replace('192.0.2.0/24', '2001:db8::/32'));

const MISTAKES: readonly Mistake[] = [
  {
    title: 'the policy drops before the rules that accept are typed', name: 'fw.sh',
    text: ['iptables -t filter -F', 'iptables -t filter -P INPUT DROP', 'iptables -t filter -P OUTPUT ACCEPT', ...V4],
    found: 'warning lockout-early-drop 2', says: /policy of INPUT drops before any rule accepts: until line 5 /u,
  },
  {
    title: 'everything is flushed while the policies drop', name: 'fw.sh',
    text: ['iptables -P INPUT DROP', 'iptables -P FORWARD DROP', 'iptables -P OUTPUT DROP', 'iptables -F', ...V4, 'iptables -A OUTPUT -o lo -j ACCEPT', 'iptables -A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'],
    found: 'warning lockout-flush 4', says: /`-F` removes the rules, and the policy of INPUT stays `DROP`/u,
  },
  {
    title: 'everything is flushed under DROP, and nothing comes after it', name: 'fw.sh', text: ['iptables -P INPUT DROP', 'iptables -P OUTPUT ACCEPT', 'iptables -F'],
    found: 'warning lockout-flush 3', says: /from here on `tcp .* state=ESTABLISHED .*` is dropped/u,
  },
  {
    title: 'the answers of a service are not let out', name: 'rules.v4',
    text: [
      '*filter', ':INPUT DROP [0:0]', ':OUTPUT DROP [0:0]', ':OUTWARD - [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -s 10.9.0.0/24 -p tcp --dport 22 -j ACCEPT',
      '-A OUTPUT -o lo -j ACCEPT', '-A OUTPUT -j OUTWARD', '-A OUTWARD -p udp --dport 123 -j ACCEPT', 'COMMIT',
    ],
    found: 'warning lockout-replies 3', says: /are let in, but no answer goes out/u,
  },
  {
    title: 'answers to what the host asks are not let in', name: 'rules.v4',
    text: ['*filter', ':INPUT DROP [0:0]', ':OUTPUT ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -p tcp --dport 22 -j ACCEPT', 'COMMIT'],
    found: 'warning lockout-replies 2', says: /no answer comes in/u,
  },
  {
    title: 'loopback is blocked with the rest', name: 'fw.sh', text: ['iptables -F', ...V4.slice(1), 'iptables -P INPUT DROP'],
    found: 'warning lockout-loopback 5', says: /^Loopback, .* is stopped where it comes in/u,
  },
  {
    title: 'ssh is let in behind what drops it', name: 'rules.v4',
    text: ['*filter', ':INPUT ACCEPT [0:0]', ':LOGDROP - [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT', '-A INPUT -j LOGDROP', '-A INPUT -p tcp --dport ssh -j ACCEPT', '-A LOGDROP -m limit --limit 2/min -j LOG --log-prefix "dropped: "', '-A LOGDROP -j DROP', 'COMMIT'],
    found: 'warning lockout-management 9', says: /Nobody can open an ssh connection/u, left: ['shadowed-rule'],
  },
  {
    title: 'IPv6 is done like IPv4, without neighbour discovery', name: 'fw.sh', text: ['ip6tables -F', ...V6, 'ip6tables --policy INPUT DROP'],
    found: 'warning lockout-neighbour-discovery 6', says: /neighbour solicitation or neighbour advertisement/u,
  },
  {
    title: 'of neighbour discovery only solicitations are let in', name: 'fw.sh', text: ['ip6tables -F', ...V6, 'ip6tables -A INPUT -p icmpv6 --icmpv6-type neighbor-solicitation -j ACCEPT', 'ip6tables --policy INPUT DROP'],
    found: 'warning lockout-neighbour-discovery 7', says: /No neighbour advertisement comes in/u,
  },
  {
    title: 'a port is asked for without its protocol', name: 'rules.v4', text: ['*filter', '--append INPUT --source 192.0.2.7 --destination-port 22 --jump ACCEPT', 'COMMIT'],
    found: 'error missing-protocol 2', says: /-p tcp/u,
  },
  {
    title: 'an outgoing interface is asked for before routing', name: 'rules.v4', text: ['*nat', '-A PREROUTING -o eth1 -p tcp --dport 80 -j REDIRECT --to-ports 8080', 'COMMIT'],
    found: 'error misplaced-interface 2', says: /-o/u,
  },
];

describe('mistakes that guides warn of', () => {
  for (const { title, name, text, found, says, left = [] } of MISTAKES) {
    it(`${title}: found, explained and fixed`, () => {
      const before = `${text.join('\n')}\n`;
      const all = findingsOf(before, name);
      const finding = all.find(({ severity, code, line }) => `${severity} ${code} ${line.number + 1}` === found);
      assert.ok(finding !== undefined, all.map(({ severity, code, line }) => `${severity} ${code} ${line.number + 1}`).join(', '));
      assert.match(finding.message, says);
      const [fix] = finding.fixes ?? [];
      assert.ok(fix !== undefined, 'no fix is offered');
      const after = fixed(before, fix, name);
      const worse = findingsOf(after, name).filter(({ severity, code }) => (severity === 'error' || severity === 'warning') && (code === finding.code || !all.some((each) => each.code === code)));
      assert.deepEqual(worse.map(({ code }) => code).filter((code) => !left.includes(code)), [], after);
    });
  }
});
