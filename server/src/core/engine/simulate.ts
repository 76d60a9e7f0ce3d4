import type { HostFacts } from './host.ts';
import { copyPacket, type Packet } from './packet.ts';
import { Passage, type Agenda, type Ended, type Ending, type PassageOptions } from './passage.ts';
import type { Program } from './program.ts';
import type { Answer, Fate, Result } from './result.ts';
import { combine } from './outcomes.ts';
import { walk } from './walk.ts';
import { remember, Worlds, type WorldState } from './world.ts';
import type { Writable } from '../writable.ts';

export interface SimulateOptions {
  /** What is known of the host; default: nothing. */
  readonly host?: HostFacts;
  /** Which rules the steps list; default: those that matched. */
  readonly trace?: PassageOptions['trace'];
  /** Whether a packet sent to lo goes on through PREROUTING and INPUT; default: its answer ends at POSTROUTING. */
  readonly loopback?: boolean;
}

/** Most courses that are followed for one packet, beyond those in which the past has left the world. */
const COURSES = 16;

const NO_FACTS: HostFacts = {};

/**
 * Sends one packet through the ruleset in `worlds`, which then remember it. The packet itself is not changed. Where
 * something can't be decided, every course is followed (up to 16), the answer holds all fates that differ, and the
 * worlds go on with every state that may be.
 */
export function simulate(program: Program, worlds: Worlds, packet: Packet, options: SimulateOptions = {}): Result {
  const passageOptions: PassageOptions = { host: options.host ?? NO_FACTS, trace: options.trace ?? 'matched', loopback: options.loopback ?? false };
  const agenda: Agenda = { pending: [], started: 0, limit: COURSES + worlds.possible.length - 1, exceeded: false };
  for (const world of worlds.possible) {
    if (packet.at !== undefined && packet.at > world.now) world.now = packet.at;
    agenda.started++;
    agenda.pending.push(new Passage(program, world, copyPacket(packet), passageOptions, agenda));
  }
  const fates: Fate[] = [];
  const ends: WorldState[] = [];
  for (let passage = agenda.pending.pop(); passage !== undefined; passage = agenda.pending.pop()) {
    walk(passage);
    fates.push(fateOf(passage));
    remember(passage.world, passage.supposed);
    ends.push(passage.world);
  }
  worlds.continueWith(ends);
  if (agenda.exceeded) worlds.incomplete = true;
  return combine(fates, !worlds.incomplete);
}

/** What became of the packet, and of what was sent back for it. */
function fateOf(passage: Passage): Fate {
  const { packet, steps, ended } = passage;
  const ending = passage.ending!;
  const [own, ...later] = ended;
  if (own === undefined) return fateFields(passage, ending, steps, packet);
  const fate = fateFields(passage, own, own.steps, own.packet);
  fate.answer = answerOf([...later, { ...ending, steps, packet }])!;
  return fate;
}

/** Written field by field: this runs for every packet of a stream, and spreads cost more than the walk. */
function fateFields({ assumptions, routedBy }: Passage, { verdict, policy, reason, rejectWith, noAnswer }: Ending, steps: Fate['steps'], packet: Packet): Writable<Fate> {
  const fate: Writable<Fate> = { verdict, steps, packet, assumptions, routedBy };
  if (policy !== undefined) fate.policy = policy;
  if (reason !== undefined) fate.reason = reason;
  if (rejectWith !== undefined) fate.rejectWith = rejectWith;
  if (noAnswer !== undefined) fate.noAnswer = noAnswer;
  return fate;
}

/** The first answer, which may itself have been answered. */
function answerOf([first, ...later]: readonly Ended[]): Answer | undefined {
  if (first === undefined) return undefined;
  const { packet, verdict, steps, reason } = first;
  const answer = answerOf(later);
  return { packet, verdict, steps, ...(reason === undefined ? {} : { reason }), ...(answer === undefined ? {} : { answer }) };
}
