import { uptime } from 'node:os';
import { compile } from '../../server/src/core/engine/compile/compile.ts';
import type { Result } from '../../server/src/core/engine/result.ts';
import { simulate } from '../../server/src/core/engine/simulate.ts';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { Worlds } from '../../server/src/core/engine/world.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { openDocument } from '../support/document.ts';
import type { KernelOracle } from './client.ts';
import { differences, isHeldBack } from './compare.ts';
import type { OracleAnswer, OraclePacket, OracleReply, OracleRequest } from './protocol.ts';
import { sequenced } from './sequence.ts';
import { beyondUs, factsFor, packetOf } from './translate.ts';

/** One packet on which we and the kernel differ. */
export interface Disagreement {
  readonly index: number;
  readonly differences: readonly string[];
  readonly ours: Result;
  readonly theirs: OracleAnswer;
}

export interface Checked {
  readonly reply: OracleReply;
  readonly compared: number;
  /** Why the fate of a packet could not be told, for each such packet. */
  readonly unknown: readonly string[];
  readonly disagreements: readonly Disagreement[];
}

export const familyOf = ({ family }: OracleRequest): Family => (family === 6 ? 'ipv6' : 'ipv4');

/** Runs a request in the kernel and in the engine. A packet that we can't hold, or do not follow to its end, ends the comparison, as the worlds part there. */
export async function check(oracle: KernelOracle, request: OracleRequest, backend: Backend): Promise<Checked> {
  const { clock, reply } = await askInTime(oracle, request);
  const disagreements: Disagreement[] = [];
  let compared = 0;
  const unknown: string[] = [];
  if (!reply.ok) return { reply, compared, unknown, disagreements };
  const simulation = await startSimulation(request, backend, clock);
  for (const [index, packet] of request.packets.entries()) {
    const theirs = reply.packets?.[index];
    if (theirs === undefined || theirs.error !== undefined || beyondUs(packet) !== undefined) break;
    // On a busy machine the kernel's clock goes on between packets that are meant to follow at once.
    const ours = simulation.send(index, theirs.at);
    if (isHeld(packet, theirs, ours)) continue;
    compared++;
    if (ours.verdict === 'UNKNOWN') unknown.push(whyUnknown(ours));
    const found = differences(ours, theirs);
    if (found.length > 0) disagreements.push({ index, differences: found, ours, theirs });
    // Rules may have counted what the kernel did not send, or what we do not follow.
    if (isGivenUp(ours) || isHeldBack(ours, theirs)) break;
  }
  return { reply, compared, unknown, disagreements };
}

/** Seconds that a case may take longer than its packets say: what changes in two seconds or more stays far away. */
const LATENESS = 1;
const ATTEMPTS = 5;

/**
 * The kernel's reply and when it was asked. Where a busy machine holds the packets up, they come close to moments at which
 * a tick of the kernel's clock decides (a UDP flow is a stream from 2 s on), so the case is run again.
 */
async function askInTime(oracle: KernelOracle, request: OracleRequest): Promise<{ readonly clock: number; readonly reply: OracleReply }> {
  const packets = sequenced(request.packets);
  for (let attempt = 1; ; attempt++) {
    const clock = Date.now() / 1000;
    const reply = await oracle.ask({ ...request, packets });
    const late = (reply.packets?.at(-1)?.at ?? 0) - (packets.at(-1)?.at ?? 0);
    if (late <= LATENESS || attempt === ATTEMPTS) return { clock, reply };
  }
}

/** Whether the engine says of its own accord that it does not follow the packet any further: rules behind that point may have counted it. */
const isGivenUp = ({ verdict, reason, outcomes }: Result): boolean => verdict === 'UNKNOWN' && reason !== undefined && outcomes === undefined;

/** What the fate depends on, without what is particular to the packet. */
function whyUnknown({ reason, outcomes = [] }: Result): string {
  const assumption = outcomes.flatMap(({ courses }) => courses.flat())[0]?.replace(/^not: /u, '');
  return (reason ?? assumption ?? outcomes.find((outcome) => outcome.reason !== undefined)?.reason ?? '?').replace(/[0-9a-f]*[.:][0-9a-f.:]+|0x[0-9a-f]+|\d+/gu, 'N');
}

/** Whether the kernel holds a fragment until the others come, with conntrack at once, else where it is delivered; we take them as coming. */
function isHeld({ frag }: OraclePacket, { dropped_by }: OracleAnswer, { packet }: Result): boolean {
  const end = frag && dropped_by?.kernel;
  return end !== undefined && (end.startsWith('after hook none') || (end.startsWith('after hook PREROUTING') && packet.path === 'in'));
}

/** The engine's world for a request. */
export interface Simulation {
  /** Whether the ruleset makes the kernel track connections. */
  readonly tracks: boolean;
  /** Sends the packet with this index, at another time than its own if given. */
  send(index: number, at?: number): Result;
}

/** A world for the request; `clock` is when it begins, in seconds since 1970. */
export async function startSimulation(request: OracleRequest, backend: Backend, clock: number): Promise<Simulation> {
  const family = familyOf(request);
  const document = await openDocument(request.ruleset, family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  document.setFamily(family);
  const program = compile(document.ruleset(), { backend, conntrack: request.conntrack === 'on' });
  const worlds = new Worlds();
  const started = uptime() - (Date.now() / 1000 - clock);
  return {
    tracks: program.tracks,
    send(index, at) {
      const packet = { ...request.packets[index]!, ...(at === undefined ? {} : { at }) };
      return simulate(program, worlds, packetOf(packet, family, request.topology), { host: { ...factsFor(packet, request), clock, uptime: started }, loopback: true });
    },
  };
}
