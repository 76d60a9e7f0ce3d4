import { findTarget } from '../../server/src/core/extensions/catalogue.ts';
import type { Spot } from './matches.ts';
import type { Random } from './random.ts';

interface Entry {
  readonly name: string;
  readonly weight: number;
  write(random: Random, spot: Spot): string;
  fits(spot: Spot): boolean;
}

const inTable = (...tables: readonly string[]) => ({ table }: Spot): boolean => tables.includes(table);
const anywhere = (): boolean => true;
const everyHook = (spot: Spot, ...hooks: readonly string[]): boolean => spot.hooks.every((hook) => hooks.includes(hook));

const hex = (random: Random): string => `0x${random.pick([0, 1, 2, 3, 0x10, 0x1f]).toString(16)}`;
const masked = (random: Random): string => `${hex(random)}${random.chance(0.4) ? `/0x${random.pick([1, 3, 0x1f]).toString(16)}` : ''}`;

const end = ({ world }: Spot, address: string, port: string): string => (world.family === 'ipv6' && port !== '' ? `[${address}]${port}` : `${address}${port}`);

function natTo(random: Random, spot: Spot, addresses: readonly string[]): string {
  const single = random.pick(addresses);
  const where = random.weighted([[4, single], [1, `${addresses[0]}-${addresses[1]}`]]);
  const port = spot.table === 'nat' && random.chance(0.4) ? random.pick([':8080', ':1000-1001', ':5000']) : '';
  return port === '' || !where.includes('-') || spot.world.family === 'ipv4' ? end(spot, where, port) : end(spot, single, port);
}

/** A NAT target with ports needs a protocol that has them. */
const ported = (text: string): string => (/:\d|\]:|--to-ports/u.test(text.replace(/--to-(source|destination) [0-9a-f:]+$/u, '')) ? `${text} PORTED` : text);

