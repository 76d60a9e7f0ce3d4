import type { Analysis } from '../../../core/analysis/analysis.ts';
import { stagesOf } from '../../../core/analysis/fates.ts';
import type { Hook } from '../../../core/netfilter.ts';
import type { BoundRule, Chain, Table } from '../../../core/ruleset/model.ts';
import type { Line } from '../../../core/syntax/line.ts';
import type { FileInContext, Fix, TextEdit } from '../../rule.ts';
import { insertAbove, insertBelow } from '../edits.ts';
import { Losses } from './losses.ts';
import { ruleText, styleOf } from './rule-text.ts';
import { isLarge } from './standing.ts';
import { flushesOf } from './told-state.ts';
import { packetsOf, usualPacketsOf, type Traffic } from './traffic.ts';

/** What to let in: the traffic that is stopped, and what accepting rules ask for, in short options. */
export interface Opening {
  readonly title: string;
  readonly traffic: Traffic;
  readonly conditions: readonly string[];
  /** Whether all of the traffic has to get through, rather than what earlier rules do not stop on purpose. */
  readonly all?: boolean;
}

/** Accepts the traffic: in each table that stops it, before the rule that does or at the end where it is the policy. */
export function openingFix(file: FileInContext, analysis: Analysis, { title, traffic, conditions, all = false }: Opening): Fix | undefined {
  const { space, ruleset } = analysis;
  const edits: TextEdit[] = [];
  // Where all of it is stopped, so are its usual packets, and few are quickly looked for.
  const packets = isLarge(analysis) && !all ? usualPacketsOf(space, traffic) : packetsOf(space, traffic);
  for (const { table: name, hook } of stagesOf(traffic.packet.path, analysis.backend)) {
    const table = ruleset.tables.get(name);
    if (table?.chains.has(hook) !== true) continue;
    const lostAt = new Losses(space, table, all).in(hook, space.intersection(packets, analysis.arriving(name, hook)));
    if (lostAt === undefined) return undefined;
    const index = all ? lostAt[0] : lostAt.at(-1);
    if (index !== undefined) edits.push(...insertion({ file, analysis, table, hook, index }, conditions));
  }
  return edits.length === 0 ? undefined : { title, safe: false, edits };
}

interface Site {
  readonly file: FileInContext;
  readonly analysis: Analysis;
  readonly table: Table;
  readonly hook: Hook;
  readonly index: number;
}

/** The edit that puts rules before the one with the index, or behind the last. */
function insertion({ file, analysis, table, hook, index }: Site, conditions: readonly string[]): readonly TextEdit[] {
  const chain = table.chains.get(hook)!;
  const style = styleOf(table);
  const write = (neighbour: BoundRule | undefined, command: string): string[] => conditions.map((each) => ruleText(neighbour, style, table.name, command, each));
  const rule = chain.rules[index]?.bound;
  if (rule?.command?.kind === 'append') return above(rule.line, write(rule, `-A ${hook}`));
  // What is put in at the same number afterwards stands before it; several in turn, so the last comes first.
  if (rule !== undefined) return below(rule.line, write(rule, `-I ${hook}${rule.command?.position === undefined ? '' : ` ${rule.command.position}`}`).reverse());
  const last = chain.rules.at(-1)?.bound;
  if (last !== undefined) return below(last.line, write(last, `-A ${hook}`));
  const end = endOfEmpty(file, analysis, table, chain);
  return end === undefined ? [] : (end.content.kind === 'commit' ? above : below)(end, write(file.bound(end), `-A ${hook}`));
}

/** Where the first rule of a chain goes: before the block's COMMIT, or behind the command that empties it or sets its policy. */
function endOfEmpty(file: FileInContext, { ruleset }: Analysis, table: Table, { name, declaration }: Chain): Line | undefined {
  const opened = table.line;
  if (opened !== undefined) return file.survey.get('commit')?.find(({ number }) => number > opened.number);
  return [...flushesOf(file, ruleset, name), ...(declaration === undefined ? [] : [declaration])].reduce<Line | undefined>((last, line) => (last === undefined || line.number > last.number ? line : last), undefined);
}

// As one edit, because several insertions at one place would be in doubt.
const above = (line: Line, texts: readonly string[]): readonly TextEdit[] => [insertAbove(line, texts.join(line.eol || '\n'))];
const below = (line: Line, texts: readonly string[]): readonly TextEdit[] => [insertBelow(line, texts.join(line.eol || '\n'))];
