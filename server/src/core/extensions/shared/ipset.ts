import type { IpSet } from '../../engine/host.ts';
import type { Address } from '../../engine/packet.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import { masked } from '../../values/address.ts';
import { readBigInteger } from '../../values/integer.ts';
import { icmpType, icmpv6Type } from '../../values/icmp-type.ts';
import { prefixMask, printIPv4, readStrict } from '../../values/ipv4.ts';
import { prefixMask6, readIPv6 } from '../../values/ipv6.ts';
import { MAX_PORT } from '../../values/port.ts';
import { protocol as protocolType } from '../../values/protocol.ts';

/** Which end of the packet a dimension of a set looks at. */
export type SetSide = 'src' | 'dst';

/** What a dimension of a set is made of. */
export type Dimension = 'ip' | 'net' | 'port' | 'mac' | 'mark' | 'iface' | 'set';

/** Members under one combination of prefix lengths, by what they are filed under. */
export interface Layer {
  readonly lengths: readonly (number | undefined)[];
  readonly members: ReadonlyMap<string, readonly Member[]>;
}

/** What a member with counters has counted. */
export interface Counters {
  readonly packets: bigint;
  /** Undefined after packets of unknown length. */
  readonly bytes: bigint | undefined;
}

/** A member of a set. */
export interface Member {
  /** As `ipset save` prints it, without its options. */
  readonly element: string;
  /** Whether it is an exception (`nomatch`). */
  readonly isException: boolean;
  /** Seconds after which it is gone; undefined = it stays. */
  readonly timeout: number | undefined;
  /** What it had counted when it was saved; undefined = the set has no counters, or they start at 0. */
  readonly counters: Counters | undefined;
  /** The last part of a type that compares it instead of filing by it; undefined = none, or left out. */
  readonly last: string | undefined;
  /** Whether `last` is but the beginning of an interface's name. */
  readonly isWildcard: boolean;
}

/** A set made ready for lookups. */
export interface ReadySet {
  readonly dimensions: readonly Dimension[];
  /** How many of the dimensions members are filed under: all, or all but the last. */
  readonly filed: number;
  /** The most specific first. */
  readonly layers: readonly Layer[];
  /** Whether a member could not be read, so that what is not found may still be in it. */
  readonly isPartial: boolean;
  readonly hasCounters: boolean;
  /** Whether members have timeouts; how long an added one stays is then known only where the set tells. */
  readonly hasTimeouts: boolean;
}

const ready = new WeakMap<IpSet, ReadySet>();

const BROADEST = -1;

/** Types whose last part may be left out, or given by its beginning. */
const COMPARING: ReadonlySet<string> = new Set(['bitmap:ip,mac', 'hash:net,iface']);

/** Types whose addresses a netmask is for; what it does to others is not followed. */
const MASKING: ReadonlySet<string> = new Set(['hash:ip', 'bitmap:ip']);

/** What a type of set looks at: `hash:net,iface` at a network and an interface. */
export const dimensionsOf = ({ type }: IpSet): readonly Dimension[] => (type.split(':')[1] ?? '').split(',') as Dimension[];

/** Sorts a set's members for lookups; done once for each set. */
export function readSet(set: IpSet): ReadySet {
  const known = ready.get(set);
  if (known !== undefined) return known;
  const dimensions = dimensionsOf(set);
  const filed = COMPARING.has(set.type) ? dimensions.length - 1 : dimensions.length;
  const layers = new Map<string, { lengths: Layer['lengths']; members: Map<string, Member[]> }>();
  const read = set.members.flatMap((text) => withoutRanges(text, dimensions)).map((text) => readMember(text, dimensions, filed, set));
  for (const entry of read) {
    if (entry === undefined) continue;
    const { key, lengths, member } = entry;
    const id = lengths.join(' ');
    let layer = layers.get(id);
    if (layer === undefined) layers.set(id, layer = { lengths, members: new Map() });
    const alike = layer.members.get(key);
    if (alike === undefined) layer.members.set(key, [member]);
    else alike.push(member);
  }
  const total = ({ lengths }: Layer): number => lengths.reduce<number>((sum, length) => sum + (length ?? BROADEST), 0);
  const result = {
    dimensions, filed, layers: [...layers.values()].sort((a, b) => total(b) - total(a)), isPartial: read.includes(undefined) || (set.netmask !== undefined && !MASKING.has(set.type)),
    hasCounters: set.counters === true || read.some((entry) => entry?.member.counters !== undefined),
    hasTimeouts: set.timeout !== undefined || read.some((entry) => entry?.member.timeout !== undefined),
  };
  ready.set(set, result);
  return result;
}