/** How each target is used in generated rules; `PORTED` at the end asks for a protocol with ports. */
const ENTRIES: readonly Entry[] = [
  { name: 'REJECT', weight: 2, fits: inTable('filter'), write: (r, { world }) => (r.chance(0.4) ? '-j REJECT --reject-with tcp-reset TCP'
    : `-j REJECT${r.chance(0.4) ? ` --reject-with ${r.pick(world.family === 'ipv4' ? ['icmp-host-unreachable', 'icmp-admin-prohibited', 'icmp-net-prohibited'] : ['icmp6-adm-prohibited', 'icmp6-no-route'])}` : ''}`) },
  { name: 'LOG', weight: 2, fits: anywhere, write: () => '-j LOG --log-prefix "x: "' },
  { name: 'MARK', weight: 3, fits: anywhere, write: (r) => `-j MARK --${r.pick(['set-mark', 'set-xmark', 'or-mark', 'and-mark', 'xor-mark'])} MASKED`.replace(/(or-mark|and-mark|xor-mark) MASKED/u, `$1 ${hex(r)}`).replace('MASKED', masked(r)) },
  { name: 'CONNMARK', weight: 2, fits: anywhere, write: (r) => `-j CONNMARK ${r.pick([`--set-mark ${masked(r)}`, '--save-mark', '--restore-mark', '--restore-mark --nfmask 0x3 --ctmask 0x1f', `--set-xmark ${masked(r)}`])}` },
  { name: 'TOS', weight: 1, fits: inTable('mangle'), write: (r) => `-j TOS ${r.pick(['--set-tos 0x10', '--set-tos Minimize-Delay', '--or-tos 0x08', '--and-tos 0xf0', '--set-tos 0x04/0x3f'])}` },
  { name: 'DSCP', weight: 1, fits: inTable('mangle'), write: (r) => `-j DSCP ${r.pick(['--set-dscp 4', '--set-dscp-class EF'])}` },
  { name: 'TTL', weight: 1, fits: (spot) => spot.table === 'mangle' && spot.world.family === 'ipv4', write: (r) => `-j TTL --ttl-${r.pick(['set 5', 'inc 2', 'dec 1', 'set 64'])}` },
  { name: 'HL', weight: 1, fits: (spot) => spot.table === 'mangle' && spot.world.family === 'ipv6', write: (r) => `-j HL --hl-${r.pick(['set 5', 'inc 2', 'dec 1', 'set 64'])}` },
  { name: 'NOTRACK', weight: 2, fits: inTable('raw'), write: () => '-j NOTRACK' },
  { name: 'CT', weight: 1, fits: inTable('raw'), write: () => '-j CT --notrack' },
  { name: 'DNAT', weight: 6, fits: (spot) => spot.table === 'nat' && everyHook(spot, 'PREROUTING', 'OUTPUT'), write: (r, s) => ported(`-j DNAT --to-destination ${natTo(r, s, s.world.far)}`) },
  { name: 'REDIRECT', weight: 3, fits: (spot) => spot.table === 'nat' && everyHook(spot, 'PREROUTING', 'OUTPUT'), write: (r) => ported(`-j REDIRECT${r.chance(0.6) ? ` --to-ports ${r.pick(['3128', '5000', '1000-1001'])}` : ''}`) },
  { name: 'SNAT', weight: 6, fits: (spot) => spot.table === 'nat' && everyHook(spot, 'POSTROUTING', 'INPUT'), write: (r, s) => ported(`-j SNAT --to-source ${natTo(r, s, s.world.own)}`) },
  { name: 'MASQUERADE', weight: 4, fits: (spot) => spot.table === 'nat' && everyHook(spot, 'POSTROUTING'), write: (r) => ported(`-j MASQUERADE${r.chance(0.3) ? ' --to-ports 5000-5001' : ''}`) },
  { name: 'NETMAP', weight: 1, fits: (spot) => spot.table === 'nat' && spot.world.family === 'ipv4' && everyHook(spot, 'PREROUTING', 'OUTPUT'), write: () => '-j NETMAP --to 10.2.0.0/24' },
  { name: 'CLASSIFY', weight: 0.5, fits: (spot) => spot.table === 'mangle' && everyHook(spot, 'POSTROUTING'), write: () => '-j CLASSIFY --set-class 1:10' },
  { name: 'CHECKSUM', weight: 0.2, fits: inTable('mangle'), write: () => '-j CHECKSUM --checksum-fill' },
  { name: 'ECN', weight: 0.4, fits: (spot) => spot.table === 'mangle' && spot.world.family === 'ipv4', write: () => '-j ECN --ecn-tcp-remove TCP' },
  { name: 'TCPOPTSTRIP', weight: 0.4, fits: inTable('mangle'), write: () => '-j TCPOPTSTRIP --strip-options timestamp TCP' },
  { name: 'SET', weight: 2, fits: anywhere, write: (r) => `-j SET ${r.pick(['--add-set IPS src', '--del-set IPS src', '--add-set IPS dst', '--add-set PORTS dst', '--add-set IPPORTS src,dst --exist'])}` },
  { name: 'NFLOG', weight: 0.5, fits: anywhere, write: () => '-j NFLOG --nflog-group 7' },
  { name: 'AUDIT', weight: 0.3, fits: anywhere, write: (r) => `-j AUDIT --type ${r.pick(['accept', 'drop', 'reject'])}` },
  { name: 'HMARK', weight: 0.4, fits: inTable('mangle'), write: () => '-j HMARK --hmark-tuple src,dst --hmark-mod 8 --hmark-offset 100 --hmark-rnd 0xfeedcafe' },
  { name: 'CONNSECMARK', weight: 0.2, fits: inTable('mangle', 'security'), write: (r) => `-j CONNSECMARK --${r.pick(['save', 'restore'])}` },
  { name: 'TPROXY', weight: 0.4, fits: (spot) => spot.table === 'mangle' && everyHook(spot, 'PREROUTING'), write: (r) => `-j TPROXY --on-port 3129 --tproxy-mark 0x1/0x1 ${r.pick(['TCP', 'UDP'])}` },
  { name: 'NFQUEUE', weight: 0.3, fits: inTable('mangle', 'filter', 'raw'), write: () => '-j NFQUEUE --queue-num 9' },
  { name: 'TCPMSS', weight: 0.5, fits: (spot) => spot.table === 'mangle' && everyHook(spot, 'POSTROUTING', 'FORWARD', 'OUTPUT'), write: () => '-j TCPMSS --set-mss 1200 SYN' },
];

/** A target: a verdict, a jump to one of `chains`, an extension, or nothing. */
export function targetPart(random: Random, spot: Spot, chains: readonly string[]): string {
  const filters = spot.table === 'filter';
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
