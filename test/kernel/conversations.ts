import { neighbourhoodOf } from './neighbourhood.ts';
import type { OraclePacket, OracleRequest } from './protocol.ts';

const { topology } = neighbourhoodOf('ipv4');
const { topology: topology6 } = neighbourhoodOf('ipv6');

type Ends = Pick<OraclePacket, 'src' | 'dst' | 'sport' | 'dport'>;

const between = (src: string, sport: number, dst: string, dport: number): Ends => ({ src, dst, sport, dport });
const tcp = (ends: Ends, way: Partial<OraclePacket>, flags = 'SYN'): OraclePacket => ({ path: 'auto', proto: 'tcp', ...ends, ...way, flags, side: flags === 'SYN,ACK' ? 'server' : 'client' });
const udp = (ends: Ends, way: Partial<OraclePacket>): OraclePacket => ({ path: 'auto', proto: 'udp', ...ends, ...way });

const NEAR = { in_iface: 'eth0' };
const FAR = { in_iface: 'eth1' };
const OWN = { local: true };

const filter = (policies: string, ...rules: string[]): string => ['*filter', ...policies.split(' ').map((chain) => `:${chain} [0:0]`.replace('=', ' ')), ...rules, 'COMMIT', ''].join('\n');
const nat = (...rules: string[]): string => ['*nat', ...rules, 'COMMIT', ''].join('\n');

