import { findTarget } from '../../server/src/core/extensions/catalogue.ts';
import type { Random } from './random.ts';
import { everyHook, type Spot } from './spot.ts';

interface Entry {
  readonly name: string;
  readonly weight: number;
  write(random: Random, spot: Spot): string;
  fits(spot: Spot): boolean;
}

const inTable = (...tables: readonly string[]) => ({ table }: Spot): boolean => tables.includes(table);
const anywhere = (): boolean => true;
const isIpv4 = ({ world }: Spot): boolean => world.family === 'ipv4';
const translates = (side: 'source' | 'destination') => (spot: Spot): boolean =>
  spot.table === 'nat' && (side === 'source' ? everyHook(spot, 'POSTROUTING', 'INPUT') : everyHook(spot, 'PREROUTING', 'OUTPUT'));

const hex = (random: Random): string => `0x${random.pick([0, 1, 2, 3, 0x10, 0x1f]).toString(16)}`;
const masked = (random: Random): string => `${hex(random)}${random.chance(0.4) ? `/0x${random.pick([1, 3, 0x1f]).toString(16)}` : ''}`;

const end = ({ world }: Spot, address: string, port: string): string => (world.family === 'ipv6' && port !== '' ? `[${address}]${port}` : `${address}${port}`);

function natTo(random: Random, spot: Spot, addresses: readonly string[], ports: readonly string[]): string {
  const single = random.pick(addresses);
  const where = random.weighted([[4, single], [1, `${addresses[0]}-${addresses[1]}`]]);
  const port = spot.table === 'nat' && random.chance(0.4) ? random.pick(ports) : '';
  return port === '' || !where.includes('-') || spot.world.family === 'ipv4' ? end(spot, where, port) : end(spot, single, port);
}

/** Addresses to which no router sends anything on. */
const ODD = { ipv4: ['127.0.0.1', '224.0.0.1', '255.255.255.255'], ipv6: ['::1', 'ff02::1'] } as const;

const some = (random: Random, ...words: readonly string[]): string => (random.chance(0.15) ? ` ${random.pick(words)}` : '');

/** A NAT target with ports needs a protocol that has them. */
const ported = (text: string): string => (/\.\d+:\d|\]:|--to-ports/u.test(text) ? `${text} PORTED` : text);

const REJECTIONS = {
  ipv4: ['icmp-host-unreachable', 'icmp-admin-prohibited', 'icmp-net-prohibited', 'icmp-port-unreachable', 'icmp-proto-unreachable', 'icmp-net-unreachable', 'icmp-host-prohibited'],
  ipv6: ['icmp6-adm-prohibited', 'icmp6-no-route', 'icmp6-addr-unreachable', 'icmp6-port-unreachable', 'icmp6-policy-fail', 'icmp6-reject-route'],
} as const;

/** Marks as each option takes them. */
function connmark(random: Random): string {
  const option = random.pick(['set-mark', 'set-xmark', 'save-mark', 'restore-mark', 'or-mark', 'and-mark', 'xor-mark']);
  const shift = random.chance(0.15) ? ` --${random.pick(['left', 'right'])}-shift-mark ${random.pick([1, 4, 30])}` : '';
  if (option.startsWith('set')) return `--${option} ${masked(random)}${option === 'set-xmark' ? shift : ''}`;
  if (!/^(save|restore)/u.test(option)) return `--${option} ${hex(random)}`;
  return `--${option}${random.pick(['', ' --nfmask 0x3 --ctmask 0x1f', ' --mask 0x3', ' --nfmask 0xff', ' --ctmask 0x10'])}${shift}`;
}

