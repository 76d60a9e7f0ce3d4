import { stackOf, type Stack } from '../netfilter.ts';
import type { Invocation } from '../shell/invocation.ts';
import type { BoundLine } from './bound-line.ts';
import type { Rerun } from './execution/rerun.ts';

/** What the statuses of a script's commands depend on beside the script. */
export interface StatusContext {
  /** The execution of the lines that are for some tables. */
  executionOf(stack: Stack): Rerun;
  /** What is executed for an invocation: a command, or the lines that an iptables-restore reads. */
  linesOf(invocation: Invocation): readonly BoundLine[];
}

/** How an invocation ended, and how many lines for its tables had been executed before it and with it. */
interface Ended {
  readonly status: number | undefined;
  readonly stack: Stack;
  readonly before: number;
  readonly after: number;
}

/** The statuses of a script before an edit. */
export interface StatusesBefore {
  readonly statuses: Statuses;
  /** Whether the invocation at a place is the one of before, and does what it did. */
  isSame(invocation: Invocation, place: number): boolean;
}

/**
 * Executes the invocations of a script while it is being evaluated, as far as somebody asks how they end. Most scripts
 * never ask, and cost nothing here.
 */
export class Statuses {
  private readonly context: StatusContext;
  private readonly executions = new Map<Stack, Rerun>();
  private readonly ended: Ended[] = [];
  /** As long as every invocation has been the one of before. */
  private before: StatusesBefore | undefined;
  /** Whether invocations were taken back that have been executed, so that nothing is known any more. */
  private isStale = false;
  /** Once anybody has asked, what an edit leaves as it was may depend on the answer. */
  private asked: boolean;

  constructor(context: StatusContext, before?: StatusesBefore) {
    this.context = context;
    this.asked = before?.statuses.asked === true;
    this.before = before?.statuses.isStale === false ? before : undefined;
  }

  /** Comes to the end of the script, lest the statuses of all edits be kept. */
  forgetBefore(): void {
    this.before = undefined;
  }

  /** Whether anybody has asked, now or before an edit. */
  get wasAsked(): boolean {
    return this.asked;
  }

  /** With what the invocation at `step` ends; undefined where nobody knows. */
  statusOf(invocations: readonly Invocation[], step: number): number | undefined {
    this.asked = true;
    if (this.ended.length > invocations.length) this.isStale = true;
    if (this.isStale) return undefined;
    for (let place = this.ended.length; place <= step; place++) this.ended.push(this.again(invocations[place]!, place) ?? this.run(invocations[place]!));
    return this.ended[step]!.status;
  }

  /** Takes the execution back to where an invocation is to come, in whose place and behind which others may. */
  rewind(step: number): void {
    const undone = this.ended.splice(step);
    this.before = undefined;
    for (const { stack, before } of undone.reverse()) this.executionOf(stack).rewind(before);
  }

  /** Goes on behind an invocation as it did before an edit; undefined where that is not sure. */
  private again(invocation: Invocation, place: number): Ended | undefined {
    const { before } = this;
    const ended = before?.statuses.ended[place];
    if (ended === undefined || invocation.tool === 'restore' || !before!.isSame(invocation, place) || this.executionOf(ended.stack) !== before!.statuses.executions.get(ended.stack)) {
      this.before = undefined;
      return undefined;
    }
    this.executionOf(ended.stack).rewind(ended.after);
    return ended;
  }

  private run(invocation: Invocation): Ended {
    const { reached, tool } = invocation;
    const stack = stackOf(invocation);
    const execution = this.executionOf(stack);
    const before = execution.count;
    if (!reached) return { status: undefined, stack, before, after: before };
    let status: number | undefined;
    for (const line of this.context.linesOf(invocation)) status = execution.execute(line);
    return { status: tool === 'restore' ? execution.endRestore() : status, stack, before, after: execution.count };
  }

  private executionOf(stack: Stack): Rerun {
    let execution = this.executions.get(stack);
    if (execution === undefined) {
      this.executions.set(stack, execution = this.context.executionOf(stack));
      execution.rewind(0);
    }
    return execution;
  }
}
