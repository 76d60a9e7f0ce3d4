import { isTableName, type Stack, type TableName } from '../../core/netfilter.ts';
import type { BoundLine } from '../../core/ruleset/build.ts';
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

/** The commands of a script that work on some tables, those left out that can't be read. There are thousands, so each is made when somebody looks at it. */
export class ScriptCommands {
  /** Where those of each kind stand among the lines that are executed. */
  private readonly places = new Map<CommandKind, number[]>();
  private readonly executed: readonly BoundLine[];

  constructor(executed: readonly BoundLine[]) {
    this.executed = executed;
    let last: { readonly kind: CommandKind; readonly places: number[] } | undefined;
    for (let place = 0; place < executed.length; place++) {
      const { bound, restore } = executed[place]!;
      if (bound?.command === undefined || restore !== undefined || bound.broken) continue;
      const { kind } = bound.command;
      if (last?.kind !== kind) last = { kind, places: this.placesOf(kind) };
      last.places.push(place);
    }
  }

  /** All of them, in the order in which the script runs them. */
  get all(): readonly ScriptCommand[] {
    return [...this.places.values()].flat().sort((a, b) => a - b).flatMap((place) => this.at(place) ?? []);
  }

  /** Those of a kind, in the order in which the script runs them. */
  of(kind: CommandKind): readonly ScriptCommand[] {
    return (this.places.get(kind) ?? []).flatMap((place) => this.at(place) ?? []);
  }

  /** The first that adds a rule, of those that fit. */
  firstAdded(fits: (command: BoundLine) => boolean): ScriptCommand | undefined {
    const { executed } = this;
    const first = (kind: CommandKind): number => this.places.get(kind)?.find((place) => fits(executed[place]!) && this.at(place) !== undefined) ?? executed.length;
    return this.at(Math.min(first('append'), first('insert')));
  }

  private at(place: number): ScriptCommand | undefined {
    const { line, bound } = this.executed[place] ?? {};
    const table = bound?.table?.name ?? 'filter';
    return isTableName(table) && bound?.command !== undefined ? { line: line!, bound, command: bound.command, table, place } : undefined;
  }

  private placesOf(kind: CommandKind): number[] {
    let places = this.places.get(kind);
    if (places === undefined) this.places.set(kind, places = []);
    return places;
  }
}

const NONE: readonly BoundLine[] = [];
const known = new WeakMap<readonly BoundLine[], ScriptCommands>();

/** The commands that work on some tables; none in a ruleset file. */
export function scriptCommands(file: FileInContext, stack: Stack): ScriptCommands {
  const executed = file.kind === 'script' ? file.executed(stack) : NONE;
  let commands = known.get(executed);
  if (commands === undefined) known.set(executed, commands = new ScriptCommands(executed));
  return commands;
}

/** Whether more than the one command stands on the line, so that what follows the line need not follow the command. */
export const hasMore = ({ content, text }: Line): boolean =>
  content.kind !== 'command' || content.others !== undefined || content.rest?.raw.startsWith('#') === false || /^\s*(?:if|for|while|until|case)\b|[{(]\s*\S*iptables/u.test(text);
