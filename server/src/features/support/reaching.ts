import type { Analysis } from '../../core/analysis/analysis.ts';
import type { Packet } from '../../core/engine/packet.ts';
import { TCP_FLAGS } from '../../core/engine/packet.ts';
import type { Fate, Result } from '../../core/engine/result.ts';
import { BUILT_IN_CHAINS, type Hook, type TableName } from '../../core/netfilter.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import { NONE, type PacketSet } from '../../core/sets/diagram.ts';
import type { PacketSpace } from '../../core/sets/space.ts';
import { witness, type Witness } from '../../core/sets/witness.ts';
import type { Session } from '../session.ts';
import { simulatePacket } from './simulation.ts';

/** A packet that comes to a place from a hook. */
export interface Reaching {
  readonly hook: Hook;
  /** The packet in notation. */
  readonly packet: string;
  /** Whether the engine agrees: otherwise something that is not known, or another table, has the last word. */
  readonly isSure: boolean;
  /** What has to hold for it where the engine does not agree, as far as that can be told. */
  readonly given: readonly string[];
}

/** A rule of a chain of a table. */
export interface RulePlace {
  readonly table: TableName;
  readonly chain: string;
  readonly index: number;
}

/** For each hook a packet of `packets`, which are told by what they are there, that comes to the rule; `matching` it, where that is asked. */
export function* packetsReaching(session: Session, document: RulesetDocument, analysis: Analysis, place: RulePlace, packets: PacketSet, matching: boolean): Iterable<Reaching> {
  const { space } = analysis;
  for (const hook of BUILT_IN_CHAINS[place.table]) {
    const set = space.intersection(packets, space.atHooks([hook]));
    const found = set === NONE ? undefined : witness(space, beyondLoopback(space, set));
    if (found === undefined) continue;
    const tried = plainestFirst(withKnownInterfaces(analysis, found.packet)).map((packet) => simulatePacket(session, document, packet));
    const good = tried.find(({ result }) => comesTo(place, result, matching));
    yield { hook, packet: (good ?? tried.at(-1)!).notation, isSure: good !== undefined, given: good === undefined ? conditionsFor(place, tried.at(-1)!.result, matching) ?? found.answers.map(answerText) : [] };
  }
}

/** Whether a packet that fares so has come to the rule, and matched it where that is asked. */
function comesTo({ table, chain, index }: RulePlace, { steps }: Fate, matching: boolean): boolean {
  return steps.some((step) => step.table === table && step.chain === chain && step.number === index + 1 && (step.matched === true || (!matching && step.matched === false)));
}

/** What the simplest course takes as given that comes to the rule; undefined where none does. */
function conditionsFor(place: RulePlace, { outcomes = [] }: Result, matching: boolean): readonly string[] | undefined {
  return outcomes.find((outcome) => comesTo(place, outcome, matching))?.courses[0];
}

const answerText = ({ question, holds }: Witness['answers'][number]): string => `${holds ? '' : 'not: '}${question}`;

/** Packets that come from or go to other hosts, where there are such. */
function beyondLoopback(space: PacketSpace, set: PacketSet): PacketSet {
  const beyond = space.difference(set, space.union(space.interface('in', 'lo'), space.interface('out', 'lo')));
  return beyond === NONE ? set : beyond;
}

/** The packet with no more said than is needed, then with more, then with everything. */
function plainestFirst(packet: Packet): readonly Packet[] {
  const open = { mac: undefined, length: undefined, pathGiven: false } as const;
  const isFirst = packet.state === 'NEW';
  return [
    { ...packet, ...open, tos: 0, ttl: 64, uid: 0, gid: 0, state: isFirst ? undefined : packet.state, tcpFlags: isFirst && packet.tcpFlags === TCP_FLAGS.SYN ? undefined : packet.tcpFlags },
    { ...packet, ...open },
    packet,
  ];
}

/** Writes `eth0` or `eth1` for an interface that stands for all those that no rule names. */
function withKnownInterfaces({ space: { names } }: Analysis, packet: Packet): Packet {
  const real = (name: string | undefined, usual: string): string | undefined => {
    const code = name === undefined ? 0 : names.codeOf(name);
    return names.classes[code]?.named === false && names.codeOf(usual) === code ? usual : name;
  };
  return { ...packet, in: real(packet.in, 'eth0'), out: real(packet.out, packet.in === undefined ? 'eth0' : 'eth1') };
}
