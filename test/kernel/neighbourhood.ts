import type { Family } from '../../server/src/core/netfilter.ts';
import type { OraclePacket, OracleRequest, OracleTopology } from './protocol.ts';

/** The few addresses and ports of a generated case: few, so that rules, packets and NAT meet often. */
export interface Neighbourhood {
  readonly family: Family;
  /** The interfaces behind which the hosts are. */
  readonly devices: readonly [near: string, far: string];
  /** Hosts behind either, and addresses of the host itself. */
  readonly near: readonly string[];
  readonly far: readonly string[];
  readonly own: readonly string[];
  /** Hosts to which no route leads. */
  readonly lost: readonly string[];
  readonly networks: readonly string[];
  readonly ports: readonly number[];
  readonly topology: OracleTopology;
  /** What packets have to be like for some rules. */
  readonly hints?: readonly Hint[];
  /** What `ipset restore` makes of the sets that rules name. */
  readonly ipsets: string;
}

/** What a packet has to be like for some rule. */
export interface Hint {
  readonly fields: Partial<OraclePacket>;
  /** The interface by which a host is reached, where a route leads to it. */
  wayTo(host: string): string | undefined;
}

interface Members {
  readonly ips: readonly string[];
  readonly nets: readonly string[];
  readonly pairs: readonly string[];
  readonly netPorts: readonly string[];
  readonly nearFar: readonly string[];
  readonly faces: readonly string[];
  readonly triples: readonly string[];
}

function sets(family: 'inet' | 'inet6', { ips, nets, pairs, netPorts, nearFar, faces, triples }: Members): string {
  const make = (name: string, type: string, members: readonly string[]): string =>
    `create ${name} ${type}${type.startsWith('bitmap') ? ' range 0-65535' : ` family ${family}`}\n${members.map((member) => `add ${name} ${member}\n`).join('')}`;
  return [
    make('IPS', 'hash:ip', ips), make('NETS', 'hash:net', nets), make('IPPORTS', 'hash:ip,port', pairs), make('PORTS', 'bitmap:port', ['22', '53', '1000', '1001']),
    make('NETPORTS', 'hash:net,port', netPorts), make('NEARFAR', 'hash:ip,port,net', nearFar), make('FACES', 'hash:net,iface', faces), make('TRIPLES', 'hash:ip,port,ip', triples),
    'create LIST list:set\nadd LIST NETS\nadd LIST IPS\n',
    `create WIDE hash:ip family ${family} netmask ${family === 'inet' ? 24 : 64}\nadd WIDE ${ips[1]!}\n`,
    ...Object.entries({ COUNTED: 'counters', TIMED: 'timeout 300', INFO: 'skbinfo' }).map(([name, option]) => `create ${name} hash:ip family ${family} ${option}\n${ips.map((ip) => `add ${name} ${ip}${name === 'INFO' ? ' skbmark 0x5/0xf skbprio 1:10' : ''}\n`).join('')}`),
  ].join('');
}

/** Sets of the types that only IPv4 has. */
const BITMAPS = [
  'create BITS bitmap:ip range 10.1.0.0/16', 'add BITS 10.1.0.1', 'add BITS 10.1.7.9', 'create BLOCKS bitmap:ip range 10.1.0.0/16 netmask 24', 'add BLOCKS 10.1.7.0',
  'create MACS bitmap:ip,mac range 10.1.0.0/16', 'add MACS 10.1.0.1,02:00:00:00:01:02', 'add MACS 10.1.0.2,02:00:00:00:09:09', 'add MACS 10.1.0.3',
].map((line) => `${line}\n`).join('');

