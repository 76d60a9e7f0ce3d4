import { hunksOf, type Hunk } from '../hunks.ts';
import type { Evaluation } from '../shell/evaluate.ts';
import { sameAnswers, sameDemand } from '../shell/invocation.ts';
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
  /** For each step the place of the same one before; -1 where there was none. */
  readonly places: readonly number[];
  /** The lines from `first` to `last` stand in place of those up to `lastBefore`; the others are what they were. */
  readonly first: number;
  readonly last: number;
  readonly lastBefore: number;
  /** Of the lines before and now those with steps that only the one or the other has. */
  readonly touched: ReadonlySet<Line>;
}

/** The steps of an evaluation, of which `at` answers those of one invocation; what is as it was is taken from before. */
export function stepsAfter(layout: Layout, evaluation: Evaluation, at: (place: number) => readonly ScriptStep[], before: Before | undefined): Steps & { readonly kept: Kept | undefined } {
  if (before === undefined) {
    const steps: ScriptStep[] = [];
    return { steps, ends: evaluation.invocations.map((_, place) => put(steps, at(place))), kept: undefined };
  }
  const { first, last } = layout.changedSince(before.layout);
  const lastBefore = before.layout.lines.length - (layout.lines.length - last);
  const joined = new Joined(before, new Set(before.layout.lines.slice(first, lastBefore)));
  for (const hunk of hunksOf(evaluation.invocations.length, before.ends.length, joined.comparing(evaluation))) joined.add(hunk, at);
  joined.goOnTo(before.ends.length);
  const { steps, ends, places, touched } = joined;
  return { steps, ends, kept: { places, first, last, lastBefore, touched } };
}

/** Whether the steps are the same command on the same line; what iptables-restore reads is not compared. */
export const sameStep = (a: ScriptStep, b: ScriptStep): boolean => a === b
  || (a.command !== undefined && a.command === b.command && a.alone === b.alone && a.family === b.family && a.namespace === b.namespace && a.conditional === b.conditional && sameAnswers(a.presence, b.presence) && sameDemand(a.argument, b.argument) && a.reached === b.reached && a.asked === b.asked);

/** Steps of before and others in their order. */
class Joined implements Steps {
  readonly steps: ScriptStep[] = [];
  readonly ends: number[] = [];
  readonly places: number[] = [];
  readonly touched = new Set<Line>();
  private readonly before: Before;
  private readonly gone: ReadonlySet<Line>;
  /** How many invocations of before have been taken over or left out. */
  private count = 0;

  /** `gone`: lines of before that are no more. */
  constructor(before: Before, gone: ReadonlySet<Line>) {
    this.before = before;
    this.gone = gone;
  }

  /** Whether two invocations, one of before, are sure to have the same steps. */
  comparing({ invocations, asked }: Evaluation): (place: number, placeBefore: number) => boolean {
    const { before, before: { evaluation }, gone } = this;
    return (place, placeBefore) => {
      if (invocations[place] !== evaluation.invocations[placeBefore] || asked.has(place) !== evaluation.asked.has(placeBefore)) return false;
      // A line may hold the end of one chunk and the start of the next: behind `#` a backslash joins nothing for a shell.
      for (let step = endAt(before, placeBefore); step < before.ends[placeBefore]!; step++) if (gone.has(before.steps[step]!.alone)) return false;
      return true;
    };
  }

  /** Takes over the invocations of before up to one. */
  goOnTo(placeBefore: number): void {
    const { before, before: { steps, ends }, count } = this;
    const moved = this.steps.length - endAt(before, count);
    for (let step = endAt(before, count); step < endAt(before, placeBefore); step++) {
      this.steps.push(steps[step]!);
      this.places.push(step);
    }
    for (let place = count; place < placeBefore; place++) this.ends.push(ends[place]! + moved);
    this.count = placeBefore;
  }

  /** Puts invocations in the place of others; steps that are what they were go on. */
  add({ start, end, startBefore, endBefore }: Hunk, at: (place: number) => readonly ScriptStep[]): void {
    this.goOnTo(startBefore);
    this.count = endBefore;
    const { steps, places, before, gone } = this;
    const [from, fromBefore] = [steps.length, endAt(before, startBefore)];
    for (let place = start; place < end; place++) this.ends.push(put(steps, at(place)));
    const toBefore = endAt(before, endBefore);
    const isSame = (place: number, placeBefore: number): boolean => {
      const known = before.steps[fromBefore + placeBefore]!;
      return sameStep(steps[from + place]!, known) && !gone.has(known.alone);
    };
    for (const hunk of hunksOf(steps.length - from, toBefore - fromBefore, isSame)) {
      this.keepTo(from + hunk.start, fromBefore + hunk.startBefore);
      for (let place = hunk.start; place < hunk.end; place++) {
        this.touched.add(steps[from + place]!.alone);
        places.push(-1);
      }
      for (let place = hunk.startBefore; place < hunk.endBefore; place++) this.touched.add(before.steps[fromBefore + place]!.alone);
    }
    this.keepTo(steps.length, toBefore);
  }

  /** Lets steps be those of before, up to one that stood at a place there. */
  private keepTo(place: number, placeBefore: number): void {
    for (let at = this.places.length; at < place; at++) {
      const known = placeBefore - (place - at);
      this.steps[at] = this.before.steps[known]!;
      this.places.push(known);
    }
  }
}

/** Puts steps behind others, and answers how many there are then. */
function put(steps: ScriptStep[], more: readonly ScriptStep[]): number {
  for (const step of more) steps.push(step);
  return steps.length;
}

/** How many steps the first invocations have. */
const endAt = ({ ends }: Steps, count: number): number => (count === 0 ? 0 : ends[count - 1]!);
