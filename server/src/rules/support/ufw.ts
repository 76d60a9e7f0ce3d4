import { isBuiltIn } from '../../core/netfilter.ts';
import { isUfwChain } from '../../core/ruleset/makers.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { FileInContext } from '../rule.ts';

/**
 * Whether the chain is there when ufw loads the file in which the line stands. Such a file (`/etc/ufw/before.rules`) declares
 * chains of ufw and leaves those of the kernel alone, which a saved ruleset names.
 */
export function isMadeByUfw(name: string, line: Line, file: FileInContext): boolean {
  if (!isUfwChain(name)) return false;
  const { table } = file.context(line);
  const declared = file.survey.of('chain').flatMap((each) => (each.content.kind === 'chain' && file.context(each).table === table ? [each.content.name.text] : []));
  return table !== undefined && declared.some(isUfwChain) && !declared.some((each) => isBuiltIn(table, each));
}
