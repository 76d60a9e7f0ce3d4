import { anycastOf, agree, broadcastOf, kindOf, maskOf } from '../../engine/address.ts';
import type { HostFacts, Prefix, Route } from '../../engine/host.ts';
import { othersThan, type Values } from '../../engine/knowledge.ts';
import type { Address, Packet } from '../../engine/packet.ts';
import { isLocal, routeTo, type NoWay } from '../../engine/routing.ts';
import type { Hook } from '../../netfilter.ts';

/** What the kernel's local routing table makes of an IPv4 address. */
export type LocalType = 'LOCAL' | 'UNICAST' | 'BROADCAST' | 'MULTICAST';

/** Whether the packet is delivered to the host itself or to others; undefined = not known, or no matter. */
export type Bound = 'here' | 'elsewhere' | undefined;

/** What is known of a packet's address when its type is asked for. */
export interface TypeQuestion {
  readonly address: number;
  readonly host: HostFacts;
  /** Only addresses and broadcasts of this interface count (`--limit-iface-in`); undefined = of any. */
  readonly device: string | undefined;
  /** Where the packet goes that has this address as its destination, where that is known. */
  readonly bound: Bound;
}

const isLoopback = (address: number): boolean => address >>> 24 === 127;

/** Whether it could be the directed broadcast of some network: its last two bits are set. */
const mayBeBroadcast = (address: number): boolean => (address & 3) === 3;

/** The types that the address may have; one when it is decided. Seen in the kernel: 0.0.0.0 counts as broadcast, and what is not in the local table is unicast. */
export function possibleTypes(question: TypeQuestion): readonly LocalType[] {
  const { address, host, device, bound } = question;
  const kind = kindOf(address);
  if (kind === 'multicast') return ['MULTICAST'];
  if (kind === 'unspecified' || kind === 'limited-broadcast') return ['BROADCAST'];
  if (isLoopback(address)) return [device === undefined || device === 'lo' ? 'LOCAL' : 'UNICAST'];
  const arrives = bound === 'here' && device === undefined;
  const known = fromFacts(address, host, device);
  // What is delivered is the host's own, whatever the facts leave out.
  if (known !== undefined) return [known === 'UNICAST' && arrives ? 'LOCAL' : known];
  if (bound === 'elsewhere') return ['UNICAST'];
  const possible: LocalType[] = ['LOCAL', ...(mayBeBroadcast(address) ? ['BROADCAST' as const] : []), 'UNICAST'];
  return arrives ? possible.slice(0, -1) : possible;
}

/** The types that a destination may have of which nothing is known but where it goes. */
export function typesOf(bound: Bound): readonly LocalType[] {
  if (bound === 'here') return ['LOCAL', 'BROADCAST', 'MULTICAST'];
  return bound === 'elsewhere' ? ['UNICAST', 'MULTICAST'] : ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'];
}

const span = (from: number, to: number): Values => ({ from, to });
const GROUPS = span(0xe0000000, 0xefffffff);
const LOOPBACK = span(0x7f000000, 0x7fffffff);
const NOBODY_AND_ALL = [span(0, 0), span(0xffffffff, 0xffffffff)];

/** The IPv4 addresses that have a type on some host. */
export function addressesThatMayBe(type: LocalType): readonly Values[] {
  switch (type) {
    case 'MULTICAST': return [GROUPS];
    case 'BROADCAST': return othersThan([GROUPS, LOOPBACK]);
    case 'LOCAL': return othersThan([GROUPS, ...NOBODY_AND_ALL]);
    case 'UNICAST': return othersThan([GROUPS, LOOPBACK, ...NOBODY_AND_ALL]);
  }
}

