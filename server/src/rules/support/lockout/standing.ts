import type { Analysis, Fates } from '../../../core/analysis/analysis.ts';
import { completed, type Steps } from '../../../core/analysis/steps.ts';
import { EVERY, NONE, type PacketSet } from '../../../core/sets/diagram.ts';
import { packetsOf, usualPacketsOf, type Traffic } from './traffic.ts';

/** How the packets of some traffic fare. */
export interface Standing {
  readonly fates: Fates;
  /** Packets that may be dropped, rejected or queued. */
  readonly blocked: PacketSet;
  /** Packets that are accepted at any moment. */
  readonly sure: PacketSet;
}

/** What is known of some traffic in one analysis: its most usual packets, which are quickly followed, and all of them. */
interface Known {
  usual?: Standing;
  whole?: Standing;
}

const known = new WeakMap<Analysis, Map<Traffic, Known>>();

function knownOf(analysis: Analysis, traffic: Traffic): Known {
  let standings = known.get(analysis);
  if (standings === undefined) known.set(analysis, standings = new Map());
  let found = standings.get(traffic);
  if (found === undefined) standings.set(traffic, found = {});
  return found;
}

/** With more rules all packets of some traffic take too long to follow together; single ones are looked for instead. */
const MOST_RULES = 1500;

const NOTHING_STOPPED: Standing = { fates: { all: NONE, accepted: NONE, dropped: NONE, rejected: NONE, queued: NONE, translated: NONE }, blocked: NONE, sure: EVERY };

/** How all of the traffic fares; where there are too many rules, a packet that is stopped stands for it, and without one nothing seems to be. */
export function standingOf(analysis: Analysis, traffic: Traffic): Standing {
  const found = knownOf(analysis, traffic);
  found.whole ??= completed(whole(analysis, traffic));
  return found.whole;
}

/** Works out in small steps how traffic fares, as far as the questions below will want to know. */
export function* following(analysis: Analysis, traffics: readonly Traffic[]): Steps<void> {
  for (const traffic of traffics) {
    const found = knownOf(analysis, traffic);
    if (isLarge(analysis)) {
      found.whole ??= yield* whole(analysis, traffic);
      continue;
    }
    found.usual ??= yield* follow(analysis, traffic, usualPacketsOf(analysis.space, traffic));
    const { fates, sure } = found.usual;
    if (sure === NONE || (fates.accepted === NONE && fates.translated === NONE)) found.whole ??= yield* whole(analysis, traffic);
    yield undefined;
  }
}

/** The same with all of the traffic, every packet of which has to get through. */
export function* followingAll(analysis: Analysis, traffic: Traffic): Steps<void> {
  knownOf(analysis, traffic).whole ??= isLarge(analysis) ? yield* anyStopped(analysis, traffic) : yield* whole(analysis, traffic);
}

function* whole(analysis: Analysis, traffic: Traffic): Steps<Standing> {
  const packets = packetsOf(analysis.space, traffic);
  return isLarge(analysis) ? yield* allStopped(analysis, traffic, packets) : yield* follow(analysis, traffic, packets);
}

/** Traffic of which no packet gets through, told by its usual ones; where some does, or that is not known, nothing seems stopped. */
function* allStopped(analysis: Analysis, traffic: Traffic, packets: PacketSet): Steps<Standing> {
  if ((yield* (yield* analysis.searching()).accepted(traffic.packet.path, packets)) !== 'none') return NOTHING_STOPPED;
  const { fates, blocked } = knownOf(analysis, traffic).usual ??= yield* follow(analysis, traffic, usualPacketsOf(analysis.space, traffic));
  return { fates, blocked, sure: NONE };
}

/** A packet of the traffic that does not get through; where none is found, nothing seems stopped. */
function* anyStopped(analysis: Analysis, traffic: Traffic): Steps<Standing> {
  const found = yield* (yield* analysis.searching()).stopped(traffic.packet.path, packetsOf(analysis.space, traffic));
  return found === undefined || found === 'none' ? NOTHING_STOPPED : standing(analysis, found.fates);
}

function usualOf(analysis: Analysis, traffic: Traffic): Standing {
  const found = knownOf(analysis, traffic);
  found.usual ??= completed(follow(analysis, traffic, usualPacketsOf(analysis.space, traffic)));
  return found.usual;
}

/** Whether no packet gets through, not even to another host by NAT. */
export function isShutTo(analysis: Analysis, traffic: Traffic): boolean {
  if (!isLarge(analysis)) {
    const { fates } = usualOf(analysis, traffic);
    if (fates.accepted !== NONE || fates.translated !== NONE) return false;
  }
  const whole = standingOf(analysis, traffic);
  return whole.fates.all !== NONE && whole.fates.accepted === NONE && whole.fates.translated === NONE;
}

/** Whether some packet gets through at any moment. */
export const isSurelyOpenTo = (analysis: Analysis, traffic: Traffic): boolean =>
  (!isLarge(analysis) && usualOf(analysis, traffic).sure !== NONE) || standingOf(analysis, traffic).sure !== NONE;

function* follow(analysis: Analysis, { packet }: Traffic, packets: PacketSet): Steps<Standing> {
  return standing(analysis, yield* analysis.following(packet.path, packets));
}

function standing({ space }: Analysis, fates: Fates): Standing {
  const blocked = [fates.dropped, fates.rejected, fates.queued].reduce<PacketSet>((so, set) => space.union(so, set), NONE);
  return { fates, blocked, sure: space.difference(space.difference(fates.accepted, blocked), fates.translated) };
}

/** Whether there are so many rules that packets are looked for one by one. */
export const isLarge = ({ rules }: Analysis): boolean => rules > MOST_RULES;
