import { withMore } from '../../hunks.ts';
import type { Family } from '../../netfilter.ts';
import { readsOn, type BoundLine } from '../bound-line.ts';
import type { Ruleset } from '../model.ts';
import { Execution } from './execution.ts';
import { lastsFor } from './heed.ts';
import type { ExecutionStart } from './state.ts';
import { unchangedTables } from './unchanged.ts';

/** How many lines lie between the first marks, and how much farther apart others are: a mark costs more the more it holds. */
const NEAREST = 64;
const SPREAD = 1.125;

/** At how many of the places that were edited last marks are left: where somebody types, the next letter follows. */
const MOST_EDITED = 4;

/** Among how many others what came before is looked for again, and of how many lines it is worth to be kept. */
const MOST_OTHERS = 256;

/** To look whether lines heed a difference takes a fraction of what it takes to execute them. */
const LOOK = 1 / 16;

/** How often in one run that look may have been worth less than it took before others are put off, each twice as long: many lines may use one variable. */
const MOST_VAIN = 2;

/** An execution as it was after some of the lines. */
interface Mark {
  at: number;
  readonly execution: Execution;
  /** The how manieth edit left it, where one did. */
  readonly edit?: number;
}

/** Lines that were executed the last time from a place on at which others came this time. */
interface Former {
  readonly start: number;
  /** What had come of the lines before them. */
  readonly execution: Execution;
  readonly lines: readonly BoundLine[];
  readonly statuses: readonly (number | undefined)[];
  readonly marks: readonly Mark[];
  readonly restores: readonly (readonly [number, number | undefined])[];
}

/**
 * The execution of lines that are mostly those of the last time: how the first ones end is remembered, and from the first
 * other one on they are executed from the last mark before it. Where those of the last time come again, and none of them
 * heeds what the others have made different, that difference is made in what came of them.
 */
export class Rerun {
  readonly from: Ruleset | undefined;
  readonly namespace: string | undefined;
  private marks: Mark[];
  /** How many edits have left marks. */
  private edits = 0;
  /** The lines that were executed last, and with what each ended. */
  private lines: BoundLine[] = [];
  private statuses: (number | undefined)[] = [];
  /** With what an iptables-restore ended whose last line is the one before this place. */
  private readonly restores = new Map<number, number | undefined>();
  /** What has come of the lines so far; `lines` may go on. */
  private execution: Execution;
  private executed = 0;
  private position = 0;
  private former: Former | undefined;
  /** Lines of a time before that, which may come again: a rule that is being typed may end what reads it, or the script, until it is whole. */
  private earlier: Former | undefined;
  /** For how many lines those have been looked for this time. */
  private sought = 0;
  /** How often what came before was looked for in vain, and up to where it has to lead this time. */
  private vain = 0;
  private worth = Infinity;
  private finished: { readonly position: number; readonly ruleset: Ruleset } | undefined;
  /** The ruleset that was asked for last, whose chains go on where they stay the same. */
  private last: Ruleset | undefined;

  constructor(family: Family, start: ExecutionStart) {
    this.from = start.from;
    this.namespace = start.namespace;
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
    this.vain = 0;
    this.sought = 0;
    this.worth = Infinity;
  }

  /** Executes a line, and answers the status with which iptables ends, if it is a command. */
  execute(line: BoundLine): number | undefined {
    if (this.lines[this.position] === line) return this.statuses[this.position++];
    this.markEnd();
    this.catchUp(line);
    this.leaveBehind();
    if (this.returnsTo(line)) return this.statuses[this.position++];
    const status = this.execution.execute(line);
    this.lines.push(line);
    this.statuses.push(status);
    this.executed = ++this.position;
    if (this.position >= this.marks.at(-1)!.at * SPREAD + NEAREST) this.marks.push({ at: this.position, execution: this.execution.copy() });
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
    this.keep(this.former);
    this.former = undefined;
    const { ruleset } = this.finished;
    this.last = ruleset;
    // A ruleset of its own tells that the text may be another.
    return { ...ruleset };
  }

  /** Brings the execution to the place up to which lines are asked for, and where this one may follow. */
  private catchUp(next?: BoundLine): void {
    const { lines, executed, position } = this;
    const isCut = this.isCutBefore(executed < position ? lines[executed] : next);
    if (executed === position && !isCut) return;
    const mark = this.marks.findLast(({ at, execution }) => at <= position && !this.hasEnded(execution, at, at < position ? lines[at] : next))!;
    if (executed > position || mark.at > executed || isCut) {
      this.execution = mark.execution.copy();
      this.executed = mark.at;
    }
    for (; this.executed < position; this.executed++) this.execution.execute(lines[this.executed]!);
  }

  /** Keeps what has come of all lines, before it goes back to one of them. */
  private markEnd(): void {
    const { execution, executed, lines, marks, position } = this;
    // An iptables-restore that was ended there may have more to read the next time.
    if (executed === lines.length && position < executed && marks.at(-1)!.at < executed && !this.isCutBefore(lines[executed - 1])) marks.push({ at: executed, execution });
  }

