import type { Family } from '../netfilter.ts';
import { carriesPorts, isIcmp } from '../engine/conntrack/tuple.ts';
import { makePacket, TCP_FLAGS, type ConntrackState, type Packet, type Path } from '../engine/packet.ts';
import { PROTOCOL } from '../engine/protocols.ts';
import { readStrict } from '../values/ipv4.ts';
import { readIPv6 } from '../values/ipv6.ts';
import { macAddress } from '../values/mac.ts';
import { protocol as protocolType, protocolName } from '../values/protocol.ts';
import { familyOfAddress } from './endpoint.ts';
import { impliedPath, refusedInterface } from './fields.ts';
import { HEADER_NAMES, headerNumber } from './headers.ts';
import { readIcmp } from './icmp.ts';
import type { PacketJson } from './json.ts';

/** `ignored` says of fields that mean nothing for such a packet that they were left out, and why. */
export type ReadPacket = { readonly ok: true; readonly packet: Packet; readonly ignored: readonly string[] } | { readonly ok: false; readonly message: string };

/** Carries the first thing that is wrong out of the readers below; never leaves this module. */
class Wrong extends Error {}

/** Reads a packet object; `family` where its addresses do not tell one (default ipv4). */
export function packetFromJson(value: unknown, family?: Family): ReadPacket {
  try {
    const ignored: string[] = [];
    return { ok: true, packet: readObject(value, family, 'the packet', ignored), ignored };
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, message: error.message };
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const KEYS: ReadonlySet<string> = new Set<keyof PacketJson>([
  'path', 'in', 'out', 'protocol', 'source', 'destination', 'sport', 'dport', 'flags', 'icmpType', 'icmpCode', 'icmpId', 'spi', 'headers', 'inner', 'state',
  'mark', 'tos', 'ttl', 'length', 'mac', 'uid', 'gid', 'fragment', 'at',
]);

function readObject(value: unknown, wanted: Family | undefined, what: string, ignored: string[]): Packet {
  const fields = given(value, what);
  const [source, destination] = [address(fields, 'source'), address(fields, 'destination')];
  const family = familyOf(source ?? destination, destination, wanted, what);
  const protocol = protocolOf(fields, family);
  const path = one<Path>(fields, 'path', ['in', 'forward', 'out']) ?? impliedPath('in' in fields, 'out' in fields);
  const told = withoutMeaningless(fields, path, protocol, ignored);
  const packet = makePacket({
    family, path, pathGiven: fields.path !== undefined, in: device(told, 'in'), out: device(told, 'out'), protocol, source, destination,
    sourcePort: whole(told, 'sport', 0xffff), destinationPort: whole(told, 'dport', 0xffff), tcpFlags: flags(told), anyFlags: told.flags === 'any',
    icmpCode: whole(told, 'icmpCode', 255), icmpId: whole(told, 'icmpId', 0xffff),
    spi: whole(told, 'spi', 0xffffffff), headers: headers(told, family),
    inner: told.inner === undefined ? undefined : readObject(told.inner, family, '`inner`', ignored),
    state: one<ConntrackState>(told, 'state', ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED']),
    mark: whole(told, 'mark', 0xffffffff) ?? 0, tos: whole(told, 'tos', 255) ?? 0, ttl: whole(told, 'ttl', 255) ?? 64,
    length: whole(told, 'length', 0xffff), mac: mac(told, family), uid: whole(told, 'uid', 0xffffffff) ?? 0, gid: whole(told, 'gid', 0xffffffff) ?? 0,
    at: seconds(told),
  });
  icmp(told, packet);
  fragment(told, packet);
  return packet;
}

/** The fields that are given: null, and text without a character, say as little as their absence. */
function given(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Wrong(`${what} must be an object such as {"path":"in","protocol":"tcp",…}`);
  const stranger = Object.keys(value).find((key) => !KEYS.has(key));
  if (stranger !== undefined) throw new Wrong(`${what} has the unknown key \`${stranger}\`; the keys are ${[...KEYS].join(', ')}`);
  return without(value as Fields, (_, each) => each === null || each === '');
}

/** The fields but for some; the very object where there are none of those, as in almost every packet. */
function without(fields: Fields, isLeftOut: (key: string, value: unknown) => boolean): Fields {
  const out = Object.keys(fields).filter((key) => isLeftOut(key, fields[key]));
  return out.length === 0 ? fields : Object.fromEntries(Object.entries(fields).filter(([key]) => !out.includes(key)));
}

const ICMP_KEYS: ReadonlySet<string> = new Set(['icmpType', 'icmpCode', 'icmpId', 'inner']);

/** Leaves out what a packet of this path and protocol does not have. */
function withoutMeaningless(fields: Fields, path: Path, protocol: number | undefined, ignored: string[]): Fields {
  return without(fields, (key) => {
    const why = whyMeaningless(key, path, protocol);
    if (why !== undefined) ignored.push(`\`${key}\` is ignored: ${why}`);
    return why !== undefined;
  });
}

function whyMeaningless(key: string, path: Path, protocol: number | undefined): string | undefined {
  if (key === 'out' && path === 'in') return 'a packet that is delivered here does not leave by an interface';
  if (key === 'in' && path === 'out') return 'a packet from a local process does not come in by an interface';
  if (protocol === undefined) return undefined;
  const packets = (): string => `${protocolName(protocol) ?? protocol} packets`;
  if ((key === 'sport' || key === 'dport') && !carriesPorts(protocol)) return `${packets()} have no ports`;
  if (key === 'spi' && protocol !== PROTOCOL.esp && protocol !== PROTOCOL.ah) return `${packets()} have no SPI`;
  if (key === 'flags' && protocol !== PROTOCOL.tcp) return `${packets()} have no flags`;
  return ICMP_KEYS.has(key) && !isIcmp(protocol) ? `${packets()} have no ICMP type` : undefined;
}

function familyOf(first: Packet['source'], destination: Packet['source'], wanted: Family | undefined, what: string): Family {
  if (first === undefined) return wanted ?? 'ipv4';
  if (destination !== undefined && familyOfAddress(first) !== familyOfAddress(destination)) throw new Wrong(`${what} has one IPv4 and one IPv6 address`);
  return familyOfAddress(first);
}

function text(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined || typeof value === 'string') return value;
  throw new Wrong(`\`${key}\` must be a string`);
}

function device(fields: Fields, key: 'in' | 'out'): string | undefined {
  const name = text(fields, key);
  if (name === undefined || name === 'any') return undefined;
  const refused = refusedInterface(name);
  if (refused !== undefined) throw new Wrong(`\`${key}\`: ${refused}`);
  return name;
}

function whole(fields: Fields, key: string, most: number): number | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) throw new Wrong(`\`${key}\` must be a whole number from 0 to ${most}`);
  return value;
}

