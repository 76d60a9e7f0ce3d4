import { findMatch } from '../../server/src/core/extensions/catalogue.ts';
import { address, addressRange, port } from './protocols.ts';
import type { Random } from './random.ts';
import { bang, everyHook, type Spot, type Writer } from './spot.ts';

const number = (random: Random, ...values: readonly number[]): number => random.pick(values);
const mark = (random: Random): string => `0x${number(random, 0, 1, 2, 3, 0x10, 0x1f).toString(16)}${random.chance(0.4) ? `/0x${number(random, 1, 3, 0x1f, 0xff).toString(16)}` : ''}`;
const states = (random: Random, list: readonly string[]): string => random.sample(list, 1 + random.below(2)).join(',');
const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const;
const isArriving = (spot: Spot): boolean => everyHook(spot, 'PREROUTING', 'INPUT', 'FORWARD');
const isLeaving = (spot: Spot): boolean => everyHook(spot, 'OUTPUT', 'POSTROUTING');
const isIpv4 = ({ world }: Spot): boolean => world.family === 'ipv4';
const isIpv6 = ({ world }: Spot): boolean => world.family === 'ipv6';

/** Rates: within a moment what refills slowly tells most; over seconds, what refills between packets. */
const slow = ['1/min', '1/hour', '6/min', '10/day'];
const quick = ['1/sec', '2/sec', '30/min'];
const rate = (random: Random, { timed }: Spot): string => random.pick(timed ? quick : slow);

const labels = (random: Random): string => (random.chance(0.5) ? `${bang(random)}--label ${number(random, 1, 2)}` : `--label ${number(random, 1, 2)} --set`);

function hashlimit(random: Random, spot: Spot): string {
  const kind = random.pick(['upto', 'above']);
  const mode = random.chance(0.1) ? '' : ` --hashlimit-mode ${random.sample(['srcip', 'dstip', 'srcport', 'dstport'], 1 + random.below(4)).join(',')}`;
  const length = spot.world.family === 'ipv4' ? random.pick([8, 24, 30]) : random.pick([16, 64, 126]);
  const mask = random.chance(0.3) ? ` --hashlimit-srcmask ${length} --hashlimit-dstmask ${length}` : '';
  const amount = random.weighted<() => string>([
    [3, () => `${rate(random, spot)} --hashlimit-burst ${number(random, 1, 2, 3)}`],
    [spot.timed ? 1 : 0, () => `${random.pick(['100b/s', '1kb/s'])}${random.chance(0.5) ? ` --hashlimit-burst ${random.pick(['2kb', '1mb'])}` : ''}`],
    [spot.timed ? 1 : 0, () => `${random.pick(['2/sec', '1/sec', '50b/s'])} --hashlimit-rate-match --hashlimit-rate-interval ${number(random, 1, 2)}`],
  ])();
  const table = random.chance(0.2) ? ` --hashlimit-htable-size 3 --hashlimit-htable-max ${number(random, 3, 64)} --hashlimit-htable-gcinterval ${number(random, 250, 60000)} --hashlimit-htable-expire 90000` : '';
  // A table that several rules name is what the first of them makes of it; one that counts bytes or rates takes no others.
  return `-m hashlimit --hashlimit-${kind} ${amount}${mode}${mask}${table} --hashlimit-name h${random.below(random.chance(0.3) && !spot.timed ? 2 : 1000)}`;
}

function recent(random: Random, spot: Spot): string {
  const { timed } = spot;
  const seconds = timed ? number(random, 1, 2) : 60;
  const what = random.weighted([
    [3, '--set'], [3, `${bang(random)}--rcheck`], [2, `${bang(random)}--update`], [1, '--remove'], [1, '--rcheck --rttl'],
    [3, `${bang(random)}--${random.pick(['rcheck', 'update'])} ${random.sample([`--seconds ${seconds}`, `--hitcount ${number(random, 1, 2, 3, 5)}`, '--rttl'], 1 + random.below(3)).join(' ')}`],
    [1, `${bang(random)}--${random.pick(['rcheck', 'update'])} --seconds ${seconds} --reap${random.pick(['', ' --hitcount 2'])}`],
  ]);
  const length = spot.world.family === 'ipv4' ? random.pick(['255.255.255.0', '255.255.255.254']) : random.pick(['ffff:ffff::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe']);
  return `-m recent ${what} --name ${random.pick(['A', 'A', 'B', 'C'])}${random.chance(0.15) ? ` --mask ${length}` : ''} --${random.pick(['rsource', 'rdest'])}`;
}