/** What hosts do with iptables, and the packets that show it. */
export const CONVERSATIONS: readonly OracleRequest[] = [
  {
    id: 'a container\'s published port, from outside, from the host and from the container itself', topology,
    ruleset: nat(
      ':PORTS - [0:0]', '-A PREROUTING -m addrtype --dst-type LOCAL -j PORTS', '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j PORTS',
      '-A POSTROUTING -s 10.2.0.0/24 ! -o eth1 -j MASQUERADE', '-A POSTROUTING -s 10.2.0.2/32 -d 10.2.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE',
      '-A PORTS -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.2.0.2:80',
    ) + filter(
      'FORWARD=DROP BRIDGE=- STAGE=-', '-A FORWARD -j BRIDGE', '-A BRIDGE -o eth1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A BRIDGE -o eth1 -j STAGE',
      '-A BRIDGE -i eth1 -j ACCEPT', '-A STAGE -d 10.2.0.2/32 -p tcp -m tcp --dport 80 -j ACCEPT',
    ),
    packets: [
      tcp(between('10.1.0.1', 40000, '10.9.9.9', 8080), NEAR), tcp(between('10.2.0.2', 80, '10.1.0.1', 40000), FAR, 'SYN,ACK'), tcp(between('10.1.0.1', 40000, '10.9.9.9', 8080), NEAR, 'ACK'),
      tcp(between('10.9.9.9', 40001, '10.9.9.10', 8080), OWN), tcp(between('10.2.0.2', 40002, '10.9.9.9', 8080), FAR), tcp(between('10.1.0.1', 40003, '10.2.0.2', 81), NEAR),
      tcp(between('10.2.0.2', 40004, '10.1.0.1', 443), FAR), udp(between('10.2.0.3', 5353, '10.1.0.1', 53), FAR),
    ],
  },
  {
    id: 'a service spread over two backends by turns, masqueraded by mark', topology,
    ruleset: nat(
      ':SERVICES - [0:0]', ':MARK-MASQ - [0:0]', ':SVC - [0:0]', ':SEP-A - [0:0]', ':SEP-B - [0:0]', '-A PREROUTING -j SERVICES', '-A OUTPUT -j SERVICES',
      '-A POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN', '-A POSTROUTING -j MARK --xor-mark 0x4000', '-A POSTROUTING -j MASQUERADE --random-fully',
      '-A SERVICES -d 10.9.9.20/32 -p tcp -m tcp --dport 443 -j SVC', '-A MARK-MASQ -j MARK --or-mark 0x4000', '-A SVC ! -s 10.2.0.0/16 -j MARK-MASQ',
      '-A SVC -m statistic --mode nth --every 2 --packet 0 -j SEP-A', '-A SVC -j SEP-B', '-A SEP-A -s 10.2.0.1/32 -j MARK-MASQ', '-A SEP-A -p tcp -j DNAT --to-destination 10.2.0.1:6443',
      '-A SEP-B -s 10.2.0.2/32 -j MARK-MASQ', '-A SEP-B -p tcp -j DNAT --to-destination 10.2.0.2:6443',
    ) + filter('FORWARD=DROP', '-A FORWARD -m conntrack --ctstate INVALID -j DROP', '-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT', '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'),
    packets: [
      ...[1, 2, 3].map((last) => tcp(between(`10.1.0.${last}`, 40000, '10.9.9.20', 443), NEAR)), tcp(between('10.2.0.1', 40000, '10.9.9.20', 443), FAR), tcp(between('10.2.0.2', 40000, '10.9.9.20', 443), FAR),
      tcp(between('10.9.9.9', 40000, '10.9.9.20', 443), OWN), tcp(between('10.1.0.1', 40000, '10.9.9.20', 443), NEAR, 'ACK'),
    ],
  },
  {
    id: 'a host that limits tries by source, bans and answers with REJECT', topology,
    ruleset: filter(
      'INPUT=DROP BANNED=-', '-A INPUT -p tcp -m multiport --dports 22,2222 -j BANNED', '-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate INVALID -j DROP',
      '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A INPUT -p icmp -m icmp --icmp-type 8 -m limit --limit 1/min --limit-burst 2 -j ACCEPT',
      '-A INPUT -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --set --name tries --rsource', '-A INPUT -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 60 --hitcount 4 --name tries --rsource -j REJECT --reject-with tcp-reset',
      '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', '-A INPUT -p udp -m hashlimit --hashlimit-upto 1/min --hashlimit-burst 2 --hashlimit-mode srcip --hashlimit-name dns -j ACCEPT', '-A INPUT -p udp -j REJECT',
      '-A BANNED -s 10.1.0.3/32 -j REJECT --reject-with icmp-admin-prohibited', '-A BANNED -j RETURN',
    ),
    packets: [
      ...[1, 2, 3, 4, 5].map((turn) => tcp(between('10.1.0.1', 40000 + turn, '10.9.9.9', 22), NEAR)), tcp(between('10.9.9.9', 22, '10.1.0.1', 40001), OWN, 'SYN,ACK'), tcp(between('10.1.0.1', 40001, '10.9.9.9', 22), NEAR, 'ACK'),
      tcp(between('10.1.0.3', 40000, '10.9.9.9', 2222), NEAR), tcp(between('10.1.0.3', 40000, '10.9.9.9', 80), NEAR), ...[1, 2, 3].map((id): OraclePacket => ({ path: 'auto', ...NEAR, src: '10.1.0.2', dst: '10.9.9.9', proto: 'icmp', type: 8, icmp_id: id })),
      ...[1, 2, 3].map((turn) => udp(between('10.1.0.2', 5000 + turn, '10.9.9.9', 53), NEAR)), udp(between('10.1.0.7', 5000, '10.9.9.9', 53), NEAR),
    ],
  },
  {
    id: 'a router with a port forwarded, everything else masqueraded, and errors on the way back', topology,
    ruleset: `*mangle\n-A FORWARD -o eth1 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\n-A PREROUTING -i eth0 -p udp --dport 5060 -j MARK --set-mark 0x2\n-A PREROUTING -m mark --mark 0x2 -j CONNMARK --save-mark\nCOMMIT\n${
      nat('-A PREROUTING -i eth1 -d 10.9.9.9/32 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 10.1.0.2:443', '-A POSTROUTING -o eth1 -j SNAT --to-source 10.9.9.9', '-A POSTROUTING -o eth0 -d 10.1.0.2/32 -p tcp -m tcp --dport 443 -j SNAT --to-source 10.9.9.10')
    }${filter('INPUT=DROP FORWARD=DROP', '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT', '-A FORWARD -i eth0 -o eth1 -j ACCEPT')}`,
    packets: [
      udp(between('10.1.0.1', 5060, '203.0.113.7', 5060), NEAR), udp(between('203.0.113.7', 5060, '10.9.9.9', 5060), FAR), udp(between('203.0.113.7', 5061, '10.9.9.9', 5060), FAR),
      { path: 'auto', ...FAR, src: '203.0.113.1', dst: '10.9.9.9', proto: 'icmp', type: 11, code: 0, inner: { src: '10.9.9.9', dst: '203.0.113.7', proto: 'udp', sport: 5060, dport: 5060 } },
      tcp(between('203.0.113.7', 40000, '10.9.9.9', 8443), FAR), tcp(between('10.1.0.2', 443, '10.9.9.10', 40000), NEAR, 'SYN,ACK'), tcp(between('203.0.113.7', 40001, '10.9.9.9', 8444), FAR),
      udp(between('10.1.0.2', 5060, '203.0.113.7', 5060), NEAR),
    ],
  },
  {
    id: 'a port that opens to who knocks twice', topology,
    ruleset: filter(
      'INPUT=DROP FIRST=- SECOND=-', '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 22 -m recent --rcheck --seconds 30 --name open --rsource -j ACCEPT',
      '-A INPUT -m recent --rcheck --seconds 10 --name one --rsource -j SECOND', '-A INPUT -j FIRST', '-A FIRST -p tcp -m tcp --dport 1000 -m recent --set --name one --rsource -j DROP',
      '-A SECOND -m recent --remove --name one --rsource', '-A SECOND -p tcp -m tcp --dport 1001 -m recent --set --name open --rsource -j DROP', '-A SECOND -j FIRST',
    ),
    packets: [22, 1000, 1001, 22].map((port, index) => tcp(between('10.1.0.1', 40000 + index, '10.9.9.9', port), NEAR)).concat([1000, 80, 1001, 22].map((port, index) => tcp(between('10.1.0.2', 40000 + index, '10.9.9.9', port), NEAR))),
  },
  {
    id: 'an IPv6 host that lets neighbours find it', family: 6, topology: topology6,
    ruleset: filter(
      'INPUT=DROP OUTPUT=DROP', '-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m hl --hl-eq 255 -j ACCEPT', '-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m hl --hl-eq 255 -j ACCEPT',
      '-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 128 -m limit --limit 1/min --limit-burst 1 -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A INPUT -j REJECT --reject-with icmp6-adm-prohibited',
      '-A OUTPUT -m conntrack --ctstate NEW -p udp --dport 53 -j ACCEPT', '-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A OUTPUT -p ipv6-icmp -j ACCEPT',
    ),
    packets: [
      ...[1, 2].map((id): OraclePacket => ({ path: 'auto', ...NEAR, src: 'fd00:1::1', dst: 'fd00:9::9', proto: 'icmp', type: 128, icmp_id: id })), { path: 'auto', ...OWN, src: 'fd00:9::9', dst: 'fd00:1::1', proto: 'icmp', type: 129, icmp_id: 1 },
      udp(between('fd00:9::9', 40000, 'fd00:2::1', 53), OWN), udp(between('fd00:2::1', 53, 'fd00:9::9', 40000), FAR), udp(between('fd00:2::1', 53, 'fd00:9::9', 40001), FAR), udp(between('fd00:9::9', 40000, 'fd00:2::1', 123), OWN),
      { path: 'auto', ...FAR, src: '2001:db8::7', dst: 'fd00:9::9', proto: 'icmp', type: 1, code: 4, inner: { src: 'fd00:9::9', dst: 'fd00:2::1', proto: 'udp', sport: 40000, dport: 53 } },
    ],
  },
];