function seconds({ at }: Fields): number | undefined {
  if (at === undefined || (typeof at === 'number' && Number.isFinite(at) && at >= 0)) return at;
  throw new Wrong('`at` must be a number of seconds, 0 or more');
}

function one<W extends string>(fields: Fields, key: string, words: readonly W[]): W | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found === undefined) throw new Wrong(`\`${key}\` must be one of ${words.map((word) => `"${word}"`).join(', ')}`);
  return found;
}

function address(fields: Fields, key: string): Packet['source'] {
  const value = text(fields, key);
  if (value === undefined || value === 'any') return undefined;
  const parsed = readStrict(value) ?? readIPv6(value);
  if (parsed === undefined) throw new Wrong(`\`${key}\` is \`${value}\`, which is no IPv4 or IPv6 address`);
  return parsed;
}

function protocolOf({ protocol }: Fields, family: Family): number | undefined {
  if (protocol === undefined) return undefined;
  if (typeof protocol !== 'string' && typeof protocol !== 'number') throw new Wrong('`protocol` must be a name or a number');
  const parsed = protocolType.parse(String(protocol), { family });
  if (!parsed.ok) throw new Wrong(parsed.message);
  if (parsed.value === 0 || parsed.value > 255) return undefined;
  return parsed.value === PROTOCOL.icmp && family === 'ipv6' ? PROTOCOL.icmpv6 : parsed.value;
}

function flags({ flags: given }: Fields): number | undefined {
  if (given === undefined || given === 'any') return undefined;
  if (!Array.isArray(given)) throw new Wrong('`flags` must be a list such as ["SYN","ACK"]');
  return given.reduce<number>((bits, name) => {
    const bit = typeof name === 'string' ? (TCP_FLAGS as Readonly<Record<string, number>>)[name.toUpperCase()] : undefined;
    if (bit === undefined) throw new Wrong(`\`flags\` holds \`${String(name)}\`; the flags are ${Object.keys(TCP_FLAGS).join(', ')}`);
    return bits | bit;
  }, 0);
}

function headers({ headers: given }: Fields, family: Family): readonly number[] {
  if (given === undefined) return [];
  if (family === 'ipv4') throw new Wrong('`headers` lists IPv6 extension headers, and the packet is IPv4');
  const numbers = Array.isArray(given) ? given.map((name) => (typeof name === 'string' ? headerNumber(name) : undefined)) : [undefined];
  if (numbers.includes(undefined)) throw new Wrong(`\`headers\` must be a list of ${HEADER_NAMES}`);
  return numbers as number[];
}

function icmp({ icmpType: given }: Fields, packet: Packet): void {
  if (given === undefined) return;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= 255) {
    packet.icmpType = given;
    return;
  }
  const parsed = typeof given === 'string' ? readIcmp(given, packet.family) : undefined;
  if (parsed?.ok !== true) throw new Wrong(parsed?.message ?? '`icmpType` must be a number from 0 to 255 or a name');
  packet.icmpType = parsed.value.type;
  packet.icmpCode ??= parsed.value.code;
}

function mac(fields: Fields, family: Family): string | undefined {
  const value = text(fields, 'mac');
  if (value === undefined) return undefined;
  const parsed = macAddress.parse(value, { family });
  if (!parsed.ok) throw new Wrong(parsed.message);
  return parsed.value;
}

function fragment({ fragment: given }: Fields, packet: Packet): void {
  if (given === undefined) return;
  const fields = typeof given === 'object' && given !== null ? (given as Fields) : {};
  const offset = whole(fields, 'offset', 65528);
  if (offset === undefined || offset % 8 !== 0) throw new Wrong('`fragment` must be an object such as {"offset":1480,"more":false}, its offset a multiple of 8');
  packet.fragmentOffset = offset;
  packet.moreFragments = fields.more === true;
}