const V4: Neighbourhood = {
  family: 'ipv4', devices: ['eth0', 'eth1'],
  near: ['10.1.0.1', '10.1.0.2', '10.1.0.3', '10.1.7.9'],
  far: ['10.2.0.1', '10.2.0.2', '10.2.0.3', '203.0.113.7'],
  own: ['10.9.9.9', '10.9.9.10'],
  lost: ['8.8.8.8', '0.1.2.3'],
  networks: ['10.1.0.0/24', '10.1.0.2/31', '10.2.0.0/16', '10.0.0.0/8', '203.0.113.0/24', '10.9.9.8/30', '10.1.0.0/255.255.0.255', '0.0.0.0/0'],
  ports: [22, 53, 80, 443, 1000, 1001, 5000, 33000],
  topology: {
    addrs: { lo: ['10.9.9.9', '10.9.9.10'] },
    routes: ['10.1.0.0/16 dev eth0', '10.2.0.0/16 dev eth1', '203.0.113.0/24 dev eth1'],
  },
  ipsets: sets('inet', {
    ips: ['10.1.0.1', '10.2.0.2'], nets: ['10.1.0.0/30', '10.2.0.0/16', '10.2.0.2 nomatch'],
    pairs: ['10.1.0.2,tcp:22', '10.1.0.2,udp:53', '10.2.0.1,tcp:443'], netPorts: ['10.2.0.0/24,tcp:80', '10.2.0.1,udp:53', '10.2.0.2,tcp:80 nomatch'],
    nearFar: ['10.1.0.1,tcp:22,10.2.0.0/30', '10.1.0.2,tcp:443,10.0.0.0/8', '10.1.0.2,tcp:443,10.2.0.1 nomatch'], faces: ['10.1.0.0/16,eth0', '10.2.0.0/24,eth1'],
    triples: ['10.1.0.1,tcp:22,10.2.0.1', '10.1.0.2,udp:53,10.2.0.2', '10.1.0.3,icmp:8/0,10.2.0.3'],
  }) + BITMAPS,
};

const V6: Neighbourhood = {
  family: 'ipv6', devices: ['eth0', 'eth1'],
  near: ['fd00:1::1', 'fd00:1::2', 'fd00:1::3', 'fd00:1::7:9'],
  far: ['fd00:2::1', 'fd00:2::2', 'fd00:2::3', '2001:db8::7'],
  own: ['fd00:9::9', 'fd00:9::a'],
  lost: ['fd00:7::1', 'fe80::5'],
  networks: ['fd00:1::/64', 'fd00:1::2/127', 'fd00:2::/32', 'fd00::/16', '2001:db8::/32', 'fd00:9::8/126', '::/0'],
  ports: V4.ports,
  topology: {
    addrs: { lo: ['fd00:9::9', 'fd00:9::a'] },
    routes: ['fd00:1::/32 dev eth0', 'fd00:2::/32 dev eth1', '2001:db8::/32 dev eth1'],
  },
  ipsets: sets('inet6', {
    ips: ['fd00:1::1', 'fd00:2::2'], nets: ['fd00:1::/126', 'fd00:2::/32', 'fd00:2::2 nomatch'],
    pairs: ['fd00:1::2,tcp:22', 'fd00:1::2,udp:53', 'fd00:2::1,tcp:443'], netPorts: ['fd00:2::/64,tcp:80', 'fd00:2::1,udp:53', 'fd00:2::2,tcp:80 nomatch'],
    nearFar: ['fd00:1::1,tcp:22,fd00:2::/126', 'fd00:1::2,tcp:443,fd00::/16', 'fd00:1::2,tcp:443,fd00:2::1 nomatch'], faces: ['fd00:1::/32,eth0', 'fd00:2::/64,eth1'],
    triples: ['fd00:1::1,tcp:22,fd00:2::1', 'fd00:1::2,udp:53,fd00:2::2', 'fd00:1::3,icmpv6:128/0,fd00:2::3'],
  }),
};

export const neighbourhoodOf = (family: Family): Neighbourhood => (family === 'ipv4' ? V4 : V6);

/** What the rules of a request name that must be there before: sets, accounting objects, timeout policies (of UDP: until it is answered, then). */
export function objectsFor(ruleset: string, ipsets: string, family: Family): Pick<OracleRequest, 'ipset' | 'nfacct' | 'timeouts'> {
  return {
    ...(/-m set |-j SET /u.test(ruleset) ? { ipset: ipsets } : {}), ...(ruleset.includes('-m nfacct') ? { nfacct: ['counted'] } : {}),
    ...(ruleset.includes('--timeout udp') ? { timeouts: [{ name: family === 'ipv4' ? 'udp4' : 'udp6', proto: 'udp', seconds: { 1: 2, 2: 500 } }] } : {}),
  };
}

export const everyAddress = ({ near, far, own }: Neighbourhood): readonly string[] => [...near, ...far, ...own];
