import type { Line, LineContent } from '../syntax/line.ts';
import type { RulesetDocument } from './document.ts';
import { saySame } from './identity.ts';
import type { BoundCommand, BoundRule, CommandKind } from './model.ts';
import { spellRule } from './save.ts';
import { usesOf } from './uses.ts';

/**
 * The text of a line of a ruleset file in the spelling and order of iptables-save; undefined where it has that already or
 * is to be left alone: comments, commands of scripts, lines with something wrong or unknown, and lines of which
 * iptables-save would forget a part.
 */
export function formatLine(document: RulesetDocument, line: Line): string | undefined {
  const text = line.content.kind === 'chain' ? formatChain(line.content) : line.content.kind === 'rule' ? formatRule(document, line, line.content) : undefined;
  return text === line.text ? undefined : text;
}

function formatChain({ name, policy, counters, extra }: LineContent & { readonly kind: 'chain' }): string | undefined {
  if (policy === undefined || extra.length > 0) return undefined;
  return `:${name.raw} ${policy.raw}${counters === undefined ? '' : ` ${counters.raw}`}`;
}

function formatRule(document: RulesetDocument, line: Line, { counters }: LineContent & { readonly kind: 'rule' }): string | undefined {
  const bound = document.boundRule(line)!;
  const { command } = bound;
  if (bound.skipped || bound.problems.length > 0 || command === undefined || !bound.tokens.every(({ role, option }) => role !== 'rule-option' || SPELLED.has(option!))) return undefined;
  const spelled = spellCommand(command, line);
  if (spelled === undefined) return undefined;
  const text = [...(counters === undefined ? [] : [counters.raw]), spelled, spellRule(bound)].join(' ').trimEnd();
  const again = document.boundRule(document.readLine(text));
  return again !== undefined && keepsAll(bound, again) ? text : undefined;
}

/** The options of iptables itself that a rule is spelled with; a line with another one (`-c`, `-4`) is left alone. */
const SPELLED: ReadonlySet<string> = new Set([
  'protocol', 'source', 'src', 'destination', 'dst', 'in-interface', 'out-interface', 'fragments', 'match', 'jump', 'goto',
]);

const LETTERS: Partial<Record<CommandKind, string>> = { append: '-A', insert: '-I', delete: '-D', replace: '-R', check: '-C' };

function spellCommand({ kind, chainSpan, position }: BoundCommand, { text }: Line): string | undefined {
  const letter = LETTERS[kind];
  if (letter === undefined || chainSpan === undefined) return undefined;
  return [letter, text.slice(chainSpan.start, chainSpan.end), ...(position === undefined ? [] : [String(position)])].join(' ');
}

/** Whether the line says all that it said: the kernel's own form alone would not show what iptables-save forgets. */
function keepsAll(before: BoundRule, after: BoundRule): boolean {
  return after.problems.length === 0 && after.command?.chain === before.command?.chain && after.command?.position === before.command?.position
    && negations(after) === negations(before) && options(after) >= options(before) && saySame(before, after);
}


const options = (bound: BoundRule): number => usesOf(bound).reduce((sum, use) => sum + use.options.length, 0);

function negations(bound: BoundRule): number {
  const parts = Object.values(bound.header).filter((part: BoundRule['header'][keyof BoundRule['header']]) => part?.negated === true);
  return parts.length + usesOf(bound).reduce((sum, use) => sum + use.options.filter(({ negated }) => negated).length, 0);
}
