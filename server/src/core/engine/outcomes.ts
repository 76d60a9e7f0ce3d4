import type { Writable } from '../writable.ts';
import type { Packet } from './packet.ts';
import type { Fate, Outcome, Result, Step } from './result.ts';

/**
 * One answer out of the fates that a packet may have; at least one. The verdict is UNKNOWN where they differ in what becomes
 * of the packet; where only the ways differ, or what is sent back, it is theirs, and `outcomes` lists the ways.
 */
export function combine(fates: readonly Fate[], complete: boolean): Result {
  const [first] = fates;
  if (fates.length === 1) return completed(first!, complete);
  const steps = commonSteps(fates);
  const assumptions = shared(fates);
  const ways = groupBy(fates, (fate) => `${fateKey(fate)} ${wayKey(fate.steps)} ${answerKey(fate)} ${wayKey(fate.answer?.steps ?? [])}`);
  if (ways.length === 1) return { ...first!, assumptions, complete };
  const outcomes = ways.map((courses): Outcome => ({ ...courses[0]!, assumptions: shared(courses), courses: courses.map((fate) => fate.assumptions) }));
  if (groupBy(fates, fateKey).length === 1) return { ...withAnswerOf(fates), steps, assumptions, outcomes, complete };
  return { verdict: 'UNKNOWN', steps, packet: commonPacket(outcomes), assumptions, routedBy: first!.routedBy, outcomes, complete };
}

/** The fate itself as the result, for a spread would cost as much as a table's rules. */
function completed(fate: Fate & { complete?: boolean }, complete: boolean): Result {
  fate.complete = complete;
  return fate as Result;
}

function groupBy(fates: readonly Fate[], key: (fate: Fate) => string): Fate[][] {
  const groups = new Map<string, Fate[]>();
  for (const fate of fates) {
    const group = groups.get(key(fate));
    if (group === undefined) groups.set(key(fate), [fate]);
    else group.push(fate);
  }
  return [...groups.values()];
}

/** Equal for ways that meet the same rules. */
function wayKey(steps: readonly Step[]): string {
  return steps.filter(({ matched }) => matched === true).map(({ hook, table, chain, number }) => `${hook} ${table} ${chain} ${number}`).join();
}

/** What all fates take as given. */
function shared(fates: readonly Fate[]): readonly string[] {
  return fates[0]!.assumptions.filter((text) => fates.every((fate) => fate.assumptions.includes(text)));
}

/** The first fate, of what is sent back only what all have. */
function withAnswerOf(fates: readonly Fate[]): Fate {
  const fate: Writable<Fate> = { ...fates[0]! };
  if (groupBy(fates, answerKey).length > 1) {
    delete fate.answer;
    delete fate.noAnswer;
  }
  return fate;
}

const answerKey = ({ answer }: Fate): string => (answer === undefined ? '' : `${answer.verdict} ${answer.packet.tcpFlags ?? ''}`);

/** Equal for fates in which the same becomes of the packet: verdict, and the packet as it leaves. */
function fateKey({ verdict, rejectWith, packet, reason }: Fate): string {
  const leaves = verdict === 'ACCEPT' || verdict === 'QUEUE' ? fieldsKey(packet) : '';
  return `${verdict} ${rejectWith ?? ''} ${verdict === 'UNKNOWN' ? (reason ?? '') : ''} ${leaves}`;
}

function fieldsKey(packet: Packet): string {
  return Object.entries(packet).map(([key, value]) => `${key}=${key === 'inner' ? '' : String(value)}`).join(' ');
}

/** The steps that all courses share up to where they part, that one marked as unknown. */
function commonSteps(fates: readonly Fate[]): readonly Step[] {
  const [first, ...others] = fates.map((fate) => fate.steps);
  const common: Step[] = [];
  for (const [index, step] of first!.entries()) {
    const theirs = others.map((steps) => steps[index]);
    if (theirs.every((other) => other !== undefined && sameStep(step, other))) {
      common.push(step);
      continue;
    }
    const unknown = [step, ...theirs].find((candidate) => candidate?.matched === 'unknown');
    if (unknown !== undefined) common.push(unknown);
    break;
  }
  return common;
}

function sameStep(a: Step, b: Step): boolean {
  return a.rule === b.rule && a.hook === b.hook && a.chain === b.chain && a.matched === b.matched;
}

/** The packet with what the fates differ in left open. */
function commonPacket(fates: readonly Fate[]): Packet {
  const [first, ...others] = fates.map((fate) => fate.packet);
  const open = Object.fromEntries(Object.entries(first!).filter(([key, value]) => others.some((other) => other[key as keyof Packet] !== value)).map(([key]) => [key, undefined]));
  return { ...first!, ...open, path: first!.path, moreFragments: first!.moreFragments };
}
