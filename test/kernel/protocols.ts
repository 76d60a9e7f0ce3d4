import { everyAddress } from './neighbourhood.ts';
import type { Random } from './random.ts';
import { bang, everyHook, type Spot, type Writer } from './spot.ts';

/** One of the ports that packets use. */
export const port = (random: Random, { world }: Spot): number => random.pick(world.ports);

function ports(random: Random, spot: Spot): string {
  const [a, b] = [port(random, spot), port(random, spot)].sort((x, y) => x - y);
  return random.weighted([[4, String(a)], [2, `${a}:${b}`], [0.5, `:${b}`], [0.5, `${a}:`]]);
}

function portList(random: Random, spot: Spot): string {
  if (random.chance(0.1)) return FIFTEEN.join(',');
  return random.sample(spot.world.ports, 1 + random.below(4)).map((each) => (random.chance(0.2) ? `${each}:${each + 10}` : String(each))).join(',');
}

/** As many ports as one match takes; a range counts as two. */
const FIFTEEN = [1, 2, 3, 4, 5, '6:9', '1000:1001', '5000:6000', '53', '20:21', 80];

type Options = readonly (readonly [number, Writer])[];

const PORTS: Options = [[6, (r, s) => `${bang(r)}--dport ${ports(r, s)}`], [3, (r, s) => `${bang(r)}--sport ${ports(r, s)}`]];
const TCP: Options = [
  ...PORTS, [2, (r) => `${bang(r)}--syn`], [0.3, (r) => `${bang(r)}--tcp-option ${r.pick([1, 2, 4, 8, 254])}`],
  [2, (r) => `${bang(r)}--tcp-flags ${r.pick(['SYN,ACK', 'FIN,SYN,RST,ACK', 'ALL', 'SYN,RST', 'ACK,FIN', 'NONE', 'PSH,URG', 'ACK,URG'])} ${r.pick(['SYN', 'ACK', 'NONE', 'RST', 'FIN,ACK', 'SYN,ACK', 'URG', 'ALL'])}`],
];
const SCTP: Options = [...PORTS, [2, (r) => `${bang(r)}--chunk-types ${r.pick(['any INIT', 'all DATA', 'only INIT', 'any DATA,INIT', 'all ALL', 'any NONE', 'any DATA:Be', 'only SACK,COOKIE_ECHO'])}`]];
const DCCP: Options = [...PORTS, [2, (r) => `${bang(r)}--dccp-types ${r.pick(['REQUEST', 'REQUEST,RESPONSE', 'DATA', 'INVALID'])}`], [0.4, (r) => `${bang(r)}--dccp-option 5`]];

/** One or two different options. */
function options(random: Random, spot: Spot, of: Options): string {
  const first = random.weighted(of);
  const second = random.chance(0.2) ? random.weighted(of) : first;
  const texts = [first, ...(second === first ? [] : [second])].map((write) => write(random, spot));
  return texts.join(' ').includes('--syn') && texts.join(' ').includes('--tcp-flags') ? texts[0]! : texts.join(' ');
}

const MULTIPORT: Writer = (r, s) => `-m multiport ${bang(r)}--${r.pick(['dports', 'sports', 'ports'])} ${portList(r, s)}`;
const index = (random: Random): string => `${bang(random)}--SPI ${random.pick(['1', '1:5', '2', '0:4294967295', '256'])}`;
const isIpv4 = ({ world }: Spot): boolean => world.family === 'ipv4';

interface ProtocolEntry {
  readonly weight: number;
  readonly write: Writer;
  readonly fits?: (spot: Spot) => boolean;
}

