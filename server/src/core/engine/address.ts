import type { Family } from '../netfilter.ts';
import type { Address } from './packet.ts';
import type { Prefix } from './host.ts';

/** What the kernel's stack makes of an address by its number alone. */
export type AddressKind = 'unicast' | 'loopback' | 'multicast' | 'limited-broadcast' | 'unspecified';

/** The addresses of groups of hosts. */
export const MULTICAST = {
  ipv4: { from: 0xe0000000, to: 0xefffffff },
  ipv6: { from: 0xffn << 120n, to: (1n << 128n) - 1n },
} as const;

const IPV6_LOOPBACK = 1n;

/** Tells the kind of an address; of 0.0.0.0/8 only 0.0.0.0 is special. Seen in the kernel. */
export function kindOf(address: Address): AddressKind {
  if (typeof address === 'bigint') {
    if (address === 0n) return 'unspecified';
    if (address === IPV6_LOOPBACK) return 'loopback';
    return address >= MULTICAST.ipv6.from ? 'multicast' : 'unicast';
  }
  if (address === 0) return 'unspecified';
  if (address >>> 24 === 127) return 'loopback';
  if (address === 0xffffffff) return 'limited-broadcast';
  return address >= MULTICAST.ipv4.from && address <= MULTICAST.ipv4.to ? 'multicast' : 'unicast';
}

/** The address that a local process reaches itself by: 127.0.0.1 or ::1. */
export function loopbackOf(family: Family): Address {
  return family === 'ipv4' ? 0x7f000001 : IPV6_LOOPBACK;
}

/** Whether both addresses agree in every bit of `mask`. */
export function agree(a: Address, b: Address, mask: Address): boolean {
  if (typeof a === 'bigint') return typeof b === 'bigint' && ((a ^ b) & (mask as bigint)) === 0n;
  return typeof b === 'number' && ((a ^ b) & (mask as number)) === 0;
}

/** The mask of a prefix length. */
export function maskOf(family: Family, length: number): Address {
  if (family === 'ipv4') return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  return ((1n << BigInt(length)) - 1n) << BigInt(128 - length);
}

export const familyOf = (address: Address): Family => (typeof address === 'bigint' ? 'ipv6' : 'ipv4');

/** Whether the prefix covers the address (never across families). */
export function covers(prefix: Prefix, address: Address): boolean {
  const family = familyOf(prefix.address);
  return family === familyOf(address) && agree(prefix.address, address, maskOf(family, prefix.length));
}

/** The directed broadcast address of an IPv4 prefix; undefined where there is none (/31, /32, IPv6). */
export function broadcastOf(prefix: Prefix): number | undefined {
  if (typeof prefix.address === 'bigint' || prefix.length > 30) return undefined;
  return (prefix.address | ~(maskOf('ipv4', prefix.length) as number)) >>> 0;
}

/** The address that all routers of an IPv6 prefix have, whose host bits are zero; undefined where there is none (/127, /128, IPv4). */
export function anycastOf(prefix: Prefix): bigint | undefined {
  if (typeof prefix.address === 'number' || prefix.length > 126) return undefined;
  return prefix.address & (maskOf('ipv6', prefix.length) as bigint) || undefined;
}

/** The four 32-bit words of an IPv6 address, highest first, as signed numbers (what typed arrays and masks work on). */
export function wordsOf(address: bigint): readonly [number, number, number, number] {
  return [
    Number(address >> 96n) | 0,
    Number((address >> 64n) & 0xffffffffn) | 0,
    Number((address >> 32n) & 0xffffffffn) | 0,
    Number(address & 0xffffffffn) | 0,
  ];
}
