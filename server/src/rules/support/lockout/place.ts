import type { Deciding } from '../../../core/analysis/analysis.ts';
import type { BoundLine } from '../../../core/ruleset/bound-line.ts';
import { isBuiltIn, stackOf, type TableName } from '../../../core/netfilter.ts';
import { tableOfCommand } from '../../../core/ruleset/table-of-command.ts';
import type { Chain, CommandKind, Ruleset } from '../../../core/ruleset/model.ts';
import { nameOfLine, type Line } from '../../../core/syntax/line.ts';
import type { Span } from '../../../core/text.ts';
import type { FileInContext } from '../../rule.ts';
import { textSpan } from '../edits.ts';
import type { Stopped } from './example.ts';

/** A stretch of a line. */
export interface Spot {
  readonly line: Line;
  readonly span: Span;
}

/** Where the file says what stops a packet: the rule, the policy, or where that is not known the beginning. */
export function spotOf(file: FileInContext, ruleset: Ruleset, decidedBy: Deciding | undefined): Spot {
  const { table, chain: name } = decidedBy ?? { table: 'filter', chain: 'INPUT' };
  const chain = ruleset.tables.get(table)?.chains.get(name);
  const rule = decidedBy?.rule?.bound;
  const found = rule === undefined ? chain && policySpot(chain) : { line: rule.line, span: rule.target?.span ?? textSpan(rule.line) };
  if (found === undefined) return { line: file.lines[0]!, span: textSpan(file.lines[0]!) };
  return file.owns(found.line) ? found : lastChange(file, ruleset, table, name) ?? found;
}

/** Commands that leave a table as it is. */
const LOOKING: ReadonlySet<CommandKind> = new Set(['check', 'list', 'list-rules', 'zero']);

/** The last command of the file that changes what becomes of packets in a built-in chain; undefined where that is as it was before. */
function lastChange(file: FileInContext, ruleset: Ruleset, table: TableName, chain: string): Spot | undefined {
  const changes = ({ bound }: BoundLine): boolean => {
    const command = bound?.command;
    if (command === undefined || LOOKING.has(command.kind) || tableOfCommand(bound!) !== table) return false;
    return command.chain === undefined || command.chain === chain || !isBuiltIn(table, command.chain);
  };
  const last = file.executed(stackOf(ruleset)).findLast(changes);
  return last && { line: last.line, span: last.bound!.command!.span };
}

/** Where a policy stands; undefined where the file does not give it. */
export function policySpot({ declaration }: Chain): Spot | undefined {
  if (declaration === undefined) return undefined;
  const { content } = declaration;
  return { line: declaration, span: (content.kind === 'chain' ? content.policy : undefined) ?? textSpan(declaration) };
}

const FATES = { drop: 'dropped', reject: 'rejected', queue: 'queued' } as const;

/** What becomes of a packet, in words that stand where it happens. */
export function fateText({ owns }: Pick<FileInContext, 'owns'>, { fate, decidedBy }: Stopped): string {
  const is = `is ${FATES[fate]}`;
  if (decidedBy === undefined) return is;
  const rule = decidedBy.rule?.bound;
  if (rule !== undefined) return `${is} by ${owns(rule.line) ? 'this rule' : `the rule of ${nameOfLine(rule.line)}`}`;
  return `${is} by the policy of ${decidedBy.chain}${decidedBy.table === 'filter' ? '' : ` in ${decidedBy.table}`}`;
}
