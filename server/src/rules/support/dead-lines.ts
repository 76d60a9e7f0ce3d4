import type { Covering } from '../../core/analysis/cover.ts';
import type { Cause } from '../../core/analysis/causes.ts';
import { deadParts, type DeadParts, type DeadRule } from '../../core/analysis/dead.ts';
import type { Steps } from '../../core/analysis/steps.ts';
import type { BoundRule, CommandKind, Table } from '../../core/ruleset/model.ts';
import { Placements } from '../../core/ruleset/placement.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { AnalysedFile } from '../rule.ts';
import { asksInVain } from './lacking-interface.ts';

/** A line of which no packet can ever match any rule, with the one of its rules that says why best. */
export interface DeadLine {
  readonly line: Line;
  readonly bound: BoundRule;
  readonly table: Table;
  readonly dead: DeadRule;
}

/** A table with what no packet can ever come to in it. */
export interface ExaminedTable extends DeadParts {
  readonly table: Table;
}

interface Found {
  readonly tables: readonly ExaminedTable[];
  readonly lines: readonly DeadLine[];
}

const known = new WeakMap<AnalysedFile, Found>();

/** What no packet comes to in each table of the file, found once for all checks that speak of it. */
export function* examinedTables(file: AnalysedFile): Generator<undefined, readonly ExaminedTable[]> {
  return (yield* found(file)).tables;
}

/** The dead lines of the file in the order of its rules, without those that another diagnostic explains. */
export function* deadLines(file: AnalysedFile): Generator<undefined, readonly DeadLine[]> {
  return (yield* found(file)).lines;
}

function* found(file: AnalysedFile): Generator<undefined, Found> {
  let result = known.get(file);
  if (result === undefined) {
    const tables = followsOneCourse(file) ? yield* examine(file) : [];
    known.set(file, result = { tables, lines: yield* linesOf(file, tables) });
  }
  return result;
}

function* examine({ analyses }: AnalysedFile): Generator<undefined, readonly ExaminedTable[]> {
  const tables: ExaminedTable[] = [];
  for (const analysis of analyses) for (const table of analysis.ruleset.tables.values()) tables.push({ table, ...yield* deadParts(analysis, table.name) });
  return tables;
}

/** Commands of which it makes no difference to the other rules that nobody knows what they ask for. */
const ADDING: ReadonlySet<CommandKind> = new Set(['append', 'insert', 'new-chain', 'check', 'list', 'list-rules', 'zero']);

/** Whether every rule that the script is said to leave behind is surely there, unless it is marked as one that need not be. */
export function followsOneCourse(file: AnalysedFile): boolean {
  if (file.kind !== 'script') return true;
  if (file.givenUpAt !== undefined) return false;
  const unknown = file.survey.of('command').map((line) => file.bound(line)).filter((bound) => bound?.unresolved !== undefined);
  return unknown.every((bound) => bound?.command !== undefined && ADDING.has(bound.command.kind));
}

function* linesOf(file: AnalysedFile, tables: readonly ExaminedTable[]): Steps<readonly DeadLine[]> {
  const byLine = new Map<Line, DeadLine[]>();
  for (const { table, rules } of tables) {
    for (const [index, dead] of rules.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
      const { bound } = dead.rule;
      const each: DeadLine = { line: bound.line, bound, table, dead };
      const others = byLine.get(bound.line);
      if (others === undefined) byLine.set(bound.line, [each]);
      else others.push(each);
    }
  }
  if (byLine.size === 0) return [];
  const counts = yield* rulesOfLines(file, byLine);
  const lines: DeadLine[] = [];
  let looked = 0;
  for (const [line, rules] of byLine) {
    if (file.owns(line) && counts.get(line) === rules.length && !isExplained(file, rules)) lines.push(foremost(rules));
    if (++looked % LINES_AT_ONCE === 0) yield undefined;
  }
  return lines;
}

/** So many rules are looked at in one step. */
const AT_ONCE = 256;

/** So many lines are judged in one step. */
const LINES_AT_ONCE = 16;

/** How many rules the lines have made: a list of addresses makes several, and so does a loop. */
function* rulesOfLines({ rulesets }: AnalysedFile, lines: ReadonlyMap<Line, unknown>): Steps<ReadonlyMap<Line, number>> {
  const counts = new Map<Line, number>();
  let looked = 0;
  for (const { rules } of rulesets.flatMap(({ tables }) => [...tables.values()]).flatMap(({ chains }) => [...chains.values()])) {
    for (const { bound: { line } } of rules) {
      if (++looked % AT_ONCE === 0) yield undefined;
      if (lines.has(line)) counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
  return counts;
}

/** Whether an error, `unmatchable-rule` or `misplaced-interface` already speaks of the line, or an error of one that takes packets from it. */
function isExplained({ refused }: AnalysedFile, rules: readonly DeadLine[]): boolean {
  return rules.some(({ line, bound, table, dead }) => {
    if (refused.has(line) || involved(dead.cause).some(({ rule }) => refused.has(rule.bound.line))) return true;
    const hooks = Placements.of(table).hooksOf(dead.chain);
    // A value that iptables reads as another one may be all that is wrong with the conditions.
    const isSaid = ({ code }: { readonly code: string }): boolean => code === 'unmatchable-rule' || (code === 'misread-value' && dead.cause.kind === 'contradiction');
    return bound.problems.some(isSaid) || asksInVain(bound, 'in', hooks) || asksInVain(bound, 'out', hooks);
  });
}

function involved(cause: Cause): readonly Covering[] {
  if (cause.kind === 'behind') return [cause.by];
  return cause.kind === 'contradiction' || cause.kind === 'hook' ? [] : cause.by;
}

/** Which of several rules speaks for their line: one that was meant to do something else than what happens, or the one of which least is said. */
function foremost(rules: readonly DeadLine[]): DeadLine {
  const rank = ({ dead: { cause } }: DeadLine): number => (isContrary(cause) ? 0 : MILDEST_FIRST.indexOf(cause.kind) + 1);
  return rules.reduce((best, each) => (rank(each) < rank(best) ? each : best));
}

const MILDEST_FIRST: readonly Cause['kind'][] = ['called', 'unmet', 'covered', 'behind', 'hook', 'contradiction'];

/** Whether rules take what the rule could match, and do something else with some of it. */
export const isContrary = (cause: Cause): boolean => cause.kind === 'covered' && cause.by.some(({ same }) => !same);
