import type { Covering } from '../../core/analysis/cover.ts';
import type { Table } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { FileInContext, Fix } from '../rule.ts';
import type { DeadLine } from './dead-lines.ts';
import { insert, insertAbove, removeLine } from './edits.ts';
import { hasMore } from './script.ts';

/** Takes the rule out: its line, or only the command by making the line a comment. */
export function removals({ lines }: FileInContext, { line }: DeadLine): Fix[] {
  if (!standsAlone(line) || isWholeBody(lines, line)) return [];
  const fixes: Fix[] = [{ title: 'Delete this rule', safe: false, edits: [removeLine(line)] }];
  // A comment ends with its line, whatever its last character is.
  if (!line.text.includes('\n')) fixes.push({ title: 'Comment this rule out', safe: false, edits: [insert(line, 0, '# ')] });
  return fixes;
}

/**
 * Puts the rule before the first of the covering ones, where all of them are appended to its chain above it, in one row.
 * Where rules of the table rewrite packets it may be those that leave it nothing, and then no place is sure to help.
 */
export function moves({ lines, owns }: FileInContext, { line, bound, table, dead }: DeadLine, by: readonly Covering[]): Fix[] {
  const areAppended = bound.command?.kind === 'append' && by.every(({ rule, chain }) => chain === dead.chain && rule.bound.command?.kind === 'append' && owns(rule.bound.line));
  if (!areAppended || rewritesPackets(table)) return [];
  const first = by.reduce((best, each) => (each.index < best.index ? each : best));
  const other = first.rule.bound;
  if (other.line.number >= line.number || !standsAlone(line) || !standsAlone(other.line) || !isOneRow(lines, other.line, line)) return [];
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
function standsAlone(line: Line): boolean {
  return line.content.kind === 'rule' || !hasMore(line);
}

/** Whether nothing else stands in the branch, the loop or the function around the line: a shell refuses one that is empty. */
function isWholeBody(lines: readonly Line[], line: Line): boolean {
  if (line.content.kind === 'rule') return false;
  const place = placeOf(lines, line);
  const next = (step: 1 | -1): Line | undefined => {
    let at = place + step;
    while (lines[at] !== undefined && lines[at]!.content.kind !== 'shell' && lines[at]!.content.kind !== 'command') at += step;
    return lines[at];
  };
  const [before, behind] = [next(-1), next(1)];
  return before !== undefined && behind !== undefined && /(?:(?:^|[\s;])(?:then|else|do)|[{(])\s*(?:#.*)?$/u.test(before.text) && /^\s*(?:(?:fi|else|elif|done)\b|[})])/u.test(behind.text);
}

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
