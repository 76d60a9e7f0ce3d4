import { findMatch } from '../../server/src/core/extensions/catalogue.ts';
import type { Hook } from '../../server/src/core/netfilter.ts';
import { everyAddress, type Neighbourhood } from './neighbourhood.ts';
import type { Random } from './random.ts';

/** Where a generated rule stands. */
export interface Spot {
  readonly world: Neighbourhood;
  /** Hooks from which its chain may be reached. */
  readonly hooks: readonly Hook[];
  readonly table: string;
}

type Writer = (random: Random, spot: Spot) => string;

const bang = (random: Random): string => (random.chance(0.2) ? '! ' : '');
const port = (random: Random, { world }: Spot): number => random.pick(world.ports);
const address = (random: Random, { world }: Spot): string => random.pick(everyAddress(world));
const number = (random: Random, ...values: readonly number[]): number => random.pick(values);

function ports(random: Random, spot: Spot): string {
  const [a, b] = [port(random, spot), port(random, spot)].sort((x, y) => x - y);
  return random.weighted([[4, String(a)], [2, `${a}:${b}`], [0.5, `:${b}`], [0.5, `${a}:`]]);
}

function portList(random: Random, spot: Spot): string {
  return random.sample(spot.world.ports, 1 + random.below(4)).map((each) => (random.chance(0.2) ? `${each}:${each + 10}` : String(each))).join(',');
}

function range(random: Random, spot: Spot): string {
  const list = random.pick([spot.world.near, spot.world.far]);
  const [from, to] = [random.below(3), random.below(3)].sort((a, b) => a - b);
  return `${list[from!]}-${list[to!]}`;
}

const mark = (random: Random): string => `0x${number(random, 0, 1, 2, 3, 0x10, 0x1f).toString(16)}${random.chance(0.4) ? `/0x${number(random, 1, 3, 0x1f, 0xff).toString(16)}` : ''}`;
const states = (random: Random, list: readonly string[]): string => random.sample(list, 1 + random.below(2)).join(',');
const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const;
const isArriving = ({ hooks }: Spot): boolean => hooks.every((hook) => hook === 'PREROUTING' || hook === 'INPUT' || hook === 'FORWARD');

/** The options of a transport match behind its `-p`. */
const TCP: readonly (readonly [number, Writer])[] = [
  [6, (r, s) => `${bang(r)}--dport ${ports(r, s)}`], [3, (r, s) => `${bang(r)}--sport ${ports(r, s)}`], [2, (r) => `${bang(r)}--syn`],
  [2, (r) => `${bang(r)}--tcp-flags ${r.pick(['SYN,ACK', 'FIN,SYN,RST,ACK', 'ALL', 'SYN,RST', 'ACK,FIN', 'NONE'])} ${r.pick(['SYN', 'ACK', 'NONE', 'RST', 'FIN,ACK', 'SYN,ACK'])}`],
];
const UDP: readonly (readonly [number, Writer])[] = [[6, (r, s) => `${bang(r)}--dport ${ports(r, s)}`], [3, (r, s) => `${bang(r)}--sport ${ports(r, s)}`]];
const MULTIPORT: Writer = (r, s) => `-m multiport ${bang(r)}--${r.pick(['dports', 'sports', 'ports'])} ${portList(r, s)}`;

/** One or two different options. */
function options(random: Random, spot: Spot, of: readonly (readonly [number, Writer])[]): string {
  const first = random.weighted(of);
  const second = random.chance(0.2) ? random.weighted(of) : first;
  const texts = [first, ...(second === first ? [] : [second])].map((write) => write(random, spot));
  return texts.join(' ').includes('--syn') && texts.join(' ').includes('--tcp-flags') ? texts[0]! : texts.join(' ');
}

/** `-p` with what may stand behind it. */
export function protocolPart(random: Random, spot: Spot): string {
  const icmp = spot.world.family === 'ipv4' ? '-p icmp' : '-p icmpv6';
  const icmpOption = spot.world.family === 'ipv4'
    ? `-m icmp ${bang(random)}--icmp-type ${random.pick(['echo-request', 'echo-reply', '3', '3/3', 'time-exceeded', '13', 'any'])}`
    : `-m icmp6 ${bang(random)}--icmpv6-type ${random.pick(['echo-request', 'echo-reply', '1', '1/4', 'time-exceeded', '135'])}`;
  return random.weighted<() => string>([
    [6, () => `-p tcp -m tcp ${options(random, spot, TCP)}`],
    [4, () => `-p udp -m udp ${options(random, spot, UDP)}`],
    [2, () => `-p ${random.pick(['tcp', 'udp'])} ${MULTIPORT(random, spot)}`],
    [3, () => `${icmp} ${icmpOption}`],
    [2, () => `${bang(random)}-p ${random.pick(['tcp', 'udp', spot.world.family === 'ipv4' ? 'icmp' : 'icmpv6', 'gre', '253'])}`],
  ])();
}

