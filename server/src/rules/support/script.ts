import { isTableName, type Stack, type TableName } from '../../core/netfilter.ts';
import type { BoundLine } from '../../core/ruleset/build.ts';
import type { BoundCommand, BoundRule } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { FileInContext } from '../rule.ts';

/** A command of a script, with the table that it works on. */
export interface ScriptCommand {
  readonly line: Line;
  readonly bound: BoundRule;
  readonly command: BoundCommand;
  readonly table: TableName;
}

const known = new WeakMap<readonly BoundLine[], readonly ScriptCommand[]>();
/** `null`: it is none that can be read. */
const commandOf = new WeakMap<BoundLine, ScriptCommand | null>();

/** The commands that work on some tables in the order in which a script runs them, those left out that can't be read; none in a ruleset file. */
export function scriptCommands(file: FileInContext, stack: Stack): readonly ScriptCommand[] {
  if (file.kind !== 'script') return [];
  const executed = file.executed(stack);
  let commands = known.get(executed);
  if (commands === undefined) known.set(executed, commands = commandsIn(executed));
  return commands;
}

function commandsIn(executed: readonly BoundLine[]): readonly ScriptCommand[] {
  const commands: ScriptCommand[] = [];
  for (const each of executed) {
    let command = commandOf.get(each);
    if (command === undefined) commandOf.set(each, command = readable(each) ?? null);
    if (command !== null) commands.push(command);
  }
  return commands;
}

function readable({ line, bound, restore }: BoundLine): ScriptCommand | undefined {
  const table = bound?.table?.name ?? 'filter';
  return bound?.command !== undefined && restore === undefined && !bound.broken && isTableName(table) ? { line, bound, command: bound.command, table } : undefined;
}

/** Whether more than the one command stands on the line, so that what follows the line need not follow the command. */
export const hasMore = ({ content, text }: Line): boolean =>
  content.kind !== 'command' || content.others !== undefined || content.rest?.raw.startsWith('#') === false || /^\s*(?:if|for|while|until|case)\b|[{(]\s*\S*iptables/u.test(text);
