import type { Hunk } from '../hunks.ts';
import type { Line } from '../syntax/line.ts';
import { Tally } from '../tally.ts';
import type { ScriptStep } from './script-step.ts';

/** How many steps of a script stand on each of its lines; an edit costs as much as it changes. */
export class StepCounts {
  private readonly counts = new Tally<Line>();

  /** Counts steps that have come in the place of others. */
  change(hunks: readonly Hunk[], steps: readonly ScriptStep[], before: readonly ScriptStep[]): void {
    for (const { start, end, startBefore, endBefore } of hunks) {
      for (let place = startBefore; place < endBefore; place++) this.counts.add(before[place]!.alone, -1);
      for (let place = start; place < end; place++) this.counts.add(steps[place]!.alone, 1);
    }
  }

  /** How many stand on some lines. */
  of(lines: ReadonlySet<Line>): number {
    let count = 0;
    for (const line of lines) count += this.counts.of(line);
    return count;
  }

  /** The steps on some lines in their order; `hunks`: where those stand that came last. */
  on(lines: ReadonlySet<Line>, steps: readonly ScriptStep[], hunks: readonly Hunk[]): readonly ScriptStep[] {
    const isOn = ({ alone }: ScriptStep): boolean => lines.has(alone);
    const last = hunks.flatMap(({ start, end }) => steps.slice(start, end).filter(isOn));
    // Elsewhere stand only those of lines that are run more than once.
    return last.length === this.of(lines) ? last : steps.filter(isOn);
  }
}
