import type { Family } from '../../netfilter.ts';
import type { BoundLine } from '../build.ts';
import type { Ruleset } from '../model.ts';
import { Execution } from './execution.ts';
import type { ExecutionStart } from './state.ts';
import { unchangedTables } from './unchanged.ts';

/** How many lines lie between the first marks, and how much farther apart others are: a mark costs more the more it holds. */
const NEAREST = 64;
const SPREAD = 1.125;

/** An execution as it was after some of the lines. */
interface Mark {
  readonly at: number;
  readonly execution: Execution;
}

/**
 * The execution of lines that are mostly those of the last time: how the first ones end is remembered, and from the first
 * other one on they are executed from the last mark before it.
 */
export class Rerun {
  readonly from: Ruleset | undefined;
  private readonly marks: Mark[];
  /** The lines that were executed last, and with what each ended. */
  private readonly lines: BoundLine[] = [];
  private readonly statuses: (number | undefined)[] = [];
  /** With what an iptables-restore ended whose last line is the one before this place. */
  private readonly restores = new Map<number, number | undefined>();
  /** What has come of the lines so far; `lines` may go on. */
  private execution: Execution;
  private executed = 0;
  private position = 0;
  private finished: { readonly position: number; readonly ruleset: Ruleset } | undefined;
  /** The ruleset that was asked for last, whose chains go on where they stay the same. */
  private last: Ruleset | undefined;

  constructor(family: Family, start: ExecutionStart) {
    this.from = start.from;
    this.execution = new Execution(family, start);
    this.marks = [{ at: 0, execution: this.execution.copy() }];
  }

  /** How many lines have been executed. */
  get count(): number {
    return this.position;
  }

  /** Goes back to where only so many lines have been executed. */
  rewind(count: number): void {
    this.position = count;
  }

  /** Executes a line, and answers the status with which iptables ends, if it is a command. */
  execute(line: BoundLine): number | undefined {
    if (this.lines[this.position] === line) return this.statuses[this.position++];
    this.catchUp();
    this.forgetBehind();
    const status = this.execution.execute(line);
    this.lines.push(line);
    this.statuses.push(status);
    this.executed = ++this.position;
    if (this.position >= this.marks.at(-1)!.at * SPREAD + NEAREST && this.execution.isBetween) this.marks.push({ at: this.position, execution: this.execution.copy() });
    return status;
  }

  /** Ends the iptables-restore that has read the last lines, and answers its status. */
  endRestore(): number | undefined {
    if (!this.restores.has(this.position)) {
      this.catchUp();
      this.restores.set(this.position, this.execution.endRestore());
    }
    return this.restores.get(this.position);
  }

  /** What the lines executed so far leave behind. */
  finish(): Ruleset {
    this.catchUp();
    if (this.finished?.position !== this.position) {
      const ruleset = this.execution.copy().finish();
      const tables = this.last === undefined ? ruleset.tables : unchangedTables(ruleset.tables, this.last.tables);
      this.finished = { position: this.position, ruleset: { ...ruleset, tables } };
    }
    const { ruleset } = this.finished;
    this.last = ruleset;
    // A ruleset of its own tells that the text may be another.
    return { ...ruleset };
  }

  /** Brings the execution to the place up to which lines are asked for. */
  private catchUp(): void {
    if (this.executed === this.position) return;
    const mark = this.marks.findLast(({ at }) => at <= this.position)!;
    if (this.executed > this.position || mark.at > this.executed) {
      this.execution = mark.execution.copy();
      this.executed = mark.at;
    }
    for (; this.executed < this.position; this.executed++) this.execution.execute(this.lines[this.executed]!);
  }

  /** Forgets the lines of the last time that do not come this time. */
  private forgetBehind(): void {
    const { position } = this;
    if (this.lines.length === position) return;
    this.lines.length = this.statuses.length = position;
    while (this.marks.at(-1)!.at > position) this.marks.pop();
    for (const place of this.restores.keys()) if (place > position) this.restores.delete(place);
    if (this.finished !== undefined && this.finished.position > position) this.finished = undefined;
  }
}