/** Each comparison of a set's counters, one or two of them. */
function counted(random: Random): string {
  const texts = ['packets', 'bytes'].map((what) => {
    const way = random.pick(['eq', '!eq', 'lt', 'gt']);
    return `${way.startsWith('!') ? '! ' : ''}--${what}-${way.replace('!', '')} ${what === 'packets' ? number(random, 0, 1, 2, 3) : number(random, 0, 40, 60, 120)}`;
  });
  return random.sample(texts, 1 + random.below(2)).join(' ');
}

const compared = (random: Random, name: string, ...values: readonly number[]): string => `${bang(random)}--${name}-${random.pick(['eq', 'gt', 'lt'])} ${random.pick(values)}`;

function segmentRouting(random: Random, { world }: Spot): string {
  return random.pick([
    () => compared(random, 'srh-hdr-len', 2, 4), () => compared(random, 'srh-segs-left', 0, 1), () => compared(random, 'srh-last-entry', 0, 1),
    () => `${bang(random)}--srh-next-hdr 17`, () => `${bang(random)}--srh-tag 0`, () => `${bang(random)}--srh-${random.pick(['psid', 'nsid', 'lsid'])} ${random.pick(world.far)}/64`,
  ])();
}

const routing = (random: Random, { world }: Spot): string => random.pick([
  () => `${bang(random)}--rt-type 0`, () => `${bang(random)}--rt-segsleft 0:1`, () => `${bang(random)}--rt-len 24`,
  () => `--rt-type 0${random.pick([' --rt-0-res', ` --rt-0-addrs ${world.far[0]}`, ` --rt-0-addrs ${world.far[0]} --rt-0-not-strict`])}`,
])();

/** Elements of an IPsec policy, which no packet here came by. */
const policy = (random: Random, direction: 'in' | 'out'): string => `-m policy --dir ${direction} --pol ${random.pick(['none', 'none', 'ipsec', 'ipsec --reqid 3', 'ipsec ! --spi 0x10', 'ipsec --proto esp', 'ipsec --strict --proto esp --mode transport --next --proto ah', 'ipsec --mode tunnel'])}`;

const bridgePort = (random: Random): string => random.pick(['eth0', 'eth+', 'br7']);

/** Ports of a bridge, which no interface here is. */
function bridged(random: Random, spot: Spot): string {
  const outOptions = spot.hooks.includes('OUTPUT') ? [] : [`--physdev-is-out`, `--physdev-out ${bridgePort(random)}`];
  return random.sample(['--physdev-is-in', `--physdev-in ${bridgePort(random)}`, '--physdev-is-bridged', ...outOptions], 1 + random.below(2)).map((option) => `${bang(random)}${option}`).join(' ');
}

/** Rates of an estimator: compared with a number, with another rate, or by their differences. */
const rates = (random: Random): string => `-m rateest --rateest1 R ${bang(random)}--rateest-${random.pick(['gt', 'lt', 'eq'])} ${random.pick([
  `--rateest-pps2 ${number(random, 0, 1000000)}`, '--rateest-bps2 100mbit', '--rateest2 R --rateest-pps', '--rateest-delta --rateest-bps1 10mbit --rateest-bps2 1mbit', '--rateest-delta --rateest-pps1 5 --rateest-pps2 5',
])}`;

const times = ['--timestart 00:00 --timestop 23:59:58', '--weekdays Mon,Tue,Wed,Thu,Fri', '! --weekdays Sun', '! --monthdays 1,2,3,15,31', '--datestart 2000-01-01', '--datestart 2037-01-01', '--timestart 12:00 --timestop 06:00', '--timestart 12:00 --timestop 06:00 --contiguous', '--datestop 2037-01-01', '--datestart 2001-01-01T01:02:03 --datestop 2036-12-31T23:59:59', '--timestart 00:00 --timestop 23:59:58 --kerneltz', '--weekdays Sat,Sun --kerneltz', '! --weekdays Mon --timestart 22:00 --timestop 04:00 --contiguous', '! --monthdays 31', '--utc --weekdays Mon,Tue,Wed,Thu,Fri,Sat,Sun'];

