import { sharedEnds, type SharedEnds } from '../shared-ends.ts';
import type { Evaluation } from '../shell/evaluate.ts';
import { sameDemand } from '../shell/invocation.ts';
import type { Line } from '../syntax/line.ts';
import type { Layout } from './layout.ts';
import type { ScriptStep } from './script.ts';

/** The steps of a script, and how many there are up to each invocation and with it. */
export interface Steps {
  readonly steps: readonly ScriptStep[];
  readonly ends: readonly number[];
}

/** A script as it was before an edit. */
export interface Before extends Steps {
  readonly layout: Layout;
  readonly evaluation: Evaluation;
}

/** What an edit has left as it was. */
export interface Kept {
  /** How many steps at the start, and at the end. */
  readonly start: number;
  readonly end: number;
  /** The lines from `first` to `last` stand in place of those up to `lastBefore`; the steps of all others are kept. */
  readonly first: number;
  readonly last: number;
  readonly lastBefore: number;
}

/** The steps of an evaluation, of which `at` answers those of one invocation; what stands outside of an edit is taken from before. */
export function stepsAfter(layout: Layout, evaluation: Evaluation, at: (place: number) => readonly ScriptStep[], before: Before | undefined): Steps & { readonly kept: Kept | undefined } {
  const lines = before && editedLines(layout, evaluation, before);
  if (before !== undefined && lines !== undefined) {
    const places = keptPlaces(evaluation, at, before, new Set(layout.lines.slice(lines.first, lines.last)));
    const result = joined(evaluation, at, before, places);
    const kept = { ...lines, start: endAt(before, places.start), end: before.steps.length - endAt(before, before.ends.length - places.end) };
    if (standInside(result.steps, kept, layout, kept.last) && standInside(before.steps, kept, before.layout, kept.lastBefore)) return { ...result, kept };
  }
  return { ...joined(evaluation, at, { steps: [], ends: [] }, { start: 0, end: 0 }), kept: undefined };
}

/** The lines of the chunks that were read anew; undefined where those are not all that is new. */
function editedLines(layout: Layout, { trail }: Evaluation, { layout: before }: Before): Pick<Kept, 'first' | 'last' | 'lastBefore'> | undefined {
  const { start, end, areNew } = trail.edited;
  if (!areNew) return undefined;
  const [first, last] = [layout.placeOf(start), layout.placeOf(end)];
  // A line may hold the end of one chunk and the start of the next: behind `#` a backslash joins nothing for a shell.
  if (layout.startOf(first) !== start || layout.startOf(last) !== end) return undefined;
  const changed = layout.changedSince(before);
  return changed.first < first || changed.last > last ? undefined : { first, last, lastBefore: before.lines.length - (layout.lines.length - last) };
}

/** How many invocations at the start and at the end do the same on the same lines. */
function keptPlaces({ invocations, asked }: Evaluation, at: (place: number) => readonly ScriptStep[], before: Before, edited: ReadonlySet<Line>): SharedEnds {
  const { invocations: known, asked: askedBefore } = before.evaluation;
  const isSame = (place: number, placeBefore: number): boolean => (invocations[place] === known[placeBefore]
    ? asked.has(place) === askedBefore.has(placeBefore)
    // What was evaluated anew may well be what it was.
    : invocations[place]!.command === known[placeBefore]!.command && sameSteps(at(place), before.steps.slice(endAt(before, placeBefore), endAt(before, placeBefore + 1)), edited));
  return sharedEnds(invocations, known, isSame);
}

function sameSteps(steps: readonly ScriptStep[], before: readonly ScriptStep[], edited: ReadonlySet<Line>): boolean {
  return steps.length === before.length && steps.every((step, index) => sameStep(step, before[index]!) && !edited.has(step.alone));
}

/** Whether the steps are the same command on the same line; what iptables-restore reads is not compared. */
export const sameStep = (a: ScriptStep, b: ScriptStep): boolean => a === b
  || (a.command !== undefined && a.command === b.command && a.alone === b.alone && a.family === b.family && a.conditional === b.conditional && sameDemand(a.argument, b.argument) && a.reached === b.reached && a.asked === b.asked);

function joined({ invocations }: Evaluation, at: (place: number) => readonly ScriptStep[], before: Steps, { start, end }: SharedEnds): Steps {
  const steps = before.steps.slice(0, endAt(before, start));
  const ends = before.ends.slice(0, start);
  for (let place = start; place < invocations.length - end; place++) {
    for (const step of at(place)) steps.push(step);
    ends.push(steps.length);
  }
  const firstBehind = before.ends.length - end;
  const moved = steps.length - endAt(before, firstBehind);
  for (let place = endAt(before, firstBehind); place < before.steps.length; place++) steps.push(before.steps[place]!);
  for (let place = firstBehind; place < before.ends.length; place++) ends.push(before.ends[place]! + moved);
  return { steps, ends };
}

/** How many steps the first invocations have. */
const endAt = ({ ends }: Steps, count: number): number => (count === 0 ? 0 : ends[count - 1]!);

/** Whether the steps that are not kept all stand on edited lines. */
function standInside(steps: readonly ScriptStep[], { start, end, first }: Kept, { lines }: Layout, last: number): boolean {
  if (start === steps.length - end) return true;
  const edited = new Set(lines.slice(first, last));
  for (let place = start; place < steps.length - end; place++) if (!edited.has(steps[place]!.alone)) return false;
  return true;
}