/** How each target is used in generated rules; labels of timers, which all namespaces of a machine share, tell their kinds; `PORTED` and the like at the end ask for a protocol. */
const ENTRIES: readonly Entry[] = [
  { name: 'REJECT', weight: 2, fits: inTable('filter'), write: (r, { world }) => (r.chance(0.4) ? '-j REJECT --reject-with tcp-reset TCP' : `-j REJECT${r.chance(0.4) ? ` --reject-with ${r.pick(REJECTIONS[world.family])}` : ''}`) },
  { name: 'LOG', weight: 2, fits: anywhere, write: (r) => `-j LOG${r.pick(['', ' --log-prefix "x: "', ' --log-prefix "x: " --log-level debug --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode', ' --log-level 7 --log-uid'])}` },
  { name: 'MARK', weight: 3, fits: anywhere, write: (r) => `-j MARK --${r.pick(['set-mark', 'set-xmark', 'or-mark', 'and-mark', 'xor-mark'])} MASKED`.replace(/(or-mark|and-mark|xor-mark) MASKED/u, `$1 ${hex(r)}`).replace('MASKED', masked(r)) },
  { name: 'CONNMARK', weight: 2, fits: anywhere, write: (r) => `-j CONNMARK ${connmark(r)}` },
  { name: 'TOS', weight: 1, fits: inTable('mangle'), write: (r) => `-j TOS ${r.pick(['--set-tos 0x10', '--set-tos Minimize-Delay', '--or-tos 0x08', '--and-tos 0xf0', '--set-tos 0x04/0x3f', '--xor-tos 0x14', '--set-tos 0xff/0x0f', '--set-tos 0x00'])}` },
  { name: 'DSCP', weight: 1, fits: inTable('mangle'), write: (r) => `-j DSCP ${r.pick(['--set-dscp 4', '--set-dscp-class EF'])}` },
  { name: 'TTL', weight: 1, fits: (spot) => spot.table === 'mangle' && isIpv4(spot), write: (r) => `-j TTL --ttl-${r.pick(['set 5', 'inc 2', 'dec 1', 'set 64'])}` },
  { name: 'HL', weight: 1, fits: (spot) => spot.table === 'mangle' && !isIpv4(spot), write: (r) => `-j HL --hl-${r.pick(['set 5', 'inc 2', 'dec 1', 'set 64'])}` },
  { name: 'NOTRACK', weight: 2, fits: inTable('raw'), write: () => '-j NOTRACK' },
  { name: 'CT', weight: 2, fits: inTable('raw'), write: (r) => `-j CT ${r.pick(['--notrack', '--zone 1', '--zone-orig 1', '--zone-reply 1', '--zone mark', '--ctevents new', '--zone-orig mark', '--zone-reply mark', '--zone 1 --ctevents new,destroy', ''])}`.trim() },
  { name: 'CT', weight: 1, fits: inTable('raw'), write: (r) => `-j CT --${r.pick(['helper', 'expevents new --helper'])} ftp TCP` },
  { name: 'CT', weight: 1, fits: inTable('raw'), write: (r, s) => `-j CT --timeout ${isIpv4(s) ? 'udp4' : 'udp6'}${r.pick(['', ' --zone 1', ' --ctevents new'])} UDP` },
  { name: 'TRACE', weight: 0.4, fits: inTable('raw'), write: () => '-j TRACE' },
  { name: 'DNAT', weight: 6, fits: translates('destination'), write: (r, s) => ported(`-j DNAT --to-destination ${natTo(r, s, s.world.far, [':8080', ':1000-1001', ':5000'])}${some(r, '--persistent', '--random')}`) },
  { name: 'DNAT', weight: 0.7, fits: translates('destination'), write: (r, s) => `-j DNAT --to-destination ${end(s, s.world.far[1]!, r.pick([':1000-1010/22', ':443-453/80']))} PORTED` },
  { name: 'DNAT', weight: 1.5, fits: translates('destination'), write: (r, s) => ported(`-j DNAT --to-destination ${end(s, r.pick([...s.world.near, ...s.world.own, ...s.world.lost, ...ODD[s.world.family]]), r.pick(['', '', ':8080']))}`) },
  { name: 'REDIRECT', weight: 3, fits: translates('destination'), write: (r) => ported(`-j REDIRECT${r.chance(0.6) ? ` --to-ports ${r.pick(['3128', '5000', '1000-1001'])}${some(r, '--random')}` : ''}`) },
  { name: 'SNAT', weight: 6, fits: translates('source'), write: (r, s) => ported(`-j SNAT --to-source ${natTo(r, s, s.world.own, [':8080', ':1000-1001', ':5000'])}${some(r, '--persistent', '--random-fully', '--random', '--random --persistent')}`) },
  { name: 'SNAT', weight: 1, fits: translates('source'), write: (r, s) => ported(`-j SNAT --to-source ${end(s, r.pick([...s.world.near, ...s.world.far]), r.pick(['', '', ':8080']))}`) },
  { name: 'MASQUERADE', weight: 4, fits: (spot) => spot.table === 'nat' && everyHook(spot, 'POSTROUTING'), write: (r) => ported(`-j MASQUERADE${r.chance(0.3) ? ` --to-ports 5000-5001${some(r, '--random')}` : some(r, '--random', '--random-fully', '--random --random-fully')}`) },
  { name: 'NETMAP', weight: 1, fits: translates('destination'), write: (r, s) => `-j NETMAP --to ${isIpv4(s) ? r.pick(['10.2.0.0/24', '10.2.0.2/32', '10.2.0.0/255.255.255.252']) : r.pick(['fd00:2::/64', 'fd00:2::2/128', 'fd00:2::/126'])}` },
  { name: 'NETMAP', weight: 1, fits: translates('source'), write: (_, s) => `-j NETMAP --to ${isIpv4(s) ? '10.9.9.0/29' : 'fd00:9::/120'}` },
  { name: 'CLASSIFY', weight: 0.5, fits: (spot) => spot.table === 'mangle' && everyHook(spot, 'POSTROUTING'), write: () => '-j CLASSIFY --set-class 1:10' },
  { name: 'CHECKSUM', weight: 0.2, fits: inTable('mangle'), write: () => '-j CHECKSUM --checksum-fill' },
  { name: 'ECN', weight: 0.4, fits: (spot) => spot.table === 'mangle' && isIpv4(spot), write: (r) => `-j ECN ${r.pick(['--ecn-tcp-remove TCP', '--ecn-tcp-cwr 1 TCP', '--ecn-tcp-ece 1 --ecn-tcp-cwr 0 TCP', '--ecn-ip-ect 0', '--ecn-ip-ect 3', '--ecn-tcp-ece 0 --ecn-ip-ect 1 TCP'])}` },
  { name: 'TCPOPTSTRIP', weight: 0.4, fits: inTable('mangle'), write: (r) => `-j TCPOPTSTRIP --strip-options ${r.pick(['timestamp', 'mss,wscale,sack-permitted', '8'])} TCP` },
  { name: 'SET', weight: 2, fits: anywhere, write: (r) => `-j SET ${r.pick(['--add-set IPS src', '--del-set IPS src', '--add-set IPS dst', '--add-set PORTS dst', '--add-set IPPORTS src,dst --exist', '--del-set IPPORTS src,dst', '--add-set TRIPLES src,dst,dst', '--add-set LIST src', '--del-set LIST src', '--del-set NETS src', '--add-set NETPORTS dst,dst', '--add-set TIMED src', '--add-set TIMED src --exist --timeout 600', '--del-set TIMED src', '--add-set COUNTED src', '--del-set COUNTED dst', '--add-set IPS dst --del-set IPPORTS src,dst', '--add-set WIDE dst', '--del-set WIDE src'])}` },
  { name: 'SET', weight: 0.7, fits: isIpv4, write: (r) => `-j SET ${r.pick(['--add-set BITS src', '--add-set BITS dst', '--del-set BITS src', '--add-set BLOCKS src', '--del-set BLOCKS src', '--add-set MACS src,src', '--del-set MACS src,src'])}` },
  { name: 'SET', weight: 0.5, fits: inTable('mangle'), write: (r, s) => `-j SET --map-set INFO ${r.pick(['src', 'dst'])} --map-mark${everyHook(s, 'FORWARD', 'OUTPUT', 'POSTROUTING') ? r.pick(['', ' --map-prio', ' --map-queue']) : ''}` },
  { name: 'NFLOG', weight: 0.5, fits: anywhere, write: (r) => `-j NFLOG${r.pick(['', ' --nflog-group 7', ' --nflog-prefix "n: " --nflog-group 7 --nflog-size 64 --nflog-threshold 5', ' --nflog-range 20'])}` },
  { name: 'AUDIT', weight: 0.3, fits: anywhere, write: (r) => `-j AUDIT --type ${r.pick(['accept', 'drop', 'reject'])}` },
  { name: 'HMARK', weight: 0.4, fits: inTable('mangle'), write: (r) => `-j HMARK ${r.pick(['--hmark-tuple src,dst', '--hmark-tuple src,dst,sport,dport,proto', '--hmark-tuple ct,src', '--hmark-src-prefix 24 --hmark-dst-prefix 16', '--hmark-sport-mask 0xff --hmark-dport-mask 0xff00 --hmark-proto-mask 0xff', '--hmark-sport 7 --hmark-dport 80', '--hmark-spi-mask 0xff', '--hmark-spi 5'])} --hmark-mod ${r.pick([8, 4000000000])}${r.chance(0.7) ? ' --hmark-offset 100' : ''} --hmark-rnd 0xfeedcafe` },
  { name: 'CONNSECMARK', weight: 0.2, fits: inTable('mangle', 'security'), write: (r) => `-j CONNSECMARK --${r.pick(['save', 'restore'])}` },
  { name: 'TPROXY', weight: 0.4, fits: (spot) => spot.table === 'mangle' && everyHook(spot, 'PREROUTING'), write: (r, { world }) => `-j TPROXY --on-port ${r.pick([3129, 0])}${r.pick(['', ` --on-ip ${world.own[0]!}`])}${r.pick(['', ' --tproxy-mark 0x1/0x1'])} ${r.pick(['TCP', 'UDP'])}` },
  { name: 'NFQUEUE', weight: 0.4, fits: inTable('mangle', 'filter', 'raw', 'security'), write: (r) => `-j NFQUEUE --queue-${r.pick(['num 9', 'balance 1:3', 'balance 1:3 --queue-cpu-fanout'])}${r.chance(0.6) ? ' --queue-bypass' : ''}` },
  { name: 'TCPMSS', weight: 0.5, fits: (spot) => spot.table === 'mangle' && everyHook(spot, 'POSTROUTING', 'FORWARD', 'OUTPUT'), write: (r) => `-j TCPMSS ${r.pick(['--set-mss 1200', '--set-mss 9000', '--clamp-mss-to-pmtu'])} SYN` },
  { name: 'SYNPROXY', weight: 0.5, fits: (spot) => ['filter', 'mangle'].includes(spot.table) && everyHook(spot, 'INPUT', 'FORWARD'), write: (r) => `-j SYNPROXY${r.pick([' --sack-perm --timestamp --wscale 7 --mss 1460', ' --ecn', ''])} TCP` },
  { name: 'SNPT', weight: 4, fits: (spot) => spot.table === 'mangle' && everyHook(spot, 'INPUT', 'POSTROUTING'), write: (r) => `-m iprange --src-range fd00:1::-fd00:1::ffff:ffff:ffff:ffff -j SNPT --src-pfx fd00:1::/${r.pick([48, 64])} --dst-pfx 2001:db8::/${r.pick([32, 64])}` },
  { name: 'DNPT', weight: 4, fits: (spot) => spot.table === 'mangle' && everyHook(spot, 'PREROUTING', 'OUTPUT'), write: (r) => `-m iprange --dst-range fd00:9::-fd00:9::ffff:ffff:ffff:ffff -j DNPT --src-pfx fd00:9::/${r.pick([48, 64])} --dst-pfx fd00:2::/${r.pick([48, 64])}` },
  { name: 'IDLETIMER', weight: 0.3, fits: anywhere, write: (r) => `-j IDLETIMER --timeout 600 --label ${r.chance(0.2) ? `a${r.below(1000)} --alarm` : `t${r.below(1000)}`}` },
  { name: 'RATEEST', weight: 0.3, fits: anywhere, write: () => '-j RATEEST --rateest-name R --rateest-interval 250ms --rateest-ewmalog 500ms' },
];

/** A target: a verdict, a jump to one of `chains`, an extension, or nothing. */
export function targetPart(random: Random, spot: Spot, chains: readonly string[]): string {
  const filters = spot.table === 'filter' || spot.table === 'security';
  const fitting = ENTRIES.filter((entry) => findTarget(entry.name, spot.world.family) !== undefined && entry.fits(spot));
  return random.weighted<() => string>([
    [filters ? 5 : 2, () => '-j ACCEPT'],
    [filters ? 3 : spot.table === 'nat' ? 0 : 0.6, () => '-j DROP'],
    [1.5, () => '-j RETURN'],
    [1.5, () => ''],
    [chains.length > 0 ? 3 : 0, () => `${random.chance(0.25) ? '-g' : '-j'} ${random.pick(chains)}`],
    [fitting.length === 0 ? 0 : spot.table === 'nat' ? 9 : 4, () => random.weighted(fitting.map((entry) => [entry.weight, entry] as const)).write(random, spot)],
  ])();
}
