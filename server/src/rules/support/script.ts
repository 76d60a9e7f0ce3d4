import { isTableName, type Family, type TableName } from '../../core/netfilter.ts';
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

/** The commands of a family in the order of a script, those left out that can't be read; none in a ruleset file. */
export function scriptCommands(file: FileInContext, family: Family): readonly ScriptCommand[] {
  if (file.kind !== 'script') return [];
  return (file.survey.get('command') ?? []).flatMap((line): ScriptCommand[] => {
    const bound = file.bound(line);
    const table = bound?.table?.name ?? 'filter';
    return bound?.command === undefined || bound.family !== family || bound.broken || !isTableName(table) ? [] : [{ line, bound, command: bound.command, table }];
  });
}
