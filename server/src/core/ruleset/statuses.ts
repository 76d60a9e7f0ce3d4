import type { Backend, Family } from '../netfilter.ts';
import type { Invocation } from '../shell/invocation.ts';
import type { BoundLine } from './build.ts';
import { Execution } from './execution/execution.ts';
import type { Ruleset } from './model.ts';

/** What the statuses of a script's commands depend on beside the script. */
export interface StatusContext {
  readonly backend: Backend;
  /** What the kernel holds of a family before the first line. */
  from(family: Family): Ruleset | undefined;
  /** What is executed for an invocation: a command, or the lines that an iptables-restore reads. */
  linesOf(invocation: Invocation): readonly BoundLine[];
}

/**
 * Executes the invocations of a script while it is being evaluated, as far as somebody asks how they end. Most scripts
 * never ask, and cost nothing here.
 */
export class Statuses {
  private readonly context: StatusContext;
  private readonly executions = new Map<Family, Execution>();
  private readonly statuses: (number | undefined)[] = [];
  /** Whether invocations were taken back that have been executed, so that nothing is known any more. */
  private isStale = false;

  constructor(context: StatusContext) {
    this.context = context;
  }

  /** Whether anybody has asked. */
  get wasAsked(): boolean {
    return this.statuses.length > 0;
  }

  /** With what the invocation at `step` ends; undefined where nobody knows. */
  statusOf(invocations: readonly Invocation[], step: number): number | undefined {
    if (this.statuses.length > invocations.length) this.isStale = true;
    if (this.isStale) return undefined;
    while (this.statuses.length <= step) this.statuses.push(this.run(invocations[this.statuses.length]!));
    return this.statuses[step];
  }

  private run(invocation: Invocation): number | undefined {
    if (!invocation.reached) return undefined;
    const execution = this.executionOf(invocation.family);
    const lines = this.context.linesOf(invocation);
    if (invocation.tool === 'restore') return execution.restore(lines[0]?.restore ?? { options: invocation.restore!, conditional: undefined }, lines);
    return execution.execute(lines[0]!);
  }

  private executionOf(family: Family): Execution {
    let execution = this.executions.get(family);
    if (execution === undefined) this.executions.set(family, execution = new Execution(family, { backend: this.context.backend, from: this.context.from(family) }));
    return execution;
  }
}
