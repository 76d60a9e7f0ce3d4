import { IPv4, IPv4CidrRange, IPv4Prefix, IPv6, IPv6CidrRange, IPv6Prefix } from 'ip-num';
import type { Address } from '../engine/packet.ts';
import type { Family } from '../netfilter.ts';
import { printIPv4, readStrict } from './ipv4.ts';
import { printIPv6, readIPv6 } from './ipv6.ts';
import type { ValueContext, ValueProposal } from './value.ts';

/** Networks with a meaning of their own, most specific first. */
const SPECIAL: Readonly<Record<Family, readonly (readonly [cidr: string, meaning: string])[]>> = {
  ipv4: [
    ['255.255.255.255/32', 'limited broadcast'],
    ['127.0.0.0/8', 'loopback: this host itself'],
    ['10.0.0.0/8', 'private (RFC 1918)'],
    ['172.16.0.0/12', 'private (RFC 1918)'],
    ['192.168.0.0/16', 'private (RFC 1918)'],
    ['100.64.0.0/10', 'shared address space behind a carrier\'s NAT (RFC 6598)'],
    ['169.254.0.0/16', 'link-local (RFC 3927)'],
    ['192.0.2.0/24', 'documentation (RFC 5737)'],
    ['198.51.100.0/24', 'documentation (RFC 5737)'],
    ['203.0.113.0/24', 'documentation (RFC 5737)'],
    ['198.18.0.0/15', 'benchmarks (RFC 2544)'],
    ['224.0.0.0/4', 'multicast'],
    ['240.0.0.0/4', 'reserved (RFC 1112)'],
    ['0.0.0.0/8', 'this network'],
  ],
  ipv6: [
    ['::1/128', 'loopback: this host itself'],
    ['::/128', 'unspecified address'],
    ['::ffff:0:0/96', 'IPv4-mapped'],
    ['64:ff9b::/96', 'NAT64'],
    ['2001:db8::/32', 'documentation (RFC 3849)'],
    ['fe80::/10', 'link-local'],
    ['fc00::/7', 'unique local (RFC 4193)'],
    ['ff00::/8', 'multicast'],
    ['2000::/3', 'global unicast'],
  ],
};

/** Markdown that says which addresses a network holds and what they are for. */
export function describeNetwork(address: Address, length: number, family: Family): string {
  const range = rangeOf(address, length, family);
  const meaning = SPECIAL[family].find(([cidr]) => inside(range, specialRange(cidr, family)))?.[1];
  const first = print(range.first, family);
  const holds = range.size === 1n ? `\`${first}\`` : `\`${first}\` – \`${print(range.last, family)}\` (${count(range.size, length, family)})`;
  return meaning === undefined ? holds : `${holds}: ${meaning}`;
}

/** Networks worth proposing for an address. */
export function networkProposals({ family }: ValueContext): readonly ValueProposal[] {
  const every = family === 'ipv4' ? '0.0.0.0/0' : '::/0';
  return [...SPECIAL[family].map(([text, detail]) => ({ text, detail })), { text: every, detail: 'every address' }];
}

interface Range {
  readonly first: bigint;
  readonly last: bigint;
  readonly size: bigint;
}

function rangeOf(address: Address, length: number, family: Family): Range {
  const prefix = BigInt(length);
  const range = family === 'ipv4'
    ? new IPv4CidrRange(IPv4.fromNumber(BigInt(address)), new IPv4Prefix(prefix))
    : new IPv6CidrRange(IPv6.fromBigInt(BigInt(address)), new IPv6Prefix(prefix));
  return { first: range.getFirst().getValue(), last: range.getLast().getValue(), size: range.getSize() };
}

function specialRange(cidr: string, family: Family): Range {
  const [address, length] = cidr.split('/');
  return rangeOf(family === 'ipv4' ? readStrict(address!)! : readIPv6(address!)!, Number(length), family);
}

const inside = (range: Range, outer: Range): boolean => range.first >= outer.first && range.last <= outer.last;

const print = (address: bigint, family: Family): string => (family === 'ipv4' ? printIPv4(Number(address)) : printIPv6(address));

function count(size: bigint, length: number, family: Family): string {
  return family === 'ipv6' && length < 96 ? `2^${128 - length} addresses` : `${size} addresses`;
}
