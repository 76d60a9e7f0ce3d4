import { EVERY, NONE, type PacketSet } from './diagram.ts';
import type { PacketSpace } from './space.ts';

/** Packets that are in the set in one of the rulesets that questions tell apart. */
export function inSomeRuleset(space: PacketSpace, set: PacketSet, known = new Map<PacketSet, PacketSet>()): PacketSet {
  if (set === EVERY || set === NONE) return set;
  let result = known.get(set);
  if (result !== undefined) return result;
  const level = space.level(set);
  const low = inSomeRuleset(space, space.low(set), known);
  const high = inSomeRuleset(space, space.high(set), known);
  result = level >= space.firstQuestion && space.dependenceAt(level) === 'ruleset' ? space.union(low, high) : space.node(level, low, high);
  known.set(set, result);
  return result;
}

/** Packets that are in the set whatever the answers to questions that no field decides. */
export function whateverTheAnswers(space: PacketSpace, set: PacketSet, known = new Map<PacketSet, PacketSet>()): PacketSet {
  if (set === EVERY || set === NONE) return set;
  // Questions come last, so that a set that begins with one depends on nothing else.
  if (space.level(set) >= space.firstQuestion) return NONE;
  let result = known.get(set);
  if (result !== undefined) return result;
  result = space.node(space.level(set), whateverTheAnswers(space, space.low(set), known), whateverTheAnswers(space, space.high(set), known));
  known.set(set, result);
  return result;
}
