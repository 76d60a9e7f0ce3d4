import type { Address } from '../engine/packet.ts';
import { FAMILY_NAMES, type Family } from '../netfilter.ts';
import { readInteger } from './integer.ts';
import { prefixLength, prefixMask, printIPv4, readClassic, readDotted, readFullDotted, readStrictUpTo } from './ipv4.ts';
import { IPV6_ALL, prefixLength6, prefixMask6, printIPv6, readIPv6 } from './ipv6.ts';
import { describeNetwork, networkProposals } from './network.ts';
import { fail, lookedUp, ok, shown, type Parsed, type ValueContext, type ValueType } from './value.ts';

/**
 * An address with its mask; the mask need not be contiguous, and the address has no bit outside it. `host` is set where
 * a name was written whose address only the loading host knows: then the address says nothing.
 */
export interface MaskedAddress {
  readonly address: Address;
  readonly mask: Address;
  readonly host?: string;
}

/** A warning for names, which stand for whatever address the resolver gives on that day. */
const resolvedOnce = (name: string): string =>
  `\`${name}\` is resolved once, when the ruleset is loaded; write its address, so that loading needs no name server.`;

/** `ADDRESS[/MASK][,…]` of `-s` and `-d`. */
export const addressList: ValueType<readonly MaskedAddress[]> = {
  placeholder: 'ADDRESS[/MASK][,…]',
  separator: ',',
  parse(text, { family }) {
    const plain = family === 'ipv4' ? plainNetwork(text) : undefined;
    if (plain !== undefined) return ok([plain]);
    const addresses: MaskedAddress[] = [];
    let odd: Odd = {};
    for (const element of text.split(',')) {
      const parsed = readMasked(element.trimStart(), family);
      if (!parsed.ok) return amended(parsed, element, text);
      if (odd.warning === undefined) odd = oddity(parsed);
      addresses.push(parsed.value);
    }
    return { ok: true, value: addresses, ...odd };
  },
  print: (addresses, { family }) => addresses.map((each) => printMasked(each, family)).join(','),
  complete: networkProposals,
  hover: (addresses, { family }) => describeAll(addresses, family),
};

type Odd = Pick<Extract<Parsed<unknown>, { ok: true }>, 'warning' | 'lookup'>;

/** What is odd about one part is odd about the whole. */
const oddity = ({ warning, lookup }: Odd): Odd => (warning === undefined ? NOTHING_ODD : { ...(warning === undefined ? {} : { warning }), ...(lookup === undefined ? {} : { lookup }) });

const NOTHING_ODD: Odd = {};

/** `192.0.2.0/24` or `192.0.2.1` as iptables-save prints it and most people write it; undefined for any other text, whatever that means. */
function plainNetwork(text: string): MaskedAddress | undefined {
  const slash = text.indexOf('/');
  const length = slash === -1 ? '32' : text.slice(slash + 1);
  if (!/^(?:[0-9]|[12][0-9]|3[0-2])$/u.test(length)) return undefined;
  const address = readStrictUpTo(text, slash === -1 ? text.length : slash);
  if (address === undefined) return undefined;
  const mask = prefixMask(Number(length));
  return { address: masked(address, mask), mask };
}

/** One address with mask as iptables' header options read it. */
function readMasked(text: string, family: Family): Parsed<MaskedAddress> {
  if (text === '') return fail(`An address is missing; a list has commas and no blanks, such as \`${example(family)}\`.`);
  const slash = text.lastIndexOf('/');
  const mask = slash === -1 ? ok(allBits(family)) : readMask(text.slice(slash + 1), text, family);
  if (!mask.ok) return mask;
  const name = slash === -1 ? text : text.slice(0, slash);
  // With a mask of no bits iptables does not look at the address at all.
  if (mask.value === 0 || mask.value === 0n) return ok({ address: mask.value, mask: mask.value });
  const address = readAddress(name, family);
  if (!address.ok) return address;
  const { address: bits, host } = address.value;
  const short = slash === -1 && family === 'ipv4' && address.warning === undefined ? shortened(text, Number(bits)) : undefined;
  const value = { address: masked(bits, mask.value), mask: mask.value, ...(host === undefined ? {} : { host }) };
  return short === undefined ? { ok: true, value, ...oddity(address) } : ok(value, short);
}

