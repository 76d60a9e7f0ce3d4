import type { Argument, Line, LineContent } from '../../core/syntax/line.ts';
import { commandsOf } from '../../core/ruleset/script-command.ts';
import type { BoundRule, Token } from '../../core/ruleset/model.ts';
import type { Span } from '../../core/text.ts';
import type { FileKind } from '../../core/ruleset/kind.ts';

/**
 * Whether a problem of a line that a shell reads first can be told from its text: what `$NAME`, `$(…)` or a pattern stand
 * for is known to the shell alone, so nothing is said about them, nor about a rule whose options depend on them.
 */
export function isCertain({ content }: Line, bound: BoundRule | undefined, span: Span, kind: FileKind): boolean {
  if (content.kind !== 'command' && (content.kind !== 'rule' || kind !== 'script')) return true;
  const { open } = readFirst(content);
  if (open.length === 0) return true;
  if (open.some((argument) => argument.start < span.end && span.start < argument.end)) return false;
  return !open.some((argument) => shapesRule(argument, bound?.tokens ?? []));
}

/** Whether a span of a line touches a word of which the evaluation of the script has told the value. */
export function isEvaluated({ content }: Line, { start, end }: Span): boolean {
  return (content.kind === 'command' || content.kind === 'rule') && readFirst(content).evaluated.some((argument) => argument.start < end && start < argument.end);
}

/** Words of a line, each once, however many commands a loop makes of it. */
interface ReadFirst {
  /** What the shell puts in their place is known to it alone. */
  readonly open: readonly Argument[];
  /** The evaluation of the script has told their values. */
  readonly evaluated: readonly Argument[];
}

const known = new WeakMap<LineContent, ReadFirst>();

function readFirst(content: Extract<LineContent, { kind: 'command' | 'rule' }>): ReadFirst {
  let found = known.get(content);
  if (found === undefined) {
    const all = new Set(content.kind === 'command' ? commandsOf(content).flatMap((command) => command.arguments) : content.arguments);
    const byPlace = (fits: (argument: Argument) => boolean): readonly Argument[] => [...new Map([...all].filter(fits).map((argument) => [argument.start, argument])).values()];
    known.set(content, found = { open: byPlace(isExpanded), evaluated: byPlace(({ evaluated }) => evaluated === true) });
  }
  return found;
}

/** Whether the shell puts something else in the place of (a part of) the argument. */
export function isExpanded({ raw, unknown, evaluated }: Argument): boolean {
  if (unknown !== undefined || evaluated === true) return unknown !== undefined;
  const visible = raw.replace(/'[^']*'|\\./gu, '');
  return /[$`]/u.test(visible) || /^[^"]*[{}*?]/u.test(visible);
}

/** Roles of words that decide what the words behind them mean. */
const SHAPING: ReadonlySet<Token['role']> = new Set(['unknown', 'command', 'rule-option', 'option', 'match-name', 'target-name', 'protocol']);

function shapesRule(argument: Argument, tokens: readonly Token[]): boolean {
  const token = tokens.find(({ start, end }) => start < argument.end && argument.start < end);
  return token === undefined || SHAPING.has(token.role);
}
