import { anycastOf, broadcastOf, covers, familyOf, kindOf } from './address.ts';
import type { HostFacts, Prefix, Refusing, Route } from './host.ts';
import type { Address } from './packet.ts';
import { applies, rulesOf, type Flow } from './routing-rules.ts';
import { Unknown } from './truth.ts';
import { addressText } from './wording.ts';

/**
 * Whether the address is one of the host's own, or of a subnet's routers, of which it is one, for what came by the interface
 * `arrived`, if one is given; undefined when nothing is known of its addresses.
 */
export function isLocal(host: HostFacts, address: Address, arrived?: string): boolean | undefined {
  if (kindOf(address) === 'loopback') return !(arrived !== undefined && arrived !== 'lo' && isOfLink(address));
  if (host.local?.includes(address) === true) return true;
  if (arrived !== undefined && isLinkLocal(address)) return host.interfaces?.get(arrived)?.some((prefix) => isReachedBy(host, prefix, address));
  if (host.interfaces === undefined) return host.local === undefined ? undefined : false;
  return [...host.interfaces.values()].some((prefixes) => prefixes.some((prefix) => isReachedBy(host, prefix, address)));
}

/** Whether a prefix of the host's makes the address one of its own, or one that it answers as a router. */
const isReachedBy = ({ forwarding }: HostFacts, prefix: Prefix, address: Address): boolean =>
  prefix.address === address || (typeof address === 'bigint' && forwarding !== false && anycastOf(prefix) === address);

/** Whether the address is a broadcast address as far as the host's links are known; undefined when they are not. */
export function isBroadcast(host: HostFacts, address: Address): boolean | undefined {
  if (typeof address === 'bigint') return false;
  if (kindOf(address) === 'limited-broadcast') return true;
  if (host.interfaces === undefined) return undefined;
  return [...host.interfaces.values()].some((prefixes) => prefixes.some((prefix) => broadcastOf(prefix) === address));
}

/** Whether the address is that of a group, or of everybody on whichever link. */
export const isForAll = (address: Address): boolean => kindOf(address) === 'multicast' || kindOf(address) === 'limited-broadcast';

/** The groups of all hosts of a link, of which each host is a member. */
export const ALL_HOSTS: readonly Address[] = [0xe0000001, (0xff01n << 112n) | 1n, (0xff02n << 112n) | 1n];

/** The interface that has the address, `lo` where no one has; 'none' where it is not the host's, undefined when that is not known. */
export function deviceOf(host: HostFacts, address: Address): string | undefined {
  const local = isLocal(host, address);
  if (local !== true) return local === false ? 'none' : undefined;
  return [...host.interfaces ?? []].find(([, prefixes]) => prefixes.some((prefix) => prefix.address === address))?.[0] ?? 'lo';
}

/** Answers what a routing rule asks and is not known; undefined leaves the whole way open. */
export type Settle = (question: Unknown) => boolean | undefined;

/** Why a packet has no way: the host has none, or a route of that kind. */
export type NoWay = 'none' | Refusing;

/** The way of a packet by the host's rules and routes: a route, or why there is none; undefined when that is not known. */
export function routeTo(host: HostFacts, flow: Flow, settle: Settle = () => undefined): Route | NoWay | undefined {
  if (host.routes === undefined && host.interfaces === undefined) return undefined;
  for (const rule of rulesOf(host)) {
    const truth = applies(rule, flow);
    const isFor = truth instanceof Unknown ? settle(truth) : truth;
    if (isFor === undefined) return undefined;
    if (!isFor) continue;
    // For a rule that calls it unreachable, the kernel says what it says where it has no route at all. Seen in the kernel.
    if (rule.table === undefined) return rule.refuses === undefined || rule.refuses === 'unreachable' ? 'none' : rule.refuses;
    if (rule.table === 'local') {
      if (isLocal(host, flow.to, flow.by) === true) return OWN;
      continue;
    }
    const best = bestOf(host, rule.table, flow);
    if (best?.refuses !== undefined) return best.refuses;
    if (best === undefined || best.throws === true || length(best) <= (rule.suppress ?? -1)) continue;
    return best;
  }
  return host.routes === undefined ? undefined : 'none';
}

const OWN: Route = { destination: undefined, device: 'lo', delivers: true };

function bestOf(host: HostFacts, table: string, { to, by, rather }: Flow): Route | undefined {
  const routes = [...(table === 'main' ? connected(host) : []), ...(host.routes ?? []).filter((route) => (route.table ?? 'main') === table)];
  const leads = ({ device }: Route): number => (rather !== undefined && device === rather ? 1 : 0);
  return routes.filter((route) => reaches(route, to) && (by === undefined || route.device === by)).sort((a, b) => length(b) - length(a) || leads(b) - leads(a) || metric(a, to) - metric(b, to))[0];
}

