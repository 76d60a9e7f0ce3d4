import { analyse, type Analysis, type Fates } from '../analysis/analysis.ts';
import { analysisOf } from '../analysis/known.ts';
import type { Steps } from '../analysis/steps.ts';
import { TCP_FLAGS, type Packet } from '../engine/packet.ts';
import type { Result } from '../engine/result.ts';
import { printVerdict, type ExpectedVerdict } from '../notation/verdict.ts';
import type { PacketClass } from '../notation/parse.ts';
import { printPacket } from '../notation/print.ts';
import { withTarget } from '../ruleset/bind.ts';
import type { Rule, Ruleset } from '../ruleset/model.ts';
import { classOf } from '../sets/class.ts';
import { NONE, type PacketSet } from '../sets/diagram.ts';
import { whateverTheAnswers } from '../sets/questions.ts';
import { witness } from '../sets/witness.ts';
import { DEFAULT_REJECT } from '../values/reject-type.ts';
import { coursesText, judge, type Judgement } from './judge.ts';

/** A judgement on a class of packets, with a packet of it that fares otherwise where there is one. */
export interface ClassJudgement extends Judgement {
  readonly counterexample?: { readonly packet: Packet; readonly result: Result };
}

type FateName = Exclude<keyof Fates, 'all'>;

const FATES: readonly FateName[] = ['accepted', 'dropped', 'rejected', 'queued', 'translated'];

/** The fate that every packet has where the expectation holds; undefined where it is about addresses, which fates do not tell. */
const EXPECTED: Readonly<Record<ExpectedVerdict['kind'], FateName | undefined>> = {
  ACCEPT: 'accepted', DROP: 'dropped', REJECT: 'rejected', QUEUE: 'queued', DNAT: undefined, SNAT: undefined,
};

/**
 * Decides an expectation about a class whose packets, as far as the engine can follow them together, may fare in
 * several ways: it is proven for every packet, or refuted by one that the engine then finds to fare otherwise. Undefined
 * where neither succeeds. In small steps; `send` runs one packet in a fresh world, `together` is what it answered for the class.
 */
export function* judgingClass(ruleset: Ruleset, { packet, networks }: PacketClass, expected: ExpectedVerdict, together: Result, send: (packet: Packet) => Result): Steps<ClassJudgement | undefined> {
  const analysis = expected.kind === 'REJECT' && expected.with !== undefined ? analyse(withoutOtherAnswers(ruleset, expected.with)) : analysisOf(ruleset);
  const fates = yield* analysis.following(packet.path, classOf(analysis.space, asSent(packet), networks));
  const wanted = EXPECTED[expected.kind];
  const contrary = FATES.filter((name) => name !== wanted).reduce<PacketSet>((so, name) => analysis.space.union(so, fates[name]), NONE);
  if (contrary === NONE && isToldBySets(packet, together)) return { status: 'pass', message: `${printVerdict(expected)} for every such packet.` };
  return refuted(analysis, contrary, wanted === undefined ? NONE : fates[wanted], { packet, expected, send });
}

/** The packet as the engine takes it in a fresh world, where no connection tells which flags are ordinary. */
function asSent(packet: Packet): Packet {
  return packet.tcpFlags === undefined && !packet.anyFlags ? { ...packet, tcpFlags: TCP_FLAGS.SYN } : packet;
}

/** Whether the sets speak of the very packets that the engine sends: facts about the host may lead them on other paths. */
function isToldBySets({ anyFlags, state }: Packet, together: Result): boolean {
  // With flags left open, conntrack may call a packet NEW or INVALID.
  return !(anyFlags && state === undefined) && [together, ...together.outcomes ?? []].every(({ routedBy }) => routedBy === 'packet');
}

interface Claim {
  readonly packet: Packet;
  readonly expected: ExpectedVerdict;
  send(packet: Packet): Result;
}

/** Tries packets that surely fare otherwise before those that may: what depends on the moment or on unknown facts is for the engine to say. */
function refuted({ space }: Analysis, contrary: PacketSet, agreeing: PacketSet, claim: Claim): ClassJudgement | undefined {
  const surely = space.difference(contrary, agreeing);
  for (const set of new Set([whateverTheAnswers(space, surely), surely, contrary])) {
    const found = witness(space, set);
    for (const packet of found === undefined ? [] : membersLike(found.packet, claim.packet)) {
      const result = claim.send(packet);
      if (judge(result, claim.expected).status !== 'fail') continue;
      return {
        status: 'fail', counterexample: { packet, result },
        message: `Expected ${printVerdict(claim.expected)}, but \`${printPacket(packet)}\` fares otherwise: ${coursesText(result)}.`,
      };
    }
  }
  return undefined;
}

/** The class's packet with its ends, protocol and interfaces as in the example; then with everything as there. */
function membersLike(found: Packet, given: Packet): readonly Packet[] {
  // An interface that no rule names is found as one that stands for all of these.
  const example: Packet = { ...found, in: given.in ?? found.in, out: given.out ?? found.out };
  const plain: Packet = {
    ...given,
    protocol: example.protocol, source: example.source, destination: example.destination, sourcePort: example.sourcePort, destinationPort: example.destinationPort,
    icmpType: example.icmpType, icmpCode: example.icmpCode, in: example.in, out: example.out,
  };
  return [plain, { ...example, pathGiven: given.pathGiven, state: given.state, tcpFlags: given.anyFlags ? example.tcpFlags : given.tcpFlags }];
}

/** The ruleset as if every REJECT with another answer were a DROP, so that fates tell them apart. */
function withoutOtherAnswers({ family, tables, ...rest }: Ruleset, type: string): Ruleset {
  const changed = (rule: Rule): Rule => {
    const { target } = rule.bound;
    if (target?.kind !== 'extension' || target.use.definition.name !== 'REJECT') return rule;
    const answer = target.use.options.find(({ spec }) => spec.name === 'reject-with')?.value ?? DEFAULT_REJECT[family];
    return answer === type ? rule : { ...rule, bound: withTarget(rule.bound, { kind: 'verdict', verdict: 'DROP', span: target.span, nameSpan: target.nameSpan }) };
  };
  return {
    family, ...rest,
    tables: new Map([...tables].map(([name, table]) => [name, { ...table, chains: new Map([...table.chains].map(([key, chain]) => [key, { ...chain, rules: chain.rules.map(changed) }])) }])),
  };
}