function fromFacts(address: number, { interfaces, local }: HostFacts, device: string | undefined): LocalType | undefined {
  const prefixes = interfaces === undefined ? [] : device === undefined ? [...interfaces.values()].flat() : interfaces.get(device) ?? [];
  if (prefixes.some((prefix) => prefix.address === address)) return 'LOCAL';
  if (prefixes.some((prefix) => broadcastOf(prefix) === address)) return 'BROADCAST';
  // Addresses listed as local stand on no interface that is known.
  if (device === undefined && local?.includes(address) === true) return 'LOCAL';
  if (interfaces !== undefined) return 'UNICAST';
  return local !== undefined && device === undefined && !mayBeBroadcast(address) ? 'UNICAST' : undefined;
}

/** Where the kernel takes the packet: routing has decided it, or it is said outright. What only a routing table delivers is not the host's own. */
export function boundFor(hook: Hook, { path, pathGiven, destination }: Packet, host: HostFacts): Bound {
  if (hook === 'INPUT' && !pathGiven && destination !== undefined && isLocal(host, destination) === false) return undefined;
  if (hook === 'INPUT' || (hook === 'PREROUTING' && pathGiven && path === 'in')) return 'here';
  return hook === 'FORWARD' ? 'elsewhere' : undefined;
}

/** Where the host would send a packet of its own that has no source and no mark; undefined when that is not known. */
const lookedUp6 = (address: bigint, host: HostFacts): Route | NoWay | undefined => routeTo(host, { to: address, from: 0n, arrived: 'lo', mark: 0 });

/** Whether a route delivers what goes to the address; that of a subnet's routers is another matter. */
function isRoutedHere6(address: bigint, host: HostFacts): boolean {
  const route = isAnycast6(address, host) === true ? undefined : lookedUp6(address, host);
  return typeof route === 'object' && route.delivers === true;
}

/** Whether an IPv6 address is one of this host's, or one that its routing delivers to it; undefined when that is not known. Seen in the kernel. */
export function isLocal6({ address, host, device, bound }: Omit<TypeQuestion, 'address'> & { readonly address: bigint }): boolean | undefined {
  const { interfaces, local } = host;
  if (address === 1n) return device === undefined || device === 'lo';
  if (kindOf(address) === 'multicast') return false;
  const prefixes: readonly Prefix[] = interfaces === undefined ? [] : device === undefined ? [...interfaces.values()].flat() : interfaces.get(device) ?? [];
  if (prefixes.some((prefix) => prefix.address === address) || (device === undefined && local?.includes(address) === true)) return true;
  if (bound === 'here' && device === undefined && !mayBeAnycast(address)) return true;
  if (device === undefined && isRoutedHere6(address, host)) return true;
  if (bound === 'elsewhere') return false;
  return interfaces === undefined && local === undefined ? undefined : false;
}

/** Whether it could be the address of a subnet's routers. */
const mayBeAnycast = (address: bigint): boolean => (address & 3n) === 0n;

/** Whether an IPv6 address belongs to one host: neither multicast, unspecified nor IPv4-mapped. */
export function isUnicast6(address: bigint): boolean {
  const mapped = agree(address, 0xffffn << 32n, maskOf('ipv6', 96));
  return !mapped && (kindOf(address) === 'unicast' || kindOf(address) === 'loopback');
}

/** The subnet-router anycast address of a prefix: all host bits zero. */
export function isAnycast6(address: bigint, { interfaces, forwarding }: HostFacts): boolean | undefined {
  if (interfaces === undefined) return undefined;
  return forwarding !== false && [...interfaces.values()].flat().some((prefix) => anycastOf(prefix) === address);
}

/** Whether the host's routing leads nowhere for an IPv6 address; undefined when that is not known. Seen in the kernel. */
export function isUnreachable6(address: bigint, host: HostFacts): boolean | undefined {
  const route = kindOf(address) === 'multicast' ? undefined : lookedUp6(address, host);
  return route === undefined ? undefined : typeof route === 'string';
}

/** Whether both are addresses of IPv4. */
export const isIPv4 = (address: Address): address is number => typeof address === 'number';
