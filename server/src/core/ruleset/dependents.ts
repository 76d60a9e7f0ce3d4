import type { Hunk } from '../hunks.ts';
import type { Line } from '../syntax/line.ts';
import type { ScriptStep } from './script-step.ts';

/** What some commands of a script depend on. */
export interface Dependence {
  readonly origin: string;
  /** The place of the first step that depends on it. */
  readonly first: number;
  /** How many commands do. */
  readonly count: number;
}

/** The commands that depend on one thing. */
interface Dependent {
  /** How many there are, each counted once, however often it runs. */
  count: number;
  /** Where on each line the steps stand that do, each as often as it comes. */
  readonly starts: Map<Line, number[]>;
}

/** Whether the script comes to a step of which nobody knows whether it runs. */
export const isDoubtful = (step: ScriptStep): boolean => step.conditional !== undefined && step.reached;

/** Counts the commands of a script that depend on something which nobody knows; an edit costs as much as it changes. */
export class Dependents {
  private readonly byOrigin = new Map<string, Dependent>();

  /** Counts steps that have come in the place of others. */
  change(hunks: readonly Hunk[], steps: readonly ScriptStep[], before: readonly ScriptStep[]): void {
    for (const { start, end, startBefore, endBefore } of hunks) {
      for (let place = startBefore; place < endBefore; place++) if (isDoubtful(before[place]!)) this.remove(before[place]!);
      for (let place = start; place < end; place++) if (isDoubtful(steps[place]!)) this.add(steps[place]!);
    }
  }

  /** What they depend on, in the order in which the script comes to it; `doubtful`: the places of all doubtful ones of the steps. */
  dependences(steps: readonly ScriptStep[], doubtful: readonly number[]): readonly Dependence[] {
    const found = new Map<string, Dependence>();
    let last: string | undefined;
    for (const place of doubtful) {
      const origin = steps[place]!.conditional!;
      // What a script asks it mostly asks for many commands on end.
      if (origin === last) continue;
      last = origin;
      if (!found.has(origin)) found.set(origin, { origin, first: place, count: this.byOrigin.get(origin)!.count });
      if (found.size === this.byOrigin.size) break;
    }
    return [...found.values()];
  }

  private add({ conditional, alone, command }: ScriptStep): void {
    let dependent = this.byOrigin.get(conditional!);
    if (dependent === undefined) this.byOrigin.set(conditional!, dependent = { count: 0, starts: new Map() });
    const start = startOf(command);
    const starts = dependent.starts.get(alone);
    if (starts?.includes(start) !== true) dependent.count++;
    if (starts === undefined) dependent.starts.set(alone, [start]);
    else starts.push(start);
  }

  private remove({ conditional, alone, command }: ScriptStep): void {
    const dependent = this.byOrigin.get(conditional!)!;
    const start = startOf(command);
    const starts = dependent.starts.get(alone)!;
    starts.splice(starts.indexOf(start), 1);
    if (!starts.includes(start)) dependent.count--;
    if (starts.length === 0) dependent.starts.delete(alone);
    if (dependent.count === 0) this.byOrigin.delete(conditional!);
  }
}

/** Where on its line a step's command begins; what iptables-restore reads is all of its line. */
const startOf = (command: ScriptStep['command']): number => command?.program.start ?? 0;
