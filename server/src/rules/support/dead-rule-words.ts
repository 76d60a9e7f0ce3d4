import type { Covering } from '../../core/analysis/cover.ts';
import type { BoundRule } from '../../core/ruleset/model.ts';
import { nameOfLine, nameOfLines, type Line } from '../../core/syntax/line.ts';
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
export const named = (bound: BoundRule): string => `${nameOfLine(bound.line)}${targetOf(bound)}`;

function targetOf({ line, target }: BoundRule): string {
  return target === undefined ? '' : ` (\`${line.text.slice(target.span.start, target.span.end)}\`)`;
}

/** Several rules by their lines. */
export const listed = (rules: readonly Covering[]): string => nameOfLines(rules.map(({ rule }) => rule.bound.line), MOST);

/** A link to each of the rules, in the order of their lines. */
export function relatedTo<C extends Covering>(rules: readonly C[], message: (rule: C) => string): RelatedPlace[] {
  return inOrder(rules).slice(0, MOST).map((each) => ({ line: each.rule.bound.line, span: ruleSpan(each.rule.bound.line), message: message(each) }));
}

const inOrder = <C extends Covering>(rules: readonly C[]): C[] => [...rules].sort((a, b) => a.rule.bound.line.number - b.rule.bound.line.number);