interface Entry {
  readonly name: string;
  readonly weight: number;
  readonly write: Writer;
  /** Whether it may stand there; the loader refuses other places. */
  readonly fits?: (spot: Spot) => boolean;
}

/**
 * How each match is used in generated rules; only those that the catalogue has are. Not connlimit: within one tick of the
 * kernel's clock it counts connections that are gone, so packets in a row are no test of it.
 */
const ENTRIES: readonly Entry[] = [
  { name: 'conntrack', weight: 5, write: (r) => `-m conntrack ${bang(r)}--ctstate ${states(r, [...STATES, 'DNAT', 'SNAT'])}` },
  { name: 'conntrack', weight: 1, write: (r, s) => `-m conntrack ${bang(r)}--ctorig${r.pick(['src', 'dst'])} ${address(r, s)}` },
  { name: 'conntrack', weight: 1, write: (r, s) => `-m conntrack ${bang(r)}--ctrepl${r.pick(['src', 'dst'])} ${address(r, s)}` },
  { name: 'conntrack', weight: 1, write: (r, s) => `-m conntrack --ctproto tcp ${bang(r)}--ctorig${r.pick(['srcport', 'dstport'])} ${port(r, s)}` },
  { name: 'conntrack', weight: 1, write: (r) => `-m conntrack --ctdir ${r.pick(['ORIGINAL', 'REPLY'])}` },
  { name: 'conntrack', weight: 1, write: (r) => `-m conntrack ${bang(r)}--ctstatus ${r.pick(['SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'NONE', 'EXPECTED'])}` },
  { name: 'state', weight: 3, write: (r) => `-m state ${bang(r)}--state ${states(r, STATES)}` },
  { name: 'mark', weight: 3, write: (r) => `-m mark ${bang(r)}--mark ${mark(r)}` },
  { name: 'connmark', weight: 2, write: (r) => `-m connmark ${bang(r)}--mark ${mark(r)}` },
  { name: 'iprange', weight: 2, write: (r, s) => `-m iprange ${bang(r)}--${r.pick(['src', 'dst'])}-range ${range(r, s)}` },
  { name: 'limit', weight: 1, write: (r) => `-m limit --limit ${r.pick(['1/min', '1/hour', '6/min', '10/day'])} --limit-burst ${number(r, 1, 2, 3)}` },
  { name: 'hashlimit', weight: 1, write: (r) => `-m hashlimit --hashlimit-${r.pick(['upto', 'above'])} ${r.pick(['1/min', '2/hour'])} --hashlimit-burst ${number(r, 1, 2, 3)} --hashlimit-mode ${r.pick(['srcip', 'dstip', 'srcip,dstport', 'dstport'])} --hashlimit-name h${r.below(1000)}` },
  { name: 'recent', weight: 3, write: (r) => `-m recent ${r.weighted([[3, '--set'], [3, `${bang(r)}--rcheck`], [2, `${bang(r)}--update`], [1, '--remove'], [2, `--rcheck --seconds 60 --hitcount ${number(r, 1, 2, 3)}`]])} --name ${r.pick(['A', 'B'])} --${r.pick(['rsource', 'rdest'])}` },
  { name: 'statistic', weight: 1, write: (r) => `-m statistic --mode nth --every ${number(r, 2, 3)} --packet ${number(r, 0, 1)}` },
  { name: 'length', weight: 1, write: (r) => `-m length ${bang(r)}--length ${r.pick(['28', '40', '28:40', '60', ':48', '100:'])}` },
  { name: 'tos', weight: 1, write: (r) => `-m tos ${bang(r)}--tos ${r.pick(['0x10', '0x0', 'Minimize-Delay', '0x04/0x04'])}` },
  { name: 'dscp', weight: 1, write: (r) => `-m dscp ${bang(r)}--dscp ${r.pick(['0', '4', '0x2e'])}` },
  { name: 'ttl', weight: 1, write: (r) => `-m ttl --ttl-${r.pick(['eq', 'lt', 'gt'])} ${number(r, 2, 62, 63, 64)}`, fits: ({ world }) => world.family === 'ipv4' },
  { name: 'hl', weight: 1, write: (r) => `-m hl --hl-${r.pick(['eq', 'lt', 'gt'])} ${number(r, 2, 62, 63, 64)}`, fits: ({ world }) => world.family === 'ipv6' },
  { name: 'owner', weight: 2, write: (r) => `-m owner ${bang(r)}--${r.pick(['uid', 'gid'])}-owner ${r.pick(['0', '1000', '0-999'])}`, fits: ({ hooks }) => hooks.every((hook) => hook === 'OUTPUT' || hook === 'POSTROUTING') },
  { name: 'addrtype', weight: 2, write: (r, { world }) => `-m addrtype ${bang(r)}--${r.pick(['src', 'dst'])}-type ${r.pick(['LOCAL', 'UNICAST', 'MULTICAST', ...(world.family === 'ipv4' ? ['BROADCAST'] : [])])}` },
  { name: 'pkttype', weight: 1, write: (r) => `-m pkttype ${bang(r)}--pkt-type ${r.pick(['unicast', 'broadcast', 'multicast'])}` },
  { name: 'mac', weight: 1, write: (r) => `-m mac ${bang(r)}--mac-source 02:00:00:00:01:02`, fits: isArriving },
  { name: 'quota', weight: 1, write: (r) => `-m quota --quota ${number(r, 50, 100, 200)}` },
  { name: 'comment', weight: 1, write: () => '-m comment --comment "a rule"' },
  { name: 'ecn', weight: 1, write: (r) => `-m ecn ${bang(r)}--ecn-ip-ect ${number(r, 0, 1, 2)}` },
  { name: 'set', weight: 2, write: (r) => `-m set ${bang(r)}--match-set ${r.pick(['IPS src', 'IPS dst', 'NETS src', 'NETS dst', 'IPPORTS src,dst', 'IPPORTS dst,dst', 'PORTS dst'])}` },
  { name: 'connbytes', weight: 0.7, write: (r) => `-m connbytes --connbytes ${r.pick(['0:1', '2:', '1:3'])} --connbytes-dir ${r.pick(['original', 'reply', 'both'])} --connbytes-mode packets` },
  { name: 'connlabel', weight: 0.5, write: (r) => `-m connlabel ${bang(r)}--label ${number(r, 1, 2)}${r.chance(0.5) ? ' --set' : ''}`.replace('! --label 1 --set', '--label 1 --set').replace('! --label 2 --set', '--label 2 --set') },
  { name: 'helper', weight: 0.3, write: (r) => `-m helper ${bang(r)}--helper ftp` },
  { name: 'cluster', weight: 0.5, write: (r) => `-m cluster --cluster-total-nodes 2 ${bang(r)}--cluster-local-node 1 --cluster-hash-seed 0xdeadbeef` },
  { name: 'devgroup', weight: 0.3, write: (r) => `-m devgroup ${bang(r)}--src-group 0`, fits: isArriving },
  { name: 'physdev', weight: 0.3, write: (r) => `-m physdev ${bang(r)}--physdev-is-in` , fits: isArriving },
  { name: 'rpfilter', weight: 0.5, write: (r) => `-m rpfilter ${r.pick(['', '--loose', '--invert'])}`, fits: ({ hooks, table }) => table !== 'nat' && hooks.every((hook) => hook === 'PREROUTING') },
  { name: 'socket', weight: 0.3, write: () => '-m socket', fits: ({ hooks, table }) => table === 'mangle' && hooks.every((hook) => hook === 'PREROUTING' || hook === 'INPUT') },
  { name: 'realm', weight: 0.2, write: (r) => `-m realm ${bang(r)}--realm ${number(r, 0, 1)}`, fits: ({ world, hooks }) => world.family === 'ipv4' && !hooks.includes('PREROUTING') },
  { name: 'policy', weight: 0.3, write: (r) => `-m policy --dir in --pol ${r.pick(['none', 'ipsec'])}`, fits: isArriving },
  { name: 'cgroup', weight: 0.2, write: (r) => `-m cgroup ${bang(r)}--cgroup 1`, fits: ({ hooks }) => hooks.every((hook) => hook === 'OUTPUT' || hook === 'POSTROUTING') },
  { name: 'time', weight: 0.2, write: (r) => `-m time --datestart ${r.pick(['2000-01-01', '2037-01-01'])}` },
  { name: 'frag', weight: 0.3, write: (r) => `-m frag ${r.pick(['--fragfirst', '--fraglast', '--fragmore'])}`, fits: ({ world }) => world.family === 'ipv6' },
  { name: 'ipv6header', weight: 0.3, write: (r) => `-m ipv6header --soft ${bang(r)}--header ${r.pick(['frag', 'hop', 'dst'])}`, fits: ({ world }) => world.family === 'ipv6' },
  { name: 'rt', weight: 0.2, write: () => '-m rt --rt-type 0', fits: ({ world }) => world.family === 'ipv6' },
  { name: 'eui64', weight: 0.2, write: () => '-m eui64', fits: (spot) => spot.world.family === 'ipv6' && spot.hooks.every((hook) => hook === 'PREROUTING' || hook === 'INPUT' || hook === 'FORWARD') },
  { name: 'bpf', weight: 0.2, write: () => '-m bpf --bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"' },
  { name: 'string', weight: 0.3, write: () => '-m string --algo bm --string "GET"' },
  { name: 'u32', weight: 0.5, write: (r) => `-m u32 --u32 "${r.pick(['6&0xFF=6', '0&0xFFFF=0:40', '8>>24=64'])}"` },
];

/** One match besides the protocol's own. */
export function matchPart(random: Random, spot: Spot): string {
  const fitting = ENTRIES.filter(({ name, fits }) => findMatch(name, spot.world.family) !== undefined && (fits === undefined || fits(spot)));
  return random.weighted(fitting.map((entry) => [entry.weight, entry] as const)).write(random, spot);
}