  /** Whether the execution has ended an iptables-restore that is to read the line, too. */
  private isCutBefore(line: BoundLine | undefined): boolean {
    return this.hasEnded(this.execution, this.executed, line);
  }

  /** Whether an execution of the first lines has ended an iptables-restore that is to read the line behind them, too. */
  private hasEnded(execution: Execution, count: number, line: BoundLine | undefined): boolean {
    return execution.isBetween && readsOn(this.lines[count - 1], line);
  }

  /** Puts aside the lines of the last time that do not come now. */
  private leaveBehind(): void {
    const { position, lines, statuses, former } = this;
    if (lines.length === position) return;
    if (position >= this.worth) this.vain = 0;
    const behind = { lines: lines.splice(position), statuses: statuses.splice(position), marks: this.marks.splice(this.marks.findLastIndex(({ at }) => at <= position) + 1), restores: [...this.restores].filter(([place]) => place > position) };
    for (const [place] of behind.restores) this.restores.delete(place);
    if (this.finished !== undefined && this.finished.position > position) this.finished = undefined;
    // Lines that came in the place of others may themselves come no more.
    if (former !== undefined && former.start <= position) return;
    this.former = !this.isCutBefore(behind.lines[0]) ? { start: position, execution: this.execution.copy(), ...behind } : undefined;
    this.markEdit();
  }

  /** Leaves a mark where others come in the place of lines, and takes old ones of this kind away. */
  private markEdit(): void {
    const { execution, position, marks } = this;
    if (marks.at(-1)!.at === position) return;
    const edit = ++this.edits;
    this.marks = marks.filter((mark) => !isOld(mark, edit));
    this.marks.push({ at: position, execution: execution.copy(), edit });
  }

  /** Whether from this line on everything comes as it came the last time, or once before; then it is what it was, but for a difference. */
  private returnsTo(line: BoundLine): boolean {
    const { former, position } = this;
    // An iptables-restore that does not read the line is yet to come to its end.
    if (!(this.execution.isBetween || readsOn(this.lines[position - 1], line))) return false;
    const at = former?.lines.indexOf(line) ?? -1;
    if (former === undefined || at === -1) {
      if (former !== undefined && position - former.start >= MOST_OTHERS) this.former = undefined;
      return this.returnsToEarlier(line);
    }
    if (this.vain >= MOST_VAIN && position - former.start < NEAREST * 2 ** (this.vain - MOST_VAIN)) return false;
    this.former = undefined;
    this.vain++;
    this.worth = position + LOOK * (former.lines.length - at);
    const behind = followed(former, at);
    if (this.goesOnAs(behind)) return true;
    const returns = this.returnsToEarlier(line);
    this.keep(behind);
    return returns;
  }

  private returnsToEarlier(line: BoundLine): boolean {
    const { earlier } = this;
    if (earlier === undefined || this.sought++ >= MOST_OTHERS) return false;
    const at = earlier.lines.slice(0, MOST_OTHERS).indexOf(line);
    if (at === -1) return false;
    this.sought = MOST_OTHERS;
    this.earlier = followed(earlier, at);
    if (!this.goesOnAs(this.earlier)) return false;
    this.earlier = undefined;
    this.former = undefined;
    return true;
  }

  /** Keeps lines that may come again. */
  private keep(former: Former | undefined): void {
    if (former !== undefined && former.lines.length > MOST_OTHERS) this.earlier = former;
  }

  /** Takes over what came of the lines once, if none of them heeds what is different now. */
  private goesOnAs({ start, execution, lines, statuses, marks, restores }: Former): boolean {
    const difference = this.execution.differenceTo(execution);
    const lasts = difference && lastsFor({ lines, statuses, block: this.execution.block }, difference);
    if (difference === undefined || lasts === undefined) return false;
    const moved = this.position - start;
    this.lines = withMore(this.lines, lines, 0, lines.length);
    this.statuses = withMore(this.statuses, statuses, 0, lines.length);
    for (const mark of marks) {
      if (isOld(mark, this.edits)) continue;
      mark.execution.makeDifferent(mark.at - start < lasts ? difference : { ...difference, chains: [] });
      mark.at += moved;
      this.marks.push(mark);
    }
    for (const [place, status] of restores) this.restores.set(place + moved, status);
    return true;
  }
}

/** What is left of the lines behind so many of them. */
function followed({ start, execution, lines, statuses, marks, restores }: Former, count: number): Former {
  for (const each of lines.slice(0, count)) execution.execute(each);
  const from = start + count;
  return { start: from, execution, lines: lines.slice(count), statuses: statuses.slice(count), marks: marks.filter(({ at }) => at >= from), restores: restores.filter(([place]) => place > from) };
}

/** Whether so many edits have come since the one that left the mark that it is taken away. */
const isOld = ({ edit }: Mark, edits: number): boolean => edit !== undefined && edit <= edits - MOST_EDITED;