/** A route's metric; of IPv6 each has one. Seen in the kernel. */
const metric = ({ metric: given }: Route, to: Address): number => given ?? (typeof to === 'bigint' ? 1024 : 0);
const CONNECTED_METRIC = 256;

/** The router that the way of a packet leads to, or its destination itself. */
export function nextHop(host: HostFacts, flow: Flow): Address {
  const route = routeTo(host, flow);
  return typeof route === 'object' ? (route.via ?? flow.to) : flow.to;
}

const length = ({ destination }: Route): number => destination?.length ?? 0;

function reaches({ destination, family }: Route, address: Address): boolean {
  return destination === undefined ? family === undefined || family === familyOf(address) : covers(destination, address);
}

/** The routes that the addresses on the links bring with them. Seen in the kernel. */
function* connected(host: HostFacts): Generator<Route> {
  for (const [device, prefixes] of host.interfaces ?? []) {
    for (const prefix of prefixes) yield typeof prefix.address === 'bigint' ? { destination: prefix, device, metric: CONNECTED_METRIC } : { destination: prefix, device, source: prefix.address };
  }
}

/**
 * The address from which the host itself speaks by `device` towards `next`, which is what MASQUERADE takes. Undefined
 * when the host is known to have none.
 */
export function speakingAddress(host: HostFacts, device: string | undefined, isIpv6: boolean, next: Address | undefined): Address | Unknown | undefined {
  const prefixes = prefixesOf(host, device, isIpv6);
  if (prefixes instanceof Unknown) return prefixes;
  if (isIpv6) return preferred(prefixes, next);
  const own = prefixes.filter(({ address }) => kindOf(address) !== 'loopback');
  const near = next === undefined ? undefined : own.find((prefix) => covers(prefix, next));
  return (near ?? own[0] ?? anyOther(host))?.address;
}

/**
 * The address that REDIRECT takes for packets that came by `device`: its first, in IPv6 the first of the destination's
 * scope. Undefined when it is known to have none.
 */
export function primaryAddress(host: HostFacts, device: string | undefined, destination: Address | undefined, isIpv6: boolean): Address | Unknown | undefined {
  const prefixes = prefixesOf(host, device, isIpv6);
  if (prefixes instanceof Unknown) return prefixes;
  if (!isIpv6) return prefixes[0]?.address;
  const scope = SCOPES.find((prefixes) => destination !== undefined && prefixes.some((prefix) => covers(prefix, destination)));
  return preferred(scope === undefined ? prefixes : prefixes.filter(({ address }) => covers(scope[0], address)), undefined);
}

function prefixesOf(host: HostFacts, device: string | undefined, isIpv6: boolean): readonly Prefix[] | Unknown {
  if (device === undefined) return new Unknown('the interface, and so its address, is known');
  const prefixes = host.interfaces?.get(device);
  return prefixes?.filter(({ address }) => (typeof address === 'bigint') === isIpv6) ?? new Unknown(`the address of \`${device}\` is known`);
}

/** An interface without an address of its own borrows one. */
function anyOther(host: HostFacts): Prefix | undefined {
  return [...host.interfaces?.values() ?? []].flat().find(({ address }) => typeof address === 'number' && kindOf(address) !== 'loopback');
}

const LINK_LOCAL: Prefix = { address: 0xfe80n << 112n, length: 10 };

/** Scopes narrower than everywhere: the addresses of hosts that have it, then those of groups. Seen in the kernel. */
const SCOPES: readonly (readonly [Prefix, ...Prefix[]])[] = [
  [LINK_LOCAL, { address: 0xff02n << 112n, length: 16 }], [{ address: 0xfec0n << 112n, length: 10 }, { address: 0xff05n << 112n, length: 16 }],
  [{ address: 0n, length: 96 }],
];

/** IPv6 source selection as far as addresses tell: the very destination, an address of its scope, the longest common prefix. */
function preferred(prefixes: readonly Prefix[], next: Address | undefined): Address | undefined {
  const rank = (address: bigint): readonly number[] => [
    Number(address === next), Number(kindOf(address) !== 'loopback'), Number(typeof next === 'bigint' && isLinkLocal(next) === isLinkLocal(address)),
    Number(!isLinkLocal(address)), typeof next === 'bigint' ? commonBits(address, next) : 0,
  ];
  const addresses = prefixes.flatMap(({ address }) => (typeof address === 'bigint' ? [{ address, rank: rank(address) }] : []));
  addresses.sort((a, b) => b.rank.map((value, index) => value - a.rank[index]!).find((difference) => difference !== 0) ?? 0);
  return addresses[0]?.address;
}

