import { hunksOf, placesAfter } from '../../core/hunks.ts';
import { isBuiltIn, type Stack, type TableName } from '../../core/netfilter.ts';
import type { BoundLine } from '../../core/ruleset/bound-line.ts';
import { tableOfCommand } from '../../core/ruleset/table-of-command.ts';
import type { BoundCommand, BoundRule, CommandKind } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { FileInContext } from '../rule.ts';

/** A command of a script, with the table that it works on. */
export interface ScriptCommand {
  readonly line: Line;
  readonly bound: BoundRule;
  readonly command: BoundCommand;
  readonly table: TableName;
  /** Which of the lines it is that are executed for its tables. */
  readonly place: number;
}

/** Kinds of commands that there are few of. */
type SparseKind = Exclude<CommandKind, 'append' | 'insert'>;

/**
 * The commands of a script that work on some tables, those left out that can't be read. There are thousands, so each is made
 * when somebody looks at it, and after an edit only those are looked at that were not there before.
 */
export class ScriptCommands {
  private readonly executed: readonly BoundLine[];
  /** Where those stand among the lines that are executed that add no rule. */
  private readonly sparse: readonly number[];
  /** Where those stand that add one to a built-in chain, and run for sure. */
  private readonly certain: readonly number[];

  /** `before`: those before an edit. */
  constructor(executed: readonly BoundLine[], before?: ScriptCommands) {
    this.executed = executed;
    const former = before?.executed ?? NONE;
    const hunks = hunksOf(executed.length, former.length, (place, placeBefore) => executed[place] === former[placeBefore]);
    this.sparse = placesAfter(before?.sparse ?? [], hunks, (place) => isRead(executed[place]!) && !adds(executed[place]!));
    this.certain = placesAfter(before?.certain ?? [], hunks, (place) => isRead(executed[place]!) && adds(executed[place]!) && executed[place]!.bound!.conditional === undefined && isInBuiltIn(executed[place]!.bound!));
  }

  /** Whether it is made of these lines. */
  isOf(executed: readonly BoundLine[]): boolean {
    return this.executed === executed;
  }

  /** All of them, in the order in which the script runs them. */
  get all(): readonly ScriptCommand[] {
    return this.executed.flatMap((line, place) => (isRead(line) ? this.at(place) ?? [] : []));
  }

  /** Those of a kind, in the order in which the script runs them. */
  of(kind: SparseKind): readonly ScriptCommand[] {
    return this.sparse.flatMap((place) => (this.executed[place]!.bound!.command!.kind === kind ? this.at(place) ?? [] : []));
  }

  /** The first that adds a rule to a table. */
  firstAddedTo(table: TableName): ScriptCommand | undefined {
    return this.at(this.executed.findIndex((line) => isRead(line) && adds(line) && tableOfCommand(line.bound!) === table));
  }

  /** The first that adds a rule to a built-in chain and runs for sure, of those that fit. */
  firstCertain(fits: (command: BoundLine) => boolean): ScriptCommand | undefined {
    return this.at(this.certain.find((place) => fits(this.executed[place]!) && this.at(place) !== undefined) ?? -1);
  }

  private at(place: number): ScriptCommand | undefined {
    const { line, bound } = this.executed[place] ?? {};
    const table = bound && tableOfCommand(bound);
    return table !== undefined && bound?.command !== undefined ? { line: line!, bound, command: bound.command, table, place } : undefined;
  }
}

const isRead = ({ bound, restore }: BoundLine): boolean => bound?.command !== undefined && restore === undefined && !bound.broken;

const adds = ({ bound }: BoundLine): boolean => bound!.command!.kind === 'append' || bound!.command!.kind === 'insert';

function isInBuiltIn(bound: BoundRule): boolean {
  const table = tableOfCommand(bound);
  return table !== undefined && isBuiltIn(table, bound.command!.chain!);
}

const NONE: readonly BoundLine[] = [];

/** The commands of a script for each of its tables, as they are looked at; those of the last time serve the next. */
export class CommandsOfScript {
  private readonly before: ReadonlyMap<Stack, ScriptCommands>;
  private readonly known = new Map<Stack, ScriptCommands>();

  constructor(before?: CommandsOfScript) {
    this.before = before?.known ?? new Map<Stack, ScriptCommands>();
  }

  /** Those that work on some tables, which are made of these lines. */
  of(stack: Stack, executed: readonly BoundLine[]): ScriptCommands {
    let commands = this.known.get(stack);
    if (commands?.isOf(executed) !== true) this.known.set(stack, commands = new ScriptCommands(executed, commands ?? this.before.get(stack)));
    return commands;
  }
}

/** The commands that work on some tables; none in a ruleset file. */
export const scriptCommands = (file: FileInContext, stack: Stack): ScriptCommands => file.commands.of(stack, file.kind === 'script' ? file.executed(stack) : NONE);

/** Whether more than the one command stands on the line, or the command goes on from another line, so that what follows the line need not follow the command. */
export const hasMore = (file: FileInContext, line: Line): boolean => isPartOfMore(line) || file.share(line) === 'none';

/** Whether a command can stand on a line of its own before what the line begins with. */
export const hasPlaceAbove = (file: FileInContext, line: Line): boolean => line.content.kind !== 'command' || file.share(line) !== 'none';

/** Whether one can stand behind what the line ends with: between the sides of a `&&` and behind a clause none can. */
export const hasPlaceBelow = ({ content, text }: Line): boolean => content.kind !== 'command' || !/(?:;;|;&|&&|\|&?)\s*$/u.test(text);

const isPartOfMore = ({ content, text }: Line): boolean =>
  content.kind !== 'command' || content.others !== undefined || content.rest?.raw.startsWith('#') === false || /^\s*(?:if|for|while|until|case)\b|[{(]\s*\S*iptables/u.test(text);
