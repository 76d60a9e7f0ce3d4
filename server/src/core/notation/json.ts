import { NO_OWNER, TCP_FLAGS, type ConntrackState, type Packet, type Path } from '../engine/packet.ts';
import { PROTOCOL } from '../engine/protocols.ts';
import type { Answer, Fate, Result, Step } from '../engine/result.ts';
import { addressText } from '../engine/wording.ts';
import { headerName } from './headers.ts';
import { protocolName } from '../values/protocol.ts';

/** A packet as JSON; keys that are absent, or null, are open, except that an absent mark, tos, uid or gid is 0 and an absent ttl 64. */
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
  /** Of an ESP or AH packet. */
  readonly spi?: number;
  /** IPv6 extension headers in front of the protocol, such as ["hop-by-hop"]. */
  readonly headers?: readonly string[];
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

/** The packet as JSON; open fields are left out. */
export function packetToJson(packet: Packet): PacketJson {
  const { protocol, inner, fragmentOffset } = packet;
  return defined<PacketJson>({
    path: packet.path, in: packet.in, out: packet.out,
    protocol: protocol === undefined ? undefined : (protocol === PROTOCOL.icmpv6 ? 'icmpv6' : (protocolName(protocol) ?? protocol)),
    source: packet.source === undefined ? undefined : addressText(packet.source),
    destination: packet.destination === undefined ? undefined : addressText(packet.destination),
    sport: packet.sourcePort, dport: packet.destinationPort,
    flags: flagsOf(packet),
    icmpType: packet.icmpType, icmpCode: packet.icmpCode, icmpId: packet.icmpId, spi: packet.spi, headers: packet.headers.length === 0 ? undefined : packet.headers.map((number) => headerName(number)), inner: inner === undefined ? undefined : packetToJson(inner),
    state: packet.state, mark: packet.mark, tos: packet.tos, ttl: packet.ttl, length: packet.length, mac: packet.mac, uid: ownerOf(packet.uid), gid: ownerOf(packet.gid),
    fragment: fragmentOffset === undefined || (fragmentOffset === 0 && !packet.moreFragments) ? undefined : { offset: fragmentOffset, more: packet.moreFragments },
    at: packet.at,
  });
}

/** The fields that have a value. */
function defined<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  // Entries and back would take longer than the simulation of the packet.
  const result: Record<string, unknown> = {};
  for (const key in fields) if (fields[key] !== undefined) result[key] = fields[key];
  return result as T;
}

const FLAGS = Object.entries(TCP_FLAGS);

function flagsOf({ tcpFlags, anyFlags }: Packet): PacketJson['flags'] {
  if (tcpFlags === undefined) return anyFlags ? 'any' : undefined;
  return FLAGS.filter(([, bit]) => (tcpFlags & bit) !== 0).map(([name]) => name);
}

/** A packet that no process sent has no owner to tell. */
const ownerOf = (id: number | undefined): number | undefined => (id === NO_OWNER ? undefined : id);

/** A rule met, as JSON; `rule` and `line` count from 1, `target` is null for a rule without one. */
export interface StepJson {
  readonly table: string;
  readonly chain: string;
  readonly rule: number;
  readonly line: number;
  /** The name of the line's file, where that is the one that the file starts from. */
  readonly file?: string;
  readonly target: string | null;
  readonly matched: boolean | 'unknown';
  readonly reason?: string;
  readonly effect?: string;
}

function stepToJson({ table, chain, number, rule, target, matched, reason, effect }: Step): StepJson {
  const { number: line, file } = rule.bound.line;
  return {
    table, chain, rule: number, line: line + 1, ...(file === undefined ? {} : { file }), target: target ?? null, matched,
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
