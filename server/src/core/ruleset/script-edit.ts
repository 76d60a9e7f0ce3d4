import { carriedOver, hunksOf, type Hunk } from '../hunks.ts';
import type { Evaluation } from '../shell/evaluate.ts';
import type { Invocation } from '../shell/invocation.ts';
import type { Line } from '../syntax/line.ts';
import type { Changed, Layout } from './layout.ts';
import { sameStep, type ScriptStep } from './script-step.ts';
import type { StepCounts } from './step-counts.ts';

/** The steps of a script, and how many there are up to each invocation and with it. */
export interface Steps {
  readonly steps: readonly ScriptStep[];
  readonly ends: readonly number[];
}

/** A script as it was before an edit. */
export interface Before extends Steps {
  readonly counts: StepCounts;
  readonly layout: Layout;
  readonly evaluation: Evaluation;
}

/** What an edit has left as it was. */
export interface Kept extends Changed {
  /** Steps that stand in the place of those of before; the others are the same, one after the other. */
  readonly hunks: readonly Hunk[];
  /** Of the lines before and now those with steps that only the one or the other has. */
  readonly touched: ReadonlySet<Line>;
}

/** The steps of an evaluation, of which `at` answers those of one invocation; what is as it was is taken from before. */
export function stepsAfter(layout: Layout, evaluation: Evaluation, at: (place: number) => readonly ScriptStep[], before: Before | undefined): Steps & { readonly kept: Kept | undefined } {
  if (before === undefined) {
    const steps: ScriptStep[] = [];
    return { steps, ends: evaluation.invocations.map((_, place) => put(steps, at(place))), kept: undefined };
  }
  const changed = layout.changedSince(before.layout);
  const gone = goneLines(layout, before);
  const joined = new Joined(before, gone, new Set(layout.lines.slice(changed.first, changed.last).filter((line) => gone.has(line))));
  for (const hunk of joined.hunksTo(evaluation)) joined.add(hunk, at);
  joined.goOnTo(before.ends.length);
  const { steps, ends, hunks, touched } = joined;
  return { steps, ends, kept: { hunks, ...changed, touched } };
}

/** The lines of before that are no more, or stand elsewhere. */
export const goneLines = (layout: Layout, before: Before): ReadonlySet<Line> => {
  const { first, lastBefore } = layout.changedSince(before.layout);
  return new Set(before.layout.lines.slice(first, lastBefore));
};

/** Whether an invocation is the one of before at a place, on lines that are not gone. */
export const sameInvocation = (before: Before, gone: ReadonlySet<Line>) => (invocation: Invocation, place: number): boolean =>
  invocation === before.evaluation.invocations[place] && !standsOn(gone, before, place);

/** Whether a step of an invocation stands on some lines. A line may hold the end of one chunk and the start of the next: behind `#` a backslash joins nothing for a shell. */
function standsOn(lines: ReadonlySet<Line>, { steps, ends }: Steps, place: number): boolean {
  for (let step = place === 0 ? 0 : ends[place - 1]!; step < ends[place]!; step++) if (lines.has(steps[step]!.alone)) return true;
  return false;
}

/** Steps of before and others in their order. */
class Joined implements Steps {
  readonly ends: number[] = [];
  /** Steps that stand in the place of others. */
  readonly hunks: Hunk[] = [];
  readonly touched = new Set<Line>();
  /** The steps of the hunks, in their order. */
  private readonly others: ScriptStep[] = [];
  private readonly before: Before;
  private readonly gone: ReadonlySet<Line>;
  private readonly back: ReadonlySet<Line>;
  /** How many invocations of before have been taken over or left out, and how many more steps there are now than up to there before. */
  private count = 0;
  private more = 0;

  /** `gone`: lines of before that are no more, or have come `back`: what these say is read anew. */
  constructor(before: Before, gone: ReadonlySet<Line>, back: ReadonlySet<Line>) {
    this.before = before;
    this.gone = gone;
    this.back = back;
  }

  /** Invocations that stand in the place of those of before; the others are sure to have the same steps. */
  hunksTo({ invocations, asked }: Evaluation): readonly Hunk[] {
    const { before, before: { evaluation, counts, steps }, gone } = this;
    const areAsked = asked.size > 0 || evaluation.asked.size > 0;
    const isSame = (place: number, placeBefore: number): boolean =>
      invocations[place] === evaluation.invocations[placeBefore] && (!areAsked || asked.has(place) === evaluation.asked.has(placeBefore));
    const hunks = hunksOf(invocations.length, evaluation.invocations.length, isSame);
    const [only] = gone;
    const isGone = gone.size === 1 ? (line: Line): boolean => line === only : (line: Line): boolean => gone.has(line);
    let left = counts.of(gone);
    for (const { startBefore, endBefore } of hunks) for (let step = endAt(before, startBefore); left > 0 && step < endAt(before, endBefore); step++) if (isGone(steps[step]!.alone)) left--;
    // Thousands are compared, and hardly ever does one of the others stand on a line that is gone.
    return left === 0 ? hunks : hunksOf(invocations.length, evaluation.invocations.length, (place, placeBefore) => isSame(place, placeBefore) && !standsOn(gone, before, placeBefore));
  }

  /** The steps of before, with those of the hunks in the place of others. */
  get steps(): readonly ScriptStep[] {
    let next = 0;
    return carriedOver(this.before.steps, this.hunks, () => this.others[next++]!);
  }

  /** Takes over the invocations of before up to one. */
  goOnTo(placeBefore: number): void {
    const { before: { ends }, more } = this;
    for (let place = this.count; place < placeBefore; place++) this.ends.push(ends[place]! + more);
    this.count = placeBefore;
  }

  /** Puts invocations in the place of others; steps that are what they were go on. */
  add({ start, end, startBefore, endBefore }: Hunk, at: (place: number) => readonly ScriptStep[]): void {
    this.goOnTo(startBefore);
    this.count = endBefore;
    const { before, back, others, touched } = this;
    const [fromBefore, toBefore] = [endAt(before, startBefore), endAt(before, endBefore)];
    const from = fromBefore + this.more;
    const steps: ScriptStep[] = [];
    for (let place = start; place < end; place++) this.ends.push(from + put(steps, at(place)));
    const isSame = (place: number, placeBefore: number): boolean => {
      const known = before.steps[fromBefore + placeBefore]!;
      return sameStep(steps[place]!, known) && (back.size === 0 || !back.has(known.alone));
    };
    for (const hunk of hunksOf(steps.length, toBefore - fromBefore, isSame)) {
      for (let place = hunk.start; place < hunk.end; place++) {
        touched.add(steps[place]!.alone);
        others.push(steps[place]!);
      }
      for (let place = hunk.startBefore; place < hunk.endBefore; place++) touched.add(before.steps[fromBefore + place]!.alone);
      this.hunks.push({ start: from + hunk.start, end: from + hunk.end, startBefore: fromBefore + hunk.startBefore, endBefore: fromBefore + hunk.endBefore });
    }
    this.more += steps.length - (toBefore - fromBefore);
  }
}

/** Puts steps behind others, and answers how many there are then. */
function put(steps: ScriptStep[], more: readonly ScriptStep[]): number {
  for (const step of more) steps.push(step);
  return steps.length;
}

/** How many steps the first invocations have. */
const endAt = ({ ends }: Steps, count: number): number => (count === 0 ? 0 : ends[count - 1]!);
