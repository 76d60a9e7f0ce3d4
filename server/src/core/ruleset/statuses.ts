import type { Family } from '../netfilter.ts';
import type { Invocation } from '../shell/invocation.ts';
import type { BoundLine } from './build.ts';
import type { Rerun } from './execution/rerun.ts';

/** What the statuses of a script's commands depend on beside the script. */
export interface StatusContext {
  /** The execution of the lines of a family. */
  executionOf(family: Family): Rerun;
  /** What is executed for an invocation: a command, or the lines that an iptables-restore reads. */
  linesOf(invocation: Invocation): readonly BoundLine[];
}

/** How an invocation ended, and how many lines of its family had been executed before it. */
interface Ended {
  readonly status: number | undefined;
  readonly family: Family;
  readonly before: number;
}

/**
 * Executes the invocations of a script while it is being evaluated, as far as somebody asks how they end. Most scripts
 * never ask, and cost nothing here.
 */
export class Statuses {
  private readonly context: StatusContext;
  private readonly executions = new Map<Family, Rerun>();
  private readonly ended: Ended[] = [];
  /** Whether invocations were taken back that have been executed, so that nothing is known any more. */
  private isStale = false;
  private asked = false;

  constructor(context: StatusContext) {
    this.context = context;
  }

  /** Whether anybody has asked. */
  get wasAsked(): boolean {
    return this.asked;
  }

  /** With what the invocation at `step` ends; undefined where nobody knows. */
  statusOf(invocations: readonly Invocation[], step: number): number | undefined {
    this.asked = true;
    if (this.ended.length > invocations.length) this.isStale = true;
    if (this.isStale) return undefined;
    while (this.ended.length <= step) this.ended.push(this.run(invocations[this.ended.length]!));
    return this.ended[step]!.status;
  }

  /** Takes the execution back to where an invocation is to come, in whose place and behind which others may. */
  rewind(step: number): void {
    const undone = this.ended.splice(step);
    for (const { family, before } of undone.reverse()) this.executionOf(family).rewind(before);
  }

  private run(invocation: Invocation): Ended {
    const { family, reached, tool } = invocation;
    const execution = this.executionOf(family);
    const before = execution.count;
    if (!reached) return { status: undefined, family, before };
    let status: number | undefined;
    for (const line of this.context.linesOf(invocation)) status = execution.execute(line);
    return { status: tool === 'restore' ? execution.endRestore() : status, family, before };
  }

  private executionOf(family: Family): Rerun {
    let execution = this.executions.get(family);
    if (execution === undefined) {
      this.executions.set(family, execution = this.context.executionOf(family));
      execution.rewind(0);
    }
    return execution;
  }
}
