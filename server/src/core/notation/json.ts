import type { Family } from '../netfilter.ts';
import { makePacket, NO_OWNER, TCP_FLAGS, type ConntrackState, type Packet, type Path } from '../engine/packet.ts';
import { PROTOCOL } from '../engine/protocols.ts';
import type { Answer, Fate, Result, Step } from '../engine/result.ts';
import { addressText } from '../engine/wording.ts';
import { readStrict } from '../values/ipv4.ts';
import { readIPv6 } from '../values/ipv6.ts';
import { macAddress } from '../values/mac.ts';
import { protocol as protocolType, protocolName } from '../values/protocol.ts';
import { familyOfAddress } from './endpoint.ts';
import { readIcmp } from './icmp.ts';

/** A packet as JSON; keys that are absent are open, except that an absent mark, tos, uid or gid is 0 and an absent ttl 64. */
export interface PacketJson {
  readonly path?: Path;
  readonly in?: string;
  readonly out?: string;
  readonly protocol?: string | number;
  readonly source?: string;
  readonly destination?: string;
  readonly sport?: number;
  readonly dport?: number;
  /** Absent = those of the ordinary next packet of its connection; "any" leaves them open. */
  readonly flags?: readonly string[] | 'any';
  readonly icmpType?: number | string;
  readonly icmpCode?: number;
  readonly icmpId?: number;
  readonly inner?: PacketJson;
  readonly state?: ConntrackState;
  readonly mark?: number;
  readonly tos?: number;
  readonly ttl?: number;
  readonly length?: number;
  readonly mac?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly fragment?: { readonly offset: number; readonly more: boolean };
  readonly at?: number;
}

export type ReadPacket = { readonly ok: true; readonly packet: Packet } | { readonly ok: false; readonly message: string };

/** Carries the first thing that is wrong out of the readers below; never leaves this module. */
class Wrong extends Error {}