const commonBits = (a: bigint, b: bigint): number => 128 - (a === b ? 0 : (a ^ b).toString(2).length);

/** Where a packet goes after PREROUTING, or why the kernel's routing drops it. */
export type Routed = { readonly to: 'in' | 'forward' } | { readonly dropped: string };

/** What routing refuses by the addresses alone: martians. Seen in the kernel. */
export function martian(source: Address | undefined, destination: Address | undefined, device: string | undefined): string | undefined {
  if (typeof source === 'bigint' || typeof destination === 'bigint') return undefined;
  const from = source === undefined ? undefined : kindOf(source);
  const to = destination === undefined ? undefined : kindOf(destination);
  if (from === 'multicast' || from === 'limited-broadcast') return `routing drops it: ${addressText(source!)} can't be a source (martian)`;
  if (to === 'limited-broadcast' || (from === 'unspecified' && to === 'unspecified')) return undefined;
  if (from === 'unspecified') return `routing drops it: ${addressText(source!)} can't be a source (martian)`;
  if (to === 'unspecified') return `routing drops it: nothing can be sent to ${addressText(destination!)} (martian)`;
  if (device === 'lo') return undefined;
  if (from === 'loopback') return `routing drops it: ${addressText(source!)} comes from no interface but lo (martian)${UNLESS_LOCALNET}`;
  return to === 'loopback' ? `routing drops it: ${addressText(destination!)} is reached by no interface but lo (martian)${UNLESS_LOCALNET}` : undefined;
}

/** What lets loopback addresses come and go by other interfaces, which is no fact that is given. */
const UNLESS_LOCALNET = ', unless `sysctl net.ipv4.conf` has route_localnet on';

/** Why a packet of the host itself can't be sent on to where NAT leads it now: from 127.0.0.1 nothing leaves the host. Seen in the kernel. */
export function confined(source: Address | undefined): string | undefined {
  return typeof source === 'number' && kindOf(source) === 'loopback' ? `from ${addressText(source)} nothing leaves by another interface than lo${UNLESS_LOCALNET}` : undefined;
}

/** What IPv6 drops on arrival, before any chain. Seen in the kernel. */
export function refusedOnArrival(source: Address | undefined, destination: Address | undefined, device: string | undefined): string | undefined {
  if (typeof source === 'bigint' && kindOf(source) === 'multicast') return `${addressText(source)} can't be a source; the kernel drops it before any chain`;
  if (typeof destination === 'bigint' && isOfHost(destination) && device !== 'lo') return `${addressText(destination)} is a group within one host; the kernel drops what comes to it from elsewhere before any chain`;
  const loopback = [source, destination].find((address) => typeof address === 'bigint' && kindOf(address) === 'loopback');
  if (device !== undefined && device !== 'lo' && loopback !== undefined) return `${addressText(loopback)} is used by no interface but lo; the kernel drops it before any chain`;
  return undefined;
}

/** What IPv6 drops behind POSTROUTING. Seen in the kernel. */
export function keptAtHome(destination: Address | undefined, device: string | undefined): string | undefined {
  if (device === 'lo' || typeof destination !== 'bigint' || !isOfHost(destination)) return undefined;
  return `${addressText(destination)} is a group within one host; the kernel drops behind POSTROUTING what would leave for it`;
}

/** Whether it is a group of scope 0 or 1, which no packet leaves a host for. */
const isOfHost = (address: bigint): boolean => kindOf(address) === 'multicast' && ((address >> 112n) & 0xfn) <= 1n;

/** Whether it is an IPv6 address that means something on its own link alone. */
export function isLinkLocal(address: Address): boolean {
  return typeof address === 'bigint' && covers(LINK_LOCAL, address);
}

/** Whether it is an IPv6 address to which packets leave by no other interface than they came by: ::1 is one even where it came from elsewhere than lo. Seen in the kernel. */
export function isOfLink(address: Address): boolean {
  return isLinkLocal(address) || (typeof address === 'bigint' && kindOf(address) === 'loopback');
}

/** What IPv6 does not forward to another link, whatever the rules say. */
export function unforwardable(source: Address | undefined): string | undefined {
  if (typeof source !== 'bigint') return undefined;
  if (kindOf(source) === 'unspecified') return 'packets from :: are not forwarded';
  return isLinkLocal(source) ? `${addressText(source)} is a link-local address, whose packets are not forwarded` : undefined;
}
