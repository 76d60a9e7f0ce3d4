import { agree, broadcastOf, kindOf, maskOf } from '../../engine/address.ts';
import type { HostFacts, Prefix } from '../../engine/host.ts';
import type { Address } from '../../engine/packet.ts';
import type { Hook } from '../../netfilter.ts';

/** What the kernel's local routing table makes of an IPv4 address. */
export type LocalType = 'LOCAL' | 'UNICAST' | 'BROADCAST' | 'MULTICAST';

/** What is known of a packet's address when its type is asked for. */
export interface TypeQuestion {
  readonly address: number;
  readonly host: HostFacts;
  /** Only addresses and broadcasts of this interface count (`--limit-iface-in`); undefined = of any. */
  readonly device: string | undefined;
  /** Set where the packet is being delivered to this very address. */
  readonly delivered: boolean;
}

const isLoopback = (address: number): boolean => address >>> 24 === 127;

/** Whether it could be the directed broadcast of some network: its last two bits are set. */
const mayBeBroadcast = (address: number): boolean => (address & 3) === 3;

/** The types that the address may have; one when it is decided. Seen in the kernel: 0.0.0.0 counts as broadcast, and what is not in the local table is unicast. */
export function possibleTypes(question: TypeQuestion): readonly LocalType[] {
  const { address, host, device, delivered } = question;
  const kind = kindOf(address);
  if (kind === 'multicast') return ['MULTICAST'];
  if (kind === 'unspecified' || kind === 'limited-broadcast') return ['BROADCAST'];
  if (isLoopback(address)) return [device === undefined || device === 'lo' ? 'LOCAL' : 'UNICAST'];
  const known = fromFacts(address, host, device);
  if (known !== undefined) return [known];
  const possible: LocalType[] = ['LOCAL', ...(mayBeBroadcast(address) ? ['BROADCAST' as const] : []), 'UNICAST'];
  return delivered && device === undefined ? possible.slice(0, -1) : possible;
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

/** Whether the kernel is delivering the packet to its destination. */
export const isDelivery = (hook: Hook): boolean => hook === 'INPUT';

/** Whether an IPv6 address is one of this host's; undefined when that is not known. */
export function isLocal6(address: bigint, { interfaces, local }: HostFacts, device: string | undefined): boolean | undefined {
  if (address === 1n) return device === undefined || device === 'lo';
  if (kindOf(address) === 'multicast') return false;
  const prefixes: readonly Prefix[] = interfaces === undefined ? [] : device === undefined ? [...interfaces.values()].flat() : interfaces.get(device) ?? [];
  if (prefixes.some((prefix) => prefix.address === address) || (device === undefined && local?.includes(address) === true)) return true;
  return interfaces === undefined && local === undefined ? undefined : false;
}

/** Whether an IPv6 address belongs to one host: neither multicast, unspecified nor IPv4-mapped. */
export function isUnicast6(address: bigint): boolean {
  const mapped = agree(address, 0xffffn << 32n, maskOf('ipv6', 96));
  return !mapped && (kindOf(address) === 'unicast' || kindOf(address) === 'loopback');
}

/** The subnet-router anycast address of a prefix: all host bits zero. */
export function isAnycast6(address: bigint, { interfaces }: HostFacts): boolean | undefined {
  if (interfaces === undefined) return undefined;
  return [...interfaces.values()].flat().some(({ address: own, length }) => typeof own === 'bigint' && length < 127 && (own & (maskOf('ipv6', length) as bigint)) === address);
}

/** Whether both are addresses of IPv4. */
export const isIPv4 = (address: Address): address is number => typeof address === 'number';
