import type { HostFacts, IpSet } from '../../engine/host.ts';
import type { Address, Packet } from '../../engine/packet.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import type { Traversal } from '../../engine/traversal.ts';
import { Unknown, or, type Truth } from '../../engine/truth.ts';
import { masked } from '../../values/address.ts';
import { icmpType, icmpv6Type } from '../../values/icmp-type.ts';
import { prefixMask, readStrict } from '../../values/ipv4.ts';
import { prefixMask6, readIPv6 } from '../../values/ipv6.ts';
import { protocol as protocolType } from '../../values/protocol.ts';
import { setChanges } from './set-changes.ts';

/** Which end of the packet a dimension of a set looks at. */
export type SetSide = 'src' | 'dst';

/** What a dimension of a set is made of. */
type Dimension = 'ip' | 'net' | 'port' | 'mac' | 'mark' | 'iface' | 'set';

/** Members under one combination of prefix lengths: what they are filed under, and whether they are exceptions (`nomatch`). */
interface Layer {
  readonly lengths: readonly (number | undefined)[];
  readonly members: Map<string, Member>;
}

interface Member {
  readonly isException: boolean;
  /** Seconds after which it is gone; undefined = it stays. */
  readonly timeout: number | undefined;
}

/** A set made ready for lookups. */
interface ReadySet {
  readonly dimensions: readonly Dimension[];
  /** The most specific first. */
  readonly layers: readonly Layer[];
  /** Whether a member could not be read, so that what is not found may still be in it. */
  readonly isPartial: boolean;
}

const ready = new WeakMap<IpSet, ReadySet>();

const BROADEST = -1;

function readSet(set: IpSet): ReadySet {
  const known = ready.get(set);
  if (known !== undefined) return known;
  const dimensions = (set.type.split(':')[1] ?? '').split(',') as Dimension[];
  const layers = new Map<string, Layer>();
  let isPartial = false;
  for (const text of set.members) {
    const member = readMember(text, dimensions, set.family);
    if (member === undefined) {
      isPartial = true;
      continue;
    }
    const id = member.lengths.join(' ');
    let layer = layers.get(id);
    if (layer === undefined) layers.set(id, layer = { lengths: member.lengths, members: new Map() });
    layer.members.set(member.key, member);
  }
  const total = ({ lengths }: Layer): number => lengths.reduce<number>((sum, length) => sum + (length ?? BROADEST), 0);
  const result = { dimensions, layers: [...layers.values()].sort((a, b) => total(b) - total(a)), isPartial };
  ready.set(set, result);
  return result;
}

/** One line of `ipset save` behind the set's name: the element, then options. */
function readMember(text: string, dimensions: readonly Dimension[], family: IpSet['family']): (Member & { key: string; lengths: (number | undefined)[] }) | undefined {
  const [element, ...options] = text.split(/\s+/u);
  const parts = element!.split(',');
  if (parts.length !== dimensions.length) return undefined;
  const read = parts.map((part, index) => readPart(part, dimensions[index]!, family));
  if (read.includes(undefined)) return undefined;
  const timeout = Number(options[options.indexOf('timeout') + 1] ?? 0);
  return {
    key: read.map((part) => part!.key).join(' '), lengths: read.map((part) => part!.length),
    isException: options.includes('nomatch'), timeout: options.includes('timeout') && timeout > 0 ? timeout : undefined,
  };
}

function readPart(text: string, dimension: Dimension, family: IpSet['family']): { key: string; length: number | undefined } | undefined {
  switch (dimension) {
    case 'ip': case 'net': return readNetwork(text, family);
    case 'port': return plain(readPort(text, family));
    case 'mark': return plain(String(Number(text)));
    case 'mac': return plain(text.toLowerCase());
    case 'iface': case 'set': return plain(text);
  }
}

const plain = (key: string | undefined): { key: string; length: undefined } | undefined => (key === undefined ? undefined : { key, length: undefined });

function readNetwork(text: string, family: IpSet['family']): { key: string; length: number } | undefined {
  const [address, length] = text.split('/') as [string, string | undefined];
  const most = family === 'inet' ? 32 : 128;
  const bits = family === 'inet' ? readStrict(address) : readIPv6(address);
  const prefix = length === undefined ? most : Number(length);
  if (bits === undefined || !(prefix >= 0 && prefix <= most)) return undefined;
  return { key: String(network(bits, prefix)), length: prefix };
}

