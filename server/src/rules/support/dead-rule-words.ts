import type { Covering } from '../../core/analysis/cover.ts';
import type { BoundRule } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';
import { cover, type Span } from '../../core/text.ts';
import type { RelatedPlace } from '../rule.ts';
import { textSpan } from './edits.ts';

/** So many covering rules are listed; a blocklist may have thousands. */
const MOST = 12;

/** The rule in its line: the whole line, or its command. */
export function ruleSpan(line: Line): Span {
  const { content } = line;
  return content.kind === 'command' ? cover(content.program, content.arguments.at(-1) ?? content.program) : textSpan(line);
}

/** `line 7 (`-j DROP`)`. */
export const named = (bound: BoundRule): string => `line ${bound.line.number + 1}${targetOf(bound)}`;

function targetOf({ line, target }: BoundRule): string {
  return target === undefined ? '' : ` (\`${line.text.slice(target.span.start, target.span.end)}\`)`;
}

/** Several rules by their lines. */
export function listed(rules: readonly Covering[]): string {
  const numbers = inOrder(rules).slice(0, MOST).map(({ rule }) => String(rule.bound.line.number + 1));
  if (rules.length > MOST) return `lines ${numbers.join(', ')} and ${rules.length - MOST} more`;
  return `lines ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)!}`;
}

/** A link to each of the rules, in the order of their lines. */
export function relatedTo<C extends Covering>(rules: readonly C[], message: (rule: C) => string): RelatedPlace[] {
  return inOrder(rules).slice(0, MOST).map((each) => ({ line: each.rule.bound.line, span: ruleSpan(each.rule.bound.line), message: message(each) }));
}

const inOrder = <C extends Covering>(rules: readonly C[]): C[] => [...rules].sort((a, b) => a.rule.bound.line.number - b.rule.bound.line.number);
