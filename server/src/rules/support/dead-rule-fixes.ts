import type { Covering } from '../../core/analysis/cover.ts';
import type { Table } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { FileInContext, Fix } from '../rule.ts';
import type { DeadLine } from './dead-lines.ts';
import { insert, insertAbove, removeLine, textSpan } from './edits.ts';
import { hasMore } from './script.ts';

/** Takes the rule out: its line, or only the command by making the line a comment. */
export function removals(file: FileInContext, { line }: DeadLine): Fix[] {
  if (!isRemovable(file, line)) return [];
  const fixes: Fix[] = [{ title: 'Delete this rule', safe: false, edits: [removeLine(line)] }];
  // A comment ends with its line, whatever its last character is.
  if (!line.text.includes('\n')) fixes.push({ title: 'Comment this rule out', safe: false, edits: [insert(line, textSpan(line).start, '# ')] });
  return fixes;
}

/**
 * Puts the rule before the first of the covering ones, where all of them are appended to its chain above it, in one row.
 * Where rules of the table rewrite packets it may be those that leave it nothing, and then no place is sure to help.
 */
export function moves(file: FileInContext, { line, bound, table, dead }: DeadLine, by: readonly Covering[]): Fix[] {
  const areAppended = bound.command?.kind === 'append' && by.every(({ rule, chain }) => chain === dead.chain && rule.bound.command?.kind === 'append' && file.owns(rule.bound.line));
  if (!areAppended || rewritesPackets(table)) return [];
  const first = by.reduce((best, each) => (each.index < best.index ? each : best));
  const other = first.rule.bound;
  if (other.line.number >= line.number || !isRemovable(file, line) || !standsAlone(file, other.line) || !isOneRow(file.lines, other.line, line)) return [];
  return [{ title: `Move it before line ${other.line.number + 1}`, safe: false, edits: [insertAbove(other.line, line.text), removeLine(line)] }];
}

const known = new WeakMap<Table, boolean>();

/** Whether a rule of the finished table may rewrite packets that go on to other rules of it. */
function rewritesPackets(table: Table): boolean {
  let answer = known.get(table);
  if (answer === undefined) {
    answer = [...table.chains.values()].some(({ rules }) => rules.some(({ bound: { target } }) => {
      if (target?.kind !== 'extension' || target.use.definition.kind !== 'target') return false;
      const result = target.use.definition.result?.(target.use);
      return result === undefined || (result.rewrites.length > 0 && result.outcomes.includes('continue'));
    }));
    known.set(table, answer);
  }
  return answer;
}

/** Whether the line does nothing but add the rule. */
const standsAlone = (file: FileInContext, line: Line): boolean => line.content.kind === 'rule' || !hasMore(file, line);

/** Whether it does, and its place can be left empty: a loop, a function or a branch has to hold some command. */
const isRemovable = (file: FileInContext, line: Line): boolean => standsAlone(file, line) && (line.content.kind === 'rule' || file.share(line) === 'some');

/** Whether nothing stands between the lines that a loop or a condition could begin or end with. */
function isOneRow(lines: readonly Line[], first: Line, last: Line): boolean {
  for (let at = placeOf(lines, first); lines[at] !== last; at++) {
    const { kind } = lines[at]!.content;
    if (kind === 'shell' || kind === 'table') return false;
  }
  return true;
}

/** Where among the lines one stands, found by halving. */
function placeOf(lines: readonly Line[], { number }: Line): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.number < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