/** One line of `ipset save` behind the set's name: the element, then options. */
function readMember(text: string, dimensions: readonly Dimension[], filed: number, { type, family, netmask }: IpSet): { key: string; lengths: (number | undefined)[]; member: Member } | undefined {
  const { element, ...options } = readOptions(text);
  const parts = element.split(',');
  if (parts.length !== dimensions.length && parts.length !== filed) return undefined;
  const read = parts.map((part, index) => readPart(part, dimensions[index]!, family, MASKING.has(type) ? netmask : undefined));
  if (read.includes(undefined)) return undefined;
  return {
    key: read.slice(0, filed).map((part) => part!.key).join(' '), lengths: read.slice(0, filed).map((part) => part!.length),
    member: { ...options, element, last: read[filed]?.key },
  };
}

/** Most members that a range of addresses or ports stands for. */
const WIDEST = 0x10000;

/** A member as people write it, in the words of `ipset save`, which spells each address and port of a range out. */
function withoutRanges(text: string, dimensions: readonly Dimension[]): readonly string[] {
  const [element, ...options] = text.split(' ');
  const parts = element!.split(',');
  for (const [index, part] of parts.entries()) {
    const spelled = spelledOut(part, dimensions[index]);
    if (spelled === undefined) continue;
    return spelled.flatMap((each) => withoutRanges([parts.with(index, each).join(','), ...options].join(' '), dimensions));
  }
  return [text];
}

/** Each value of a range; undefined for what is none, or too wide. */
function spelledOut(part: string, dimension: Dimension | undefined): readonly string[] | undefined {
  if (dimension === 'ip') {
    const [from, to] = part.split('-').map(readStrict);
    if (from === undefined || to === undefined || to < from || to - from >= WIDEST) return undefined;
    return Array.from({ length: to - from + 1 }, (_, index) => printIPv4(from + index));
  }
  const ports = dimension === 'port' ? /^([a-z0-9]+:)?([0-9]+)-([0-9]+)$/u.exec(part) : null;
  if (ports === null || Number(ports[3]) > MAX_PORT || Number(ports[3]) < Number(ports[2])) return undefined;
  const [, protocol = '', from, to] = ports;
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => `${protocol}${Number(from) + index}`);
}

/** Any member, a list's too, with what stands behind it. */
export function readOptions(text: string): Omit<Member, 'last'> {
  const [element, ...options] = text.split(/\s+/u);
  const number = (name: string): string | undefined => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined);
  const [timeout, packets, bytes] = [Number(number('timeout') ?? 0), number('packets'), number('bytes')];
  return {
    element: element!, isException: options.includes('nomatch'), isWildcard: options.includes('wildcard'), timeout: timeout > 0 ? timeout : undefined,
    counters: packets === undefined && bytes === undefined ? undefined : { packets: readBigInteger(packets ?? '0') ?? 0n, bytes: readBigInteger(bytes ?? '0') ?? 0n },
  };
}

function readPart(text: string, dimension: Dimension, family: IpSet['family'], netmask?: number): { key: string; length: number | undefined } | undefined {
  switch (dimension) {
    case 'ip': case 'net': return readNetwork(text, family, netmask);
    case 'port': return plain(readPort(text, family));
    case 'mark': return plain(String(Number(text)));
    case 'mac': return plain(text.toLowerCase());
    case 'iface': case 'set': return plain(text);
  }
}

const plain = (key: string | undefined): { key: string; length: undefined } | undefined => (key === undefined ? undefined : { key, length: undefined });

function readNetwork(text: string, family: IpSet['family'], netmask?: number): { key: string; length: number } | undefined {
  const [address, length] = text.split('/') as [string, string | undefined];
  const most = family === 'inet' ? 32 : 128;
  const bits = family === 'inet' ? readStrict(address) : readIPv6(address);
  const prefix = length === undefined ? netmask ?? most : Number(length);
  if (bits === undefined || !(prefix >= 0 && prefix <= most)) return undefined;
  return { key: String(network(bits, prefix)), length: prefix };
}

/** The network of an address. */
export const network = (address: Address, length: number): Address => masked(address, typeof address === 'bigint' ? prefixMask6(length) : prefixMask(length));

/** `tcp:80`, `icmp:8/0`, `47:0`; bare numbers in sets of ports alone, which hold for TCP and UDP. */
function readPort(text: string, family: IpSet['family']): string | undefined {
  const colon = text.indexOf(':');
  if (colon === -1) return /^[0-9]+$/u.test(text) ? text : undefined;
  const context = { family: family === 'inet' ? 'ipv4' as const : 'ipv6' as const };
  const number = protocolType.parse(text.slice(0, colon), context);
  if (!number.ok) return undefined;
  const value = text.slice(colon + 1);
  if (number.value !== PROTOCOL.icmp && number.value !== PROTOCOL.icmpv6) return /^[0-9]+$/u.test(value) ? `${number.value}:${value}` : undefined;
  const message = (number.value === PROTOCOL.icmp ? icmpType : icmpv6Type).parse(value, context);
  return message.ok && message.value.type !== undefined ? `${number.value}:${(message.value.type << 8) | (message.value.code ?? 0)}` : undefined;
}
