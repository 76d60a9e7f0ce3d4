import { isTableName, type TableName } from '../../core/netfilter.ts';
import type { Line } from '../../core/syntax/line.ts';

/** The table whose block a line was meant to open that lacks its `*`. */
export function meantTable({ content, text }: Line): TableName | undefined {
  const name = text.trim();
  return content.kind === 'shell' && isTableName(name) ? name : undefined;
}

/** Whether a line was meant to be `COMMIT`, in other letters or with a mark or something invisible beside it. */
export const meantCommit = ({ content, text }: Line): boolean => content.kind === 'shell' && /^[\s\p{Cf}]*commit[\s\p{Cf};.,]*$/iu.test(text);
