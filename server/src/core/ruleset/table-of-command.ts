import { isTableName, type TableName } from '../netfilter.ts';
import type { BoundRule } from './model.ts';

/** The name of the table that a command works on, whether there is such a table or not. */
export const tableNameOf = ({ table }: BoundRule): string => table?.name ?? 'filter';

/** The table that a command works on: `-t`, or filter. */
export function tableOfCommand(bound: BoundRule): TableName | undefined {
  const name = tableNameOf(bound);
  return isTableName(name) ? name : undefined;
}