/** Reads a packet object; `family` where its addresses do not tell one (default ipv4). */
export function packetFromJson(value: unknown, family?: Family): ReadPacket {
  try {
    return { ok: true, packet: readObject(value, family, 'the packet') };
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, message: error.message };
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const KEYS: ReadonlySet<string> = new Set<keyof PacketJson>([
  'path', 'in', 'out', 'protocol', 'source', 'destination', 'sport', 'dport', 'flags', 'icmpType', 'icmpCode', 'icmpId', 'inner', 'state',
  'mark', 'tos', 'ttl', 'length', 'mac', 'uid', 'gid', 'fragment', 'at',
]);

function readObject(value: unknown, wanted: Family | undefined, what: string): Packet {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Wrong(`${what} must be an object such as {"path":"in","protocol":"tcp",…}`);
  const fields = value as Fields;
  const stranger = Object.keys(fields).find((key) => !KEYS.has(key));
  if (stranger !== undefined) throw new Wrong(`${what} has the unknown key \`${stranger}\`; the keys are ${[...KEYS].join(', ')}`);
  const [source, destination] = [address(fields, 'source'), address(fields, 'destination')];
  const family = familyOf(source ?? destination, destination, wanted, what);
  const packet = makePacket({
    family, path: one<Path>(fields, 'path', ['in', 'forward', 'out']) ?? 'in', pathGiven: fields.path !== undefined,
    in: text(fields, 'in'), out: text(fields, 'out'), protocol: protocolOf(fields, family), source, destination,
    sourcePort: whole(fields, 'sport', 0xffff), destinationPort: whole(fields, 'dport', 0xffff), tcpFlags: flags(fields), anyFlags: fields.flags === 'any',
    icmpCode: whole(fields, 'icmpCode', 255), icmpId: whole(fields, 'icmpId', 0xffff),
    inner: fields.inner === undefined ? undefined : readObject(fields.inner, family, '`inner`'),
    state: one<ConntrackState>(fields, 'state', ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED']),
    mark: whole(fields, 'mark', 0xffffffff) ?? 0, tos: whole(fields, 'tos', 255) ?? 0, ttl: whole(fields, 'ttl', 255) ?? 64,
    length: whole(fields, 'length', 0xffff), mac: mac(fields, family), uid: whole(fields, 'uid', 0xffffffff) ?? 0, gid: whole(fields, 'gid', 0xffffffff) ?? 0,
    at: seconds(fields),
  });
  icmp(fields, packet);
  fragment(fields, packet);
  return packet;
}

function familyOf(first: Packet['source'], destination: Packet['source'], wanted: Family | undefined, what: string): Family {
  if (first === undefined) return wanted ?? 'ipv4';
  if (destination !== undefined && familyOfAddress(first) !== familyOfAddress(destination)) throw new Wrong(`${what} has one IPv4 and one IPv6 address`);
  return familyOfAddress(first);
}

function text(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined || typeof value === 'string') return value === '' ? undefined : value;
  throw new Wrong(`\`${key}\` must be a string`);
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

/** The packet as JSON; open fields are left out. */
export function packetToJson(packet: Packet): PacketJson {
  const { protocol, tcpFlags, inner, fragmentOffset } = packet;
  const defined = Object.entries({
    path: packet.path, in: packet.in, out: packet.out,
    protocol: protocol === undefined ? undefined : (protocol === PROTOCOL.icmpv6 ? 'icmpv6' : (protocolName(protocol) ?? protocol)),
    source: packet.source === undefined ? undefined : addressText(packet.source),
    destination: packet.destination === undefined ? undefined : addressText(packet.destination),
    sport: packet.sourcePort, dport: packet.destinationPort,
    flags: tcpFlags === undefined ? (packet.anyFlags ? 'any' : undefined) : Object.entries(TCP_FLAGS).flatMap(([name, bit]) => ((tcpFlags & bit) === 0 ? [] : [name])),
    icmpType: packet.icmpType, icmpCode: packet.icmpCode, icmpId: packet.icmpId, inner: inner === undefined ? undefined : packetToJson(inner),
    state: packet.state, mark: packet.mark, tos: packet.tos, ttl: packet.ttl, length: packet.length, mac: packet.mac, uid: ownerOf(packet.uid), gid: ownerOf(packet.gid),
    fragment: fragmentOffset === undefined || (fragmentOffset === 0 && !packet.moreFragments) ? undefined : { offset: fragmentOffset, more: packet.moreFragments },
    at: packet.at,
  }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as PacketJson;
}

/** A packet that no process sent has no owner to tell. */
const ownerOf = (id: number | undefined): number | undefined => (id === NO_OWNER ? undefined : id);

/** A rule met, as JSON; `rule` and `line` count from 1, `target` is null for a rule without one. */
export interface StepJson {
  readonly table: string;
  readonly chain: string;
  readonly rule: number;
  readonly line: number;
  readonly target: string | null;
  readonly matched: boolean | 'unknown';
  readonly reason?: string;
  readonly effect?: string;
}

function stepToJson({ table, chain, number, rule, target, matched, reason, effect }: Step): StepJson {
  return {
    table, chain, rule: number, line: rule.bound.line.number + 1, target: target ?? null, matched,
    ...(reason === undefined ? {} : { reason: `${reason.source}: ${reason.observe}` }), ...(effect === undefined ? {} : { effect }),
  };
}

/** The result as JSON, with the steps that its trace recorded; verdict, steps and packet are always there. */
export function resultToJson(result: Result): Readonly<Record<string, unknown>> {
  return {
    ...fateToJson(result), ...(result.complete ? {} : { complete: false }),
    ...(result.outcomes === undefined ? {} : { outcomes: result.outcomes.map((outcome) => ({ ...fateToJson(outcome), courses: outcome.courses })) }),
  };
}

function fateToJson(fate: Fate): Readonly<Record<string, unknown>> {
  const { verdict, rejectWith, steps, policy, packet, reason, answer, noAnswer, assumptions, routedBy } = fate;
  return {
    verdict, ...(rejectWith === undefined ? {} : { rejectWith }), steps: steps.map(stepToJson), ...(policy === undefined ? {} : { policy }),
    packet: packetToJson(packet), ...(reason === undefined ? {} : { reason }), ...(answer === undefined ? {} : { answer: answerToJson(answer) }),
    ...(noAnswer === undefined ? {} : { noAnswer }), ...(assumptions.length === 0 ? {} : { assumptions }), routedBy,
  };
}

function answerToJson({ verdict, packet, steps, reason, answer }: Answer): Readonly<Record<string, unknown>> {
  return {
    verdict, packet: packetToJson(packet), steps: steps.map(stepToJson), ...(reason === undefined ? {} : { reason }),
    ...(answer === undefined ? {} : { answer: answerToJson(answer) }),
  };
}
