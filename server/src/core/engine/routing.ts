import { broadcastOf, covers, familyOf, kindOf } from './address.ts';
import type { HostFacts, Prefix, Route } from './host.ts';
import type { Address } from './packet.ts';
import { Unknown } from './truth.ts';
import { addressText } from './wording.ts';

/** Whether the address is one of the host's own; undefined when nothing is known of its addresses. */
export function isLocal(host: HostFacts, address: Address): boolean | undefined {
  if (kindOf(address) === 'loopback') return true;
  if (host.local?.includes(address) === true) return true;
  if (host.interfaces === undefined) return host.local === undefined ? undefined : false;
  return [...host.interfaces.values()].some((prefixes) => prefixes.some((prefix) => prefix.address === address));
}

/** Whether the address is a broadcast address as far as the host's links are known; undefined when they are not. */
export function isBroadcast(host: HostFacts, address: Address): boolean | undefined {
  if (typeof address === 'bigint') return false;
  if (kindOf(address) === 'limited-broadcast') return true;
  if (host.interfaces === undefined) return undefined;
  return [...host.interfaces.values()].some((prefixes) => prefixes.some((prefix) => broadcastOf(prefix) === address));
}

/** The way out to an address: a route, 'none' where the host has none, undefined when its routes are not known. */
export function routeTo(host: HostFacts, address: Address): Route | 'none' | undefined {
  if (host.routes === undefined && host.interfaces === undefined) return undefined;
  const candidates = [...connected(host), ...(host.routes ?? [])].filter((route) => reaches(route, address));
  const best = candidates.sort((a, b) => length(b) - length(a) || (a.metric ?? 0) - (b.metric ?? 0))[0];
  if (best === undefined) return host.routes === undefined ? undefined : 'none';
  return best.refuses === true ? 'none' : best;
}

const length = ({ destination }: Route): number => destination?.length ?? 0;

function reaches({ destination, family }: Route, address: Address): boolean {
  return destination === undefined ? family === undefined || family === familyOf(address) : covers(destination, address);
}

/** The routes that the addresses on the links bring with them. */
function* connected(host: HostFacts): Generator<Route> {
  for (const [device, prefixes] of host.interfaces ?? []) for (const prefix of prefixes) yield { destination: prefix, device };
}

/**
 * The address that MASQUERADE would take on `device` towards `next`, or REDIRECT (without `next`): the first one, or the
 * first whose prefix covers the next hop. Undefined when the interface is known to have none.
 */
export function addressOf(host: HostFacts, device: string | undefined, isIpv6: boolean, next?: Address): Address | Unknown | undefined {
  if (device === undefined) return new Unknown('the interface, and so its address, is known');
  const prefixes = host.interfaces?.get(device)?.filter(({ address }) => (typeof address === 'bigint') === isIpv6);
  if (prefixes === undefined) return new Unknown(`the address of \`${device}\` is known`);
  return (isIpv6 ? preferGlobal(prefixes) : nearNextHop(prefixes, next))?.address;
}

function nearNextHop(prefixes: readonly Prefix[], next: Address | undefined): Prefix | undefined {
  return (next === undefined ? undefined : prefixes.find((prefix) => covers(prefix, next))) ?? prefixes[0];
}

const LINK_LOCAL: Prefix = { address: 0xfe80n << 112n, length: 10 };

function preferGlobal(prefixes: readonly Prefix[]): Prefix | undefined {
  return prefixes.find(({ address }) => !covers(LINK_LOCAL, address)) ?? prefixes[0];
}

/** Where a packet goes after PREROUTING, or why the kernel's routing drops it. */
export type Routed = { readonly to: 'in' | 'forward' } | { readonly dropped: string };

/** What routing refuses by the addresses alone: martians. Seen in the kernel. */
export function martian(source: Address | undefined, destination: Address | undefined, device: string | undefined): string | undefined {
  if (typeof source === 'bigint' || typeof destination === 'bigint') return undefined;
  const from = source === undefined ? undefined : kindOf(source);
  const to = destination === undefined ? undefined : kindOf(destination);
  if (from === 'multicast' || from === 'limited-broadcast') return `routing drops it: ${addressText(source!)} can't be a source (martian)`;
  if (to === 'limited-broadcast' || (from === 'unspecified' && to === 'unspecified')) return undefined;
  if (from === 'unspecified' || from === 'this-network') return `routing drops it: ${addressText(source!)} can't be a source (martian)`;
  if (to === 'unspecified' || to === 'this-network') return `routing drops it: nothing can be sent to ${addressText(destination!)} (martian)`;
  if (device === 'lo') return undefined;
  if (from === 'loopback') return `routing drops it: ${addressText(source!)} comes from no interface but lo (martian)`;
  return to === 'loopback' ? `routing drops it: ${addressText(destination!)} is reached by no interface but lo (martian)` : undefined;
}

/** What IPv6 drops on arrival, before any chain. Seen in the kernel. */
export function refusedOnArrival(source: Address | undefined, destination: Address | undefined, device: string | undefined): string | undefined {
  if (typeof source === 'bigint' && kindOf(source) === 'multicast') return `${addressText(source)} can't be a source; the kernel drops it before any chain`;
  const loopback = [source, destination].find((address) => typeof address === 'bigint' && kindOf(address) === 'loopback');
  if (device !== undefined && device !== 'lo' && loopback !== undefined) return `${addressText(loopback)} is used by no interface but lo; the kernel drops it before any chain`;
  return undefined;
}

/** What IPv6 does not forward, whatever the rules say. */
export function unforwardable(source: Address | undefined): string | undefined {
  if (typeof source !== 'bigint') return undefined;
  if (kindOf(source) === 'unspecified') return 'packets from :: are not forwarded';
  return covers(LINK_LOCAL, source) ? `${addressText(source)} is a link-local address, whose packets are not forwarded` : undefined;
}