/** What may stand behind `-p`. */
const ENTRIES: readonly ProtocolEntry[] = [
  { weight: 6, write: (r, s) => `-p tcp -m tcp ${options(r, s, TCP)}` },
  { weight: 4, write: (r, s) => `-p udp -m udp ${options(r, s, PORTS)}` },
  { weight: 2, write: (r, s) => `-p ${r.pick(['tcp', 'udp', 'sctp', 'udplite', 'dccp'])} ${MULTIPORT(r, s)}` },
  { weight: 3, fits: isIpv4, write: (r) => `-p icmp -m icmp ${bang(r)}--icmp-type ${r.pick(['echo-request', 'echo-reply', '3', '3/3', 'time-exceeded', '13', 'any', 'fragmentation-needed', '8/1', '255', 'ttl-zero-during-transit'])}` },
  { weight: 3, fits: (spot) => !isIpv4(spot), write: (r) => `-p icmpv6 -m icmp6 ${bang(r)}--icmpv6-type ${r.pick(['echo-request', 'echo-reply', '1', '1/4', 'time-exceeded', '135', 'packet-too-big', 'port-unreachable', '255', '128/1'])}` },
  { weight: 2, write: (r, s) => (r.chance(0.1) ? '-p all' : `${bang(r)}-p ${r.pick(['tcp', 'udp', isIpv4(s) ? 'icmp' : 'icmpv6', 'gre', '253', 'sctp', 'esp', 'udplite', ...(isIpv4(s) ? ['icmpv6', 'igmp'] : ['icmp', 'ipv6-frag', 'ipv6-nonxt'])])}`) },
  { weight: 0.7, write: (r, s) => `-p sctp -m sctp ${options(r, s, SCTP)}` },
  { weight: 0.4, write: (r, s) => `-p dccp -m dccp ${options(r, s, DCCP)}` },
  { weight: 0.4, write: (r) => `-p esp -m esp ${index(r).replace('SPI', 'espspi')}` },
  { weight: 0.4, write: (r) => `-p ah -m ah ${index(r).replace('SPI', 'ahspi')}`, fits: isIpv4 },
  { weight: 0.2, write: (r) => `-m ah ${r.pick([index(r).replace('SPI', 'ahspi'), '--ahlen 24', '! --ahlen 12 --ahres', '--ahres'])}`, fits: (spot) => !isIpv4(spot) },
  { weight: 0.2, write: (r) => `-p ipcomp -m ipcomp ${bang(r)}--ipcompspi ${r.pick(['1', '1:5', '0:65535'])}${r.chance(0.2) ? ' --compres' : ''}` },
  { weight: 0.2, write: (r) => `-p mobility-header -m mh ${bang(r)}--mh-type ${r.pick(['binding-update', '0:2'])}`, fits: (spot) => !isIpv4(spot) },
  { weight: 0.5, write: (r) => `-p tcp --syn -m tcpmss ${bang(r)}--mss ${r.pick(['1000:1400', '536', '1460'])}` },
  { weight: 0.3, write: (r) => `-p tcp -m ecn ${bang(r)}--ecn-tcp-${r.pick(['cwr', 'ece'])}` },
  { weight: 0.2, write: (r) => `-p tcp -m osf ${bang(r)}--genre ${r.pick(['Linux', 'Windows'])}${r.pick(['', ' --ttl 0', ' --ttl 2', ' --log 1'])}`, fits: (spot) => isIpv4(spot) && everyHook(spot, 'PREROUTING', 'INPUT', 'FORWARD') },
];

/** `-p` with what may stand behind it. */
export function protocolPart(random: Random, spot: Spot): string {
  const fitting = ENTRIES.filter(({ fits }) => fits === undefined || fits(spot));
  return random.weighted(fitting.map((entry) => [entry.weight, entry] as const)).write(random, spot);
}

/** An address range among hosts of one side. */
export function addressRange(random: Random, { world }: Spot): string {
  const list = random.pick([world.near, world.far]);
  const [from, to] = [random.below(3), random.below(3)].sort((a, b) => a - b);
  return `${list[from!]}-${list[to!]}`;
}

export const address = (random: Random, { world }: Spot): string => random.pick(everyAddress(world));