const network = (address: Address, length: number): Address => masked(address, typeof address === 'bigint' ? prefixMask6(length) : prefixMask(length));

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

/** Protocols whose ports sets look at. */
const WITH_PORTS: ReadonlySet<number> = new Set([PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite]);

/** The packet's port as a set keys it: undefined = open, null = it has none and is in no such set. */
function portOf(packet: Packet, side: SetSide, alone: boolean): string | undefined | null {
  const { protocol, icmpType: type, icmpCode: code } = packet;
  const port = side === 'src' ? packet.sourcePort : packet.destinationPort;
  if (protocol === undefined) return undefined;
  if (alone) return protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp ? (port === undefined ? undefined : String(port)) : null;
  if (WITH_PORTS.has(protocol)) return port === undefined ? undefined : `${protocol}:${port}`;
  if (protocol !== PROTOCOL.icmp && protocol !== PROTOCOL.icmpv6) return `${protocol}:0`;
  return type === undefined || code === undefined ? undefined : `${protocol}:${(type << 8) | code}`;
}

/** What the packet has in a dimension: undefined = open, null = nothing. */
function partOf({ packet, inInterface, outInterface }: Traversal, dimension: Dimension, side: SetSide, alone: boolean): Address | string | undefined | null {
  switch (dimension) {
    case 'ip': case 'net': return side === 'src' ? packet.source : packet.destination;
    case 'port': return portOf(packet, side, alone);
    case 'mac': return side === 'src' ? packet.mac : undefined;
    case 'mark': return packet.mark === undefined ? undefined : String(packet.mark);
    case 'iface': return side === 'src' ? inInterface : outInterface;
    case 'set': return null;
  }
}

/** How a packet stands to a set. */
export type Membership = 'member' | 'exception' | 'none' | 'open';

/** Looks a packet up in a set as the kernel would, by the sides given for its dimensions. */
export function membership(traversal: Traversal, set: IpSet, sides: readonly SetSide[]): Membership {
  const { dimensions, layers, isPartial } = readSet(set);
  // With fewer sides than dimensions, and for the other family, the kernel finds nothing.
  if (sides.length < dimensions.length || (set.family === 'inet') !== (traversal.packet.family === 'ipv4')) return 'none';
  const parts = dimensions.map((dimension, index) => partOf(traversal, dimension, sides[index]!, dimensions.length === 1));
  if (parts.includes(null)) return 'none';
  if (parts.includes(undefined)) return layers.length === 0 && !isPartial ? 'none' : 'open';
  for (const { lengths, members } of layers) {
    const key = parts.map((part, index) => (lengths[index] === undefined ? part : network(part as Address, lengths[index]))).join(' ');
    const member = members.get(key);
    if (member === undefined || (member.timeout !== undefined && traversal.world.now >= member.timeout)) continue;
    return member.isException ? 'exception' : 'member';
  }
  return isPartial ? 'open' : 'none';
}

/**
 * Whether a packet is in the set called `name`, or in a set that a list of sets names; unknown where nobody told us of the
 * set, or where a SET target has changed it so that the answer may be another one by now.
 */
export function isInSet(traversal: Traversal, name: string, sides: readonly SetSide[], wantsExceptions: boolean): Truth {
  const sets: HostFacts['ipsets'] = traversal.host.ipsets;
  const set = sets?.get(name);
  const question = new Unknown(`the packet is in the set ${name} by ${sides.join(',')}`);
  if (set === undefined) return question;
  if (set.type === 'list:set') {
    return set.members.map((member) => isInSet(traversal, member.split(/\s/u)[0]!, sides, wantsExceptions)).reduce<Truth>(or, false);
  }
  const found = membership(traversal, set, sides);
  if (found === 'open') return question;
  const isIn = found === (wantsExceptions ? 'exception' : 'member');
  const { added, deleted } = setChanges(traversal.world, name);
  return (isIn ? deleted : added) ? question : isIn;
}
