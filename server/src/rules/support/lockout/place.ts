import type { Deciding } from '../../../core/analysis/analysis.ts';
import type { Chain, Ruleset } from '../../../core/ruleset/model.ts';
import type { Line } from '../../../core/syntax/line.ts';
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
  const rule = decidedBy?.rule?.bound;
  if (rule !== undefined) return { line: rule.line, span: rule.target?.span ?? textSpan(rule.line) };
  const chain = ruleset.tables.get(decidedBy?.table ?? 'filter')?.chains.get(decidedBy?.chain ?? 'INPUT');
  return (chain && policySpot(chain)) ?? { line: file.lines[0]!, span: textSpan(file.lines[0]!) };
}

/** Where a policy stands; undefined where the file does not give it. */
export function policySpot({ declaration }: Chain): Spot | undefined {
  if (declaration === undefined) return undefined;
  const { content } = declaration;
  return { line: declaration, span: (content.kind === 'chain' ? content.policy : undefined) ?? textSpan(declaration) };
}

const FATES = { drop: 'dropped', reject: 'rejected', queue: 'queued' } as const;

/** What becomes of a packet, in words that stand where it happens. */
export function fateText({ fate, decidedBy }: Stopped): string {
  const is = `is ${FATES[fate]}`;
  if (decidedBy === undefined) return is;
  if (decidedBy.rule !== undefined) return `${is} by this rule`;
  return `${is} by the policy of ${decidedBy.chain}${decidedBy.table === 'filter' ? '' : ` in ${decidedBy.table}`}`;
}