/** An address or a name, without mask. */
function readAddress(text: string, family: Family): Parsed<{ address: Address; host?: string }> {
  return family === 'ipv4' ? readAddressV4(text) : readAddressV6(text);
}

function readAddressV4(text: string): Parsed<{ address: number; host?: string }> {
  const dotted = readDotted(text);
  if (dotted !== undefined) return ok({ address: dotted }, abbreviated(text, dotted));
  const classic = readClassic(text);
  if (classic !== undefined) return ok({ address: classic }, `\`${text}\` is read as ${printIPv4(classic)}; write it with four numbers.`);
  const mapped = mappedV4(text);
  if (mapped !== undefined) return ok({ address: mapped }, `\`${text}\` is read as ${printIPv4(mapped)}; write it so.`);
  if (readIPv6(text) !== undefined) return fail(`\`${text}\` is an IPv6 address; iptables takes IPv4 here. IPv6 rules are for ip6tables.`);
  if (text === 'localhost') return lookedUp({ address: 0x7f000001 }, resolvedOnce(text));
  return hostName(text, 0, 'ipv4');
}

function readAddressV6(text: string): Parsed<{ address: bigint; host?: string }> {
  const address = readIPv6(text);
  if (address !== undefined) return ok({ address });
  const zone = text.indexOf('%');
  const zoned = zone === -1 ? undefined : readIPv6(text.slice(0, zone));
  if (zoned !== undefined && !/^(?:lo|\d+)$/u.test(text.slice(zone + 1))) {
    return lookedUp({ address: zoned }, `\`${text}\` is refused on a host without the interface, and on any other ip6tables forgets it; write the address alone, and name the interface with \`-i\` or \`-o\`.`);
  }
  if (zoned !== undefined) return ok({ address: zoned }, `ip6tables forgets the zone of \`${text}\`; name the interface with \`-i\` or \`-o\`.`);
  if (readDotted(text) !== undefined) return fail(`\`${text}\` is an IPv4 address; ip6tables takes IPv6 here. IPv4 rules are for iptables.`);
  if (/^\[.*\]$/u.test(text)) return fail(`\`${text}\` has brackets, which addresses here do not have.`, text.slice(1, -1));
  if (text === 'localhost') return lookedUp({ address: 1n }, resolvedOnce(text));
  return hostName(text, 0n, 'ipv6');
}

/** The IPv4 address within `::ffff:10.0.0.1`, which the resolver takes for it. */
function mappedV4(text: string): number | undefined {
  const address = readIPv6(text);
  return address !== undefined && address >> 32n === 0xffffn ? Number(address & 0xffffffffn) : undefined;
}

/** A leading zero or a missing number changes an IPv4 address silently. */
function abbreviated(text: string, address: number): string | undefined {
  if (!/(?:^|\.)0[0-7]/u.test(text)) return undefined;
  const octal = text.split('.').some((part) => /^0[0-7]/u.test(part) && Number(part) !== readInteger(part));
  if (octal) return `\`${text}\` has a number with a leading zero, which is octal: it means ${printIPv4(address)}.`;
  return undefined;
}

/** `-s 10` is one address, which nobody means. */
function shortened(text: string, address: number): string | undefined {
  const parts = text.split('.').length;
  if (parts === 4 || !/^[0-9.]+$/u.test(text)) return undefined;
  return `\`${text}\` is read as the single address ${printIPv4(address)}; the network is \`${printIPv4(address)}/${8 * parts}\`.`;
}

