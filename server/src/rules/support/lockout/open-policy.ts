import type { Policy } from '../../../core/netfilter.ts';
import type { BoundLine } from '../../../core/ruleset/bound-line.ts';
import type { Line } from '../../../core/syntax/line.ts';
import type { FileInContext, TextEdit } from '../../rule.ts';
import { indentOf, insertAbove, removeLine } from '../edits.ts';
import { hasMore } from '../script.ts';
import { leading } from './rule-text.ts';
import { empties, policySetBy } from './told-state.ts';

/** How the policy of a chain stays open for a while: edits before, and the command that shuts it afterwards. */
export interface OpenPolicy {
  readonly edits: readonly TextEdit[];
  readonly behind: string;
}

/** What cuts connections off from a policy of a chain on: commands that set it to drop, or one that empties the chain under it, and what sets it again behind that. */
export interface CutOff {
  readonly flush: BoundLine | undefined;
  readonly shutting: readonly BoundLine[];
}

/** What cuts connections off at the end of some commands, where the policy of a built-in chain of filter does. */
export function cutOffAt(commands: readonly BoundLine[], hook: 'INPUT' | 'OUTPUT'): CutOff | undefined {
  let flush: BoundLine | undefined;
  let shutting: BoundLine[] = [];
  let isEmptied = false;
  for (const command of commands) {
    const policy = policySetBy(command, hook);
    if (policy === 'ACCEPT') [flush, shutting] = [undefined, []];
    else if (policy === 'DROP') shutting.push(command);
    else if (empties(command, hook)) {
      // What the chain held before may have let connections through under that policy.
      if (!isEmptied && shutting.length > 0) [flush, shutting] = [command, []];
      isEmptied = true;
    }
  }
  return flush === undefined && shutting.length === 0 ? undefined : { flush, shutting };
}

/** How the policy does not cut connections off before what is put in at a line; undefined where the commands stand so that they can't be moved. */
export function openUntil(file: FileInContext, { flush, shutting }: CutOff, hook: 'INPUT' | 'OUTPUT', line: Line): OpenPolicy | undefined {
  const moved = [...new Set(shutting.map((each) => each.line))];
  const own = flush === undefined ? moved : [flush.line, ...moved];
  if (moved.includes(line) || moved.some((each) => file.share(each) === 'all') || ![...own, line].every((each) => !hasMore(file, each) && indentOf(each) === indentOf(line))) return undefined;
  const set = (policy: Policy): string => `${leading(flush!.bound, 'filter')}-P ${hook} ${policy}`;
  const opening = flush === undefined ? [] : [insertAbove(flush.line, set('ACCEPT'))];
  return { edits: [...opening, ...moved.map(removeLine)], behind: moved.at(-1)?.text ?? set('DROP') };
}