/** Programs that look at the protocol, at a byte of the content where UDP has it in IPv4, in IPv6, or behind the header's length, and beyond the end. */
const PROGRAMS = ['4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0', '4,48 0 0 28,21 0 1 71,6 0 0 1,6 0 0 0', '4,48 0 0 48,21 0 1 71,6 0 0 1,6 0 0 0', '5,177 0 0 0,80 0 0 8,21 1 0 71,6 0 0 1,6 0 0 0', '2,32 0 0 120,6 0 0 1'];

interface Entry {
  readonly name: string;
  readonly weight: number;
  readonly write: Writer;
  /** Whether it may stand there; the loader refuses other places. */
  readonly fits?: (spot: Spot) => boolean;
}

/** How each match is used in generated rules. Within one tick of the kernel's clock connlimit counts again what it has counted, and what is gone: so packets in a row are no test of it, nor is one that meets it twice. */
const ENTRIES: readonly Entry[] = [
  { name: 'conntrack', weight: 5, write: (r) => `-m conntrack ${bang(r)}--ctstate ${states(r, [...STATES, 'DNAT', 'SNAT'])}` },
  { name: 'conntrack', weight: 1, write: (r, s) => `-m conntrack ${bang(r)}--ctorig${r.pick(['src', 'dst'])} ${address(r, s)}` },
  { name: 'conntrack', weight: 1, write: (r, s) => `-m conntrack ${bang(r)}--ctrepl${r.pick(['src', 'dst'])} ${address(r, s)}` },
  { name: 'conntrack', weight: 1, write: (r, s) => `-m conntrack --ctproto ${r.pick(['tcp', 'udp'])} ${bang(r)}--ct${r.pick(['orig', 'repl'])}${r.pick(['srcport', 'dstport'])} ${port(r, s)}${r.pick(['', ':33001'])}` },
  { name: 'conntrack', weight: 1, write: (r) => `-m conntrack --ctdir ${r.pick(['ORIGINAL', 'REPLY'])}` },
  { name: 'conntrack', weight: 1, write: (r) => `-m conntrack ${bang(r)}--ctstatus ${r.pick(['SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'NONE', 'EXPECTED', 'SEEN_REPLY,EXPECTED'])}` },
  { name: 'conntrack', weight: 1, write: (r, s) => `-m conntrack ${r.sample([
    `${bang(r)}--ctstate ${states(r, STATES)}`, `${bang(r)}--ctstatus ${r.pick(['SEEN_REPLY', 'ASSURED', 'CONFIRMED'])}`, `--ctdir ${r.pick(['ORIGINAL', 'REPLY'])}`, `${bang(r)}--ctproto ${r.pick(['tcp', 'udp', isIpv4(s) ? 'icmp' : 'icmpv6', '253'])}`,
    `${bang(r)}--ctorigsrc ${r.pick(s.world.networks.slice(0, -1))}`, `${bang(r)}--ctrepldst ${r.pick(s.world.networks.slice(0, -1))}`, `${bang(r)}--ctexpire ${r.pick(['0:20', '25:100', '115:500000'])}`,
  ], 2 + r.below(2)).join(' ')}` },
  { name: 'conntrack', weight: 0.5, write: (r) => `-m conntrack ${bang(r)}--ctexpire ${r.pick(['0:20', '25:100', '115:500000'])}` },
  { name: 'state', weight: 4, write: (r) => `-m state ${bang(r)}--state ${states(r, STATES)}` },
  { name: 'mark', weight: 3, write: (r) => `-m mark ${bang(r)}--mark ${mark(r)}` },
  { name: 'connmark', weight: 2, write: (r) => `-m connmark ${bang(r)}--mark ${mark(r)}` },
  { name: 'iprange', weight: 2, write: (r, s) => `-m iprange ${bang(r)}--${r.pick(['src', 'dst'])}-range ${addressRange(r, s)}` },
  { name: 'limit', weight: 1, write: (r, s) => `-m limit --limit ${rate(r, s)} --limit-burst ${number(r, 1, 2, 3)}` },
  { name: 'hashlimit', weight: 1, write: hashlimit },
  { name: 'recent', weight: 3, write: recent },
  { name: 'statistic', weight: 1, write: (r) => `-m statistic --mode nth ${bang(r)}--every ${number(r, 2, 3)} --packet ${number(r, 0, 1)}` },
  { name: 'statistic', weight: 0.2, write: (r) => `-m statistic --mode random ${bang(r)}--probability ${r.pick(['0', '0.5', '1', '0.25'])}` },
  { name: 'length', weight: 1, write: (r) => `-m length ${bang(r)}--length ${r.pick(['28', '40', '28:40', '60', ':48', '100:'])}` },
  { name: 'tos', weight: 1, write: (r) => `-m tos ${bang(r)}--tos ${r.pick(['0x10', '0x0', 'Minimize-Delay', '0x04/0x04'])}` },
  { name: 'dscp', weight: 1, write: (r) => `-m dscp ${bang(r)}--dscp${r.pick([' 0', ' 4', ' 0x2e', '-class EF', '-class CS0', '-class BE'])}` },
  { name: 'ttl', weight: 1, write: (r) => `-m ttl --ttl-${r.pick(['eq', 'lt', 'gt'])} ${number(r, 2, 62, 63, 64)}`, fits: isIpv4 },
  { name: 'hl', weight: 1, write: (r) => `-m hl --hl-${r.pick(['eq', 'lt', 'gt'])} ${number(r, 2, 62, 63, 64)}`, fits: isIpv6 },
  { name: 'owner', weight: 2, write: (r) => `-m owner ${bang(r)}--${r.pick(['uid', 'gid'])}-owner ${r.pick(['0', '1000', '0-999'])}`, fits: isLeaving },
  { name: 'owner', weight: 0.3, write: (r) => `-m owner ${bang(r)}--socket-exists`, fits: isLeaving },
  { name: 'owner', weight: 0.3, write: (r) => `-m owner ${bang(r)}--gid-owner ${r.pick(['0', '1000'])} --suppl-groups`, fits: isLeaving },
  { name: 'addrtype', weight: 2, write: (r, s) => `-m addrtype ${bang(r)}--${r.pick(['src', 'dst'])}-type ${r.pick(['LOCAL', 'UNICAST', 'MULTICAST', ...(isIpv4(s) ? ['BROADCAST', 'LOCAL,BROADCAST', 'UNSPEC', 'UNREACHABLE', 'MULTICAST,BROADCAST,ANYCAST'] : ['LOCAL,UNICAST', 'UNSPEC', 'UNREACHABLE', 'LOCAL,UNREACHABLE'])])}` },
  { name: 'addrtype', weight: 0.7, write: (r) => `-m addrtype ${bang(r)}--${r.pick(['src', 'dst'])}-type ${r.pick(['LOCAL', 'UNICAST'])} --limit-iface-in`, fits: isArriving },
  { name: 'addrtype', weight: 0.5, write: (r) => `-m addrtype ${bang(r)}--${r.pick(['src', 'dst'])}-type ${r.pick(['LOCAL', 'UNICAST'])} --limit-iface-out`, fits: (spot) => everyHook(spot, 'OUTPUT', 'POSTROUTING', 'FORWARD') },
  { name: 'addrtype', weight: 0.5, write: (r) => `-m addrtype ${bang(r)}--src-type ${r.pick(['LOCAL', 'UNICAST'])} ${bang(r)}--dst-type ${r.pick(['LOCAL', 'UNICAST', 'MULTICAST'])}` },
  { name: 'pkttype', weight: 1, write: (r) => `-m pkttype ${bang(r)}--pkt-type ${r.pick(['unicast', 'broadcast', 'multicast'])}` },
  { name: 'mac', weight: 1, write: (r) => `-m mac ${bang(r)}--mac-source 02:00:00:00:01:02`, fits: isArriving },
  { name: 'quota', weight: 1, write: (r) => `-m quota ${bang(r)}--quota ${number(r, 50, 100, 200)}` },
  { name: 'comment', weight: 1, write: () => '-m comment --comment "a rule"' },
  { name: 'ecn', weight: 1, write: (r) => `-m ecn ${bang(r)}--ecn-ip-ect ${number(r, 0, 1, 2)}` },
  { name: 'set', weight: 2, write: (r) => `-m set ${bang(r)}--match-set ${r.pick(['IPS src', 'IPS dst', 'NETS src', 'NETS dst', 'IPPORTS src,dst', 'IPPORTS dst,dst', 'PORTS dst', 'NETPORTS dst,dst', 'LIST src', 'NEARFAR src,dst,dst', 'FACES src,src', 'TRIPLES src,dst,dst'])}${r.chance(0.15) ? ' --return-nomatch' : ''}` },
  { name: 'set', weight: 1, write: (r) => `-m set ${bang(r)}--match-set COUNTED ${r.pick(['src', 'dst'])}${r.chance(0.3) ? ' ! --update-counters' : ''} ${r.chance(0.7) ? counted(r) : ''}`.trim() },
  { name: 'set', weight: 0.7, write: (r) => `-m set ${bang(r)}--match-set ${r.pick(['BITS src', 'BITS dst', 'BLOCKS src', 'BLOCKS dst', 'MACS src,src', 'MACS dst,src'])}`, fits: isIpv4 },
  { name: 'set', weight: 0.3, write: (r) => `-m set ${bang(r)}--match-set WIDE ${r.pick(['src', 'dst'])}` },
  { name: 'set', weight: 0.5, write: (r) => `-m set ${bang(r)}--match-set ${r.pick(['TIMED', 'INFO'])} ${r.pick(['src', 'dst'])}` },
  { name: 'connbytes', weight: 1.5, write: (r) => `-m connbytes ${bang(r)}--connbytes ${r.pick(['0:1', '2:', '1:3', '60:130', '100:'])} --connbytes-dir ${r.pick(['original', 'reply', 'both'])} --connbytes-mode ${r.pick(['packets', 'bytes', 'avgpkt'])}` },
  { name: 'connlimit', weight: 3, write: (r, s) => `-m connlimit --connlimit-${r.pick(['above', 'upto'])} ${number(r, 0, 1, 2, 3)}${r.pick(['', '', isIpv4(s) ? ' --connlimit-mask 24' : ' --connlimit-mask 64', ' --connlimit-mask 0'])}${r.pick(['', ' --connlimit-saddr', ' --connlimit-daddr'])}`, fits: ({ timed, once }) => timed && once },
  { name: 'connlabel', weight: 0.5, write: (r) => `-m connlabel ${labels(r)}` },
  { name: 'helper', weight: 0.3, write: (r) => `-m helper ${bang(r)}--helper ftp` },
  { name: 'cluster', weight: 0.5, write: (r) => `-m cluster --cluster-total-nodes ${r.pick([`2 ${bang(r)}--cluster-local-node 1`, `3 ${bang(r)}--cluster-local-nodemask 5`])} --cluster-hash-seed 0xdeadbeef` },
  { name: 'cpu', weight: 0.1, write: (r) => `-m cpu ${bang(r)}--cpu ${number(r, 0, 1, 77)}` },
  { name: 'devgroup', weight: 0.3, write: (r) => `-m devgroup ${bang(r)}--src-group ${r.pick(['0', '0x1', '0x0/0x1'])}`, fits: isArriving },
  { name: 'devgroup', weight: 0.3, write: (r) => `-m devgroup ${bang(r)}--dst-group 0`, fits: (spot) => everyHook(spot, 'OUTPUT', 'POSTROUTING', 'FORWARD') },
  { name: 'physdev', weight: 0.3, write: (r, s) => `-m physdev ${bridged(r, s)}` },
  { name: 'rpfilter', weight: 2, write: (r) => `-m rpfilter ${r.sample(['--loose', '--invert', '--validmark', '--accept-local'], r.below(4)).join(' ')}`, fits: (spot) => spot.table !== 'nat' && everyHook(spot, 'PREROUTING') },
  { name: 'socket', weight: 0.3, write: (r) => `-m socket${r.pick(['', ' --transparent', ' --nowildcard', ' --restore-skmark --transparent'])}`, fits: (spot) => spot.table === 'mangle' && everyHook(spot, 'PREROUTING', 'INPUT') },
  { name: 'realm', weight: 0.2, write: (r) => `-m realm ${bang(r)}--realm ${number(r, 0, 1)}`, fits: (spot) => isIpv4(spot) && !spot.hooks.includes('PREROUTING') },
  { name: 'policy', weight: 0.3, write: (r) => policy(r, 'in'), fits: isArriving },
  { name: 'policy', weight: 0.3, write: (r) => policy(r, 'out'), fits: (spot) => everyHook(spot, 'OUTPUT', 'POSTROUTING', 'FORWARD') },
  { name: 'cgroup', weight: 0.2, write: (r) => `-m cgroup ${bang(r)}--${r.pick(['cgroup 1', 'path /'])}`, fits: isLeaving },
  { name: 'time', weight: 0.5, write: (r) => `-m time ${r.pick(times)}` },
  { name: 'nfacct', weight: 0.3, write: () => '-m nfacct --nfacct-name counted' },
  { name: 'frag', weight: 0.3, write: (r) => `-m frag ${r.pick(['--fragfirst', '--fraglast', '--fragmore', '--fragid 0:4294967295', '! --fragid 7', '--fraglen 8', '--fragres', '--fragres --fragfirst --fragmore'])}`, fits: isIpv6 },
  { name: 'ipv6header', weight: 0.3, write: (r) => `-m ipv6header --soft ${bang(r)}--header ${r.pick(['frag', 'hop', 'dst'])}`, fits: isIpv6 },
  { name: 'rt', weight: 0.2, write: (r, s) => `-m rt ${routing(r, s)}`, fits: isIpv6 },
  { name: 'hbh', weight: 0.2, write: (r) => `-m hbh ${r.pick([`${bang(r)}--hbh-len 8`, '--hbh-opts 1:4', '--hbh-opts 5:2,1:0'])}`, fits: isIpv6 },
  { name: 'dst', weight: 0.2, write: (r) => `-m dst ${r.pick([`${bang(r)}--dst-len 8`, '--dst-opts 1:4', '--dst-len 8 --dst-opts 1'])}`, fits: isIpv6 },
  { name: 'srh', weight: 0.2, write: (r, s) => `-m srh ${segmentRouting(r, s)}`, fits: isIpv6 },
  { name: 'eui64', weight: 0.2, write: () => '-m eui64', fits: (spot) => isIpv6(spot) && isArriving(spot) },
  { name: 'bpf', weight: 0.4, write: (r) => `-m bpf --bytecode "${r.pick(PROGRAMS)}"` },
  { name: 'string', weight: 0.5, write: (r) => `-m string --algo ${r.pick(['bm', 'kmp'])} ${r.pick(['', '', '--icase '])}${bang(r)}${r.pick(['--string "GET"', '--hex-string "|0405|"', '--hex-string "a|0a 0b|"'])}${r.pick(['', '', ' --from 60 --to 65', ' --from 28', ' --from 29', ' --to 31', ' --from 48 --to 51', ' --to 30'])}` },
  { name: 'u32', weight: 0.5, write: (r) => `-m u32 ${bang(r)}--u32 "${r.pick(['6&0xFF=6', '0&0xFFFF=0:40', '8>>24=64', '0>>22&0x3C@0>>16=22', '0>>22&0x3C@0&0xFFFF=53,80', '0>>22&0x3C@8=0x47455420', '28>>8&0xFFFF=0x4745', '48=0:0x47455420', '0>>22&0x3C@12>>26&0x3C@0>>22&0x3C@0=0x47455420'])}"` },
  { name: 'rateest', weight: 0.15, write: rates },
];

/** One match besides the protocol's own. */
export function matchPart(random: Random, spot: Spot): string {
  const fitting = ENTRIES.filter(({ name, fits }) => findMatch(name, spot.world.family) !== undefined && (fits === undefined || fits(spot)));
  return random.weighted(fitting.map((entry) => [entry.weight, entry] as const)).write(random, spot);
}
