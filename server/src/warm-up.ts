import { RulesetDocument } from './core/ruleset/document.ts';
import type { LineParser } from './core/syntax/parser.ts';
import { Diagnostics } from './rules/run.ts';

/** Rules of the shapes that most files are made of. */
const RULES = [
  '-A INPUT -i lo -j ACCEPT',
  '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-A INPUT -s 192.0.2.1/32 -j DROP',
  '-A INPUT -s 10.0.0.0/8 ! -i eth0 -p tcp -m tcp --dport 22 -m comment --comment "a remark" -j ACCEPT',
  '-A INPUT -p tcp -m multiport --dports 80,443 -m state --state NEW -j CHAIN',
  '-A INPUT -p udp -m udp --dport 1024:65535 -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "dropped "',
  '-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT',
  '-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m mark --mark 0x1/0xff -j REJECT --reject-with tcp-reset',
  '-A INPUT -s 10.0.0.1/32 -d 10.0.0.2/32 -p tcp -m tcp --sport 1024:65535 --dport 80 -m mac --mac-source 02:00:00:00:00:01 -j ACCEPT',
  '-A INPUT -p tcp -m tcp --dport 25 -m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name mail -j ACCEPT',
  '-A INPUT -m comment --comment "one of three" -m statistic --mode random --probability 0.33333333333 -j CHAIN',
  '-A INPUT -m iprange --src-range 192.168.0.1-192.168.0.9 -m addrtype --dst-type LOCAL -j RETURN',
];

/** The same for nat. */
const NAT_RULES = [
  '-A PREROUTING -d 192.0.2.1/32 -i eth0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8080',
  '-A PREROUTING ! -s 10.0.0.0/8 -m comment --comment "of the cluster" -j MARK --set-xmark 0x4000/0x4000',
  '-A POSTROUTING -s 10.0.0.0/8 -o eth0 -j MASQUERADE',
];

const ROUNDS = 90;

/**
 * Reads and checks a small ruleset once, so that the code is compiled by the time that the first file comes: of 5,000
 * lines a cold server would spend more time on compiling than on reading. To be called while the client still prepares
 * its first messages.
 */
export function warmUp(parser: LineParser): void {
  const text = ['*filter', ':INPUT DROP [0:0]', ':CHAIN - [0:0]', ...repeated(RULES), 'COMMIT', '*nat', ...repeated(NAT_RULES), 'COMMIT', ''].join('\n');
  new Diagnostics(new RulesetDocument(parser, 'warm-up:rules.v4', 'iptables', 0, text)).findings();
}

const repeated = (rules: readonly string[]): readonly string[] => Array.from({ length: ROUNDS }, () => rules).flat();