function hostName<A extends Address>(text: string, address: A, family: Family): Parsed<{ address: A; host?: string }> {
  // A last label of digits is an address gone wrong, not a name.
  const plausible = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$/u.test(text) && !/(^|\.)(0[xX])?[0-9]+\.?$/u.test(text) && !/\.\./u.test(text);
  if (plausible && !/^(any|anywhere|all)$/iu.test(text)) return lookedUp({ address, host: text }, resolvedOnce(text));
  if (plausible) return fail(`\`${text}\` would be looked up as a host; for every address leave the option out or write \`${family === 'ipv4' ? '0.0.0.0/0' : '::/0'}\`.`, family === 'ipv4' ? '0.0.0.0/0' : '::/0');
  return fail(`${shown(text)} is not an ${FAMILY_NAMES[family]} address. ${hint(text, family)}`, text.trim() === text ? undefined : text.trim());
}

function hint(text: string, family: Family): string {
  if (/^[0-9a-fA-F:.]+-[0-9a-fA-F:.]+$/u.test(text)) return `A range of addresses needs \`-m iprange --src-range ${text}\`.`;
  if (text.includes('/')) return `Write one address with one mask, such as \`${example(family)}\`.`;
  if (/^[0-9.]+:[0-9]+$/u.test(text)) return 'Write the address alone, and the port behind `--dport` or `--sport`.';
  return family === 'ipv4' ? 'It has four numbers from 0 to 255, such as `192.0.2.1`, and may have a mask: `192.0.2.0/24`.' : 'It looks like `2001:db8::1` and may have a prefix length: `2001:db8::/32`.';
}

/** A mask behind the slash: a prefix length, or an address of all four (IPv4) or eight (IPv6) parts. */
function readMask(text: string, whole: string, family: Family): Parsed<Address> {
  const most = family === 'ipv4' ? 32 : 128;
  const length = readInteger(text);
  if (length !== undefined && length <= most) return ok(family === 'ipv4' ? prefixMask(length) : prefixMask6(length));
  const dotted = family === 'ipv4' ? readFullDotted(text) : readIPv6(text);
  if (dotted !== undefined) return ok(dotted);
  const instead = family === 'ipv4' ? 'a length from 0 to 32 or four numbers such as `255.255.255.0`' : 'a length from 0 to 128 or an address such as `ffff:ffff::`';
  return fail(`${shown(text)} is not a mask: it is ${instead}.`, length === undefined ? undefined : whole.slice(0, whole.length - text.length) + String(most));
}

function amended(failure: Extract<Parsed<MaskedAddress>, { ok: false }>, element: string, text: string): Parsed<never> {
  if (element === '' && text.includes(',')) {
    const rest = text.split(',').map((each) => each.trim()).filter((each) => each !== '').join(',');
    return fail(failure.message, rest === '' ? undefined : rest);
  }
  if (failure.suggestion === undefined || element === text) return failure;
  return fail(failure.message, text.split(',').map((each) => (each === element ? failure.suggestion : each)).join(','));
}

/** One `ADDRESS[/MASK]` of the options that iptables hands to the resolver (`--ctorigsrc`, `--to` of NETMAP). */
export const resolvedAddress: ValueType<MaskedAddress> = {
  placeholder: 'ADDRESS[/MASK]',
  parse(text, { family }) {
    const slash = text.lastIndexOf('/');
    const host = readResolved(slash === -1 ? text : text.slice(0, slash), family);
    if (!host.ok || slash === -1) return host;
    const mask = readLooseMask(text.slice(slash + 1), family);
    return mask.ok ? { ok: true, value: { ...host.value, mask: mask.value }, ...oddity(host.warning === undefined ? mask : host) } : mask;
  },
  print: (value, { family }) => {
    const plen = printMask(value.mask, family);
    return printAddress(value, family) + (plen === undefined || plen === most(family) ? '' : `/${plen}`);
  },
  complete: networkProposals,
  hover: (value, { family }) => describeAll([value], family),
};

