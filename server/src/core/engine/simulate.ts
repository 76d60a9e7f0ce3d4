import type { HostFacts } from './host.ts';
import type { Packet } from './packet.ts';
import { Passage, type Agenda, type PassageOptions } from './passage.ts';
import type { Program } from './program.ts';
import type { Fate, Result } from './result.ts';
import { combine } from './outcomes.ts';
import { walk } from './walk.ts';
import { Worlds, type WorldState } from './world.ts';

export interface SimulateOptions {
  /** What is known of the host; default: nothing. */
  readonly host?: HostFacts;
  /** Which rules the steps list; default: those that matched. */
  readonly trace?: PassageOptions['trace'];
  /** Whether a packet sent to lo goes on through PREROUTING and INPUT; default: its answer ends at POSTROUTING. */
  readonly loopback?: boolean;
}

/** Most courses that are followed for one packet. */
const COURSES = 16;

const NO_FACTS: HostFacts = {};

/**
 * Sends one packet through the ruleset in `worlds`, which then remember it. The packet itself is not changed. Where
 * something can't be decided, every course is followed (up to 16), the answer holds all fates that differ, and the
 * worlds go on with every state that may be.
 */
export function simulate(program: Program, worlds: Worlds, packet: Packet, options: SimulateOptions = {}): Result {
  const passageOptions: PassageOptions = { host: options.host ?? NO_FACTS, trace: options.trace ?? 'matched', loopback: options.loopback ?? false };
  const agenda: Agenda = { pending: [], started: 0, limit: COURSES, exceeded: false };
  for (const world of worlds.possible) {
    if (packet.at !== undefined && packet.at > world.now) world.now = packet.at;
    agenda.started++;
    agenda.pending.push(new Passage(program, world, { ...packet }, passageOptions, agenda));
  }
  const fates: Fate[] = [];
  const ends: WorldState[] = [];
  for (let passage = agenda.pending.pop(); passage !== undefined; passage = agenda.pending.pop()) {
    walk(passage);
    fates.push(fateOf(passage));
    ends.push(passage.world);
  }
  worlds.continueWith(ends);
  if (agenda.exceeded) worlds.incomplete = true;
  return combine(fates, !worlds.incomplete);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Written field by field: this runs for every packet of a stream, and spreads cost more than the walk. */
function fateOf(passage: Passage): Fate {
  const { own, packet, steps, assumptions, routedBy } = passage;
  const ending = passage.ending!;
  const { verdict, policy, reason, rejectWith, noAnswer } = own ?? ending;
  const fate: Writable<Fate> = { verdict, steps: own?.steps ?? steps, packet: own?.packet ?? packet, assumptions, routedBy };
  if (policy !== undefined) fate.policy = policy;
  if (reason !== undefined) fate.reason = reason;
  if (rejectWith !== undefined) fate.rejectWith = rejectWith;
  if (noAnswer !== undefined) fate.noAnswer = noAnswer;
  if (own !== undefined) fate.answer = { packet, verdict: ending.verdict, steps, ...(ending.reason === undefined ? {} : { reason: ending.reason }) };
  return fate;
}