/** An address given to the resolver, which reads `10.1` as 10.0.0.1. */
export function readResolved(text: string, family: Family): Parsed<MaskedAddress> {
  const mask = allBits(family);
  if (family === 'ipv4') {
    const address = readClassic(text);
    if (address !== undefined) {
      const classic = text.split('.').length < 4 || printIPv4(address) !== text;
      return ok({ address, mask }, classic ? `\`${text}\` is read as ${printIPv4(address)}, unlike behind \`-s\`; write it with four plain numbers.` : undefined);
    }
  }
  if (text.includes(',')) return fail(`\`${text}\` is a list; this option takes one address, so write a rule for each.`);
  const named = family === 'ipv4' && readDotted(text) !== undefined ? fail(`${shown(text)} is not an IPv4 address.`) : readAddress(text, family);
  return named.ok ? { ok: true, value: { ...named.value, mask }, ...oddity(named) } : named;
}

/** A mask as the generic option parser takes it: whatever is no prefix counts as a host. */
export function readLooseMask(text: string, family: Family): Parsed<Address> {
  const length = readInteger(text);
  if (length !== undefined && length <= most(family)) return ok(family === 'ipv4' ? prefixMask(length) : prefixMask6(length));
  const mask = family === 'ipv4' ? readClassic(text) : readIPv6(text);
  if (mask === undefined) return fail(`${shown(text)} is not a mask: it is a length from 0 to ${most(family)} or a mask such as \`${family === 'ipv4' ? '255.255.255.0' : 'ffff:ffff::'}\`.`);
  if (printMask(mask, family) !== undefined) return ok(mask);
  return ok(allBits(family), `\`${text}\` is not a contiguous mask; iptables takes it without a word as /${most(family)}.`);
}

/** All bits of an address of the family. */
export const allBits = (family: Family): Address => (family === 'ipv4' ? 0xffffffff : IPV6_ALL);

const most = (family: Family): number => (family === 'ipv4' ? 32 : 128);

/** Those bits of the address that the mask keeps. */
export function masked(address: Address, mask: Address): Address {
  return typeof address === 'bigint' ? address & (mask as bigint) : (address & (mask as number)) >>> 0;
}

/** Whether the address lies in the masked one; across families it never does. */
export function contains({ address, mask }: MaskedAddress, candidate: Address): boolean {
  return typeof candidate === typeof address && masked(candidate, mask) === masked(address, mask);
}

/** The text of an address, or the name that stands for it. */
export function printAddress({ address, host }: Pick<MaskedAddress, 'address' | 'host'>, family: Family): string {
  if (host !== undefined) return host;
  return printBare(address, family);
}

/** The text of an address. */
export const printBare = (address: Address, family: Family): string => (family === 'ipv4' ? printIPv4(Number(address)) : printIPv6(BigInt(address)));

/** Prefix length of a contiguous mask, undefined for others. */
function printMask(mask: Address, family: Family): number | undefined {
  return family === 'ipv4' ? prefixLength(Number(mask)) : prefixLength6(BigInt(mask));
}

/** `10.0.0.0/8`; `ADDRESS/MASK` in full for masks that are not contiguous. */
export function printMasked(value: MaskedAddress, family: Family): string {
  return `${printAddress(value, family)}/${printMask(value.mask, family) ?? printBare(value.mask, family)}`;
}

function describeAll(addresses: readonly MaskedAddress[], family: Family): string | undefined {
  const said = addresses.map((each) => ({ each, length: printMask(each.mask, family) }))
    .flatMap(({ each, length }) => (length === undefined || each.host !== undefined ? [] : [describeNetwork(each.address, length, family)]));
  return said.length === 0 ? undefined : said.join('\n\n');
}

const example = (family: Family): string => (family === 'ipv4' ? '192.0.2.1,198.51.100.0/24' : '2001:db8::1,2001:db8:1::/48');

/** Context for printing where only the family matters. */
export const contextOf = (family: Family): ValueContext => ({ family });
