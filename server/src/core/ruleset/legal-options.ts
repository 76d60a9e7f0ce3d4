import type { Problem } from '../extensions/definition.ts';
import type { Span } from '../text.ts';
import type { BoundCommand, CommandKind } from './model.ts';
import type { BaseOption } from './options.ts';
import { optionText } from './reading.ts';

/** One of iptables' own options, and where the line names it. */
export interface StatedOption {
  readonly spec: BaseOption;
  readonly nameSpan: Span;
}

/** Commands that are about a rule, which their options describe. */
const WITH_RULE: ReadonlySet<CommandKind> = new Set(['append', 'insert', 'replace', 'check', 'delete']);

const WITH_COUNTERS: ReadonlySet<CommandKind> = new Set(['append', 'insert', 'replace', 'policy']);

/** The options that iptables does not take beside the line's command, or for nothing, as seen in 1.8.9 of both back ends. */
export function illegalOptions(stated: readonly StatedOption[], command: BoundCommand): Problem[] {
  return stated.flatMap(({ spec, nameSpan }): Problem[] => {
    if (!isLegal(spec, command)) return [{ code: 'illegal-option', span: nameSpan, message: `\`${optionText(spec)}\` can't stand beside ${named(command)}${whatItTakes(spec)}` }];
    if (spec.meaning.kind !== 'match' || describesRule(command)) return [];
    return [{ code: 'illegal-option', span: nameSpan, accepted: true, message: `\`-m\` does nothing beside ${named(command)}; leave it out with its options.` }];
  });
}

function isLegal({ meaning }: BaseOption, command: BoundCommand): boolean {
  switch (meaning.kind) {
    case 'header': case 'jump': case 'goto': return describesRule(command);
    case 'counters': return WITH_COUNTERS.has(command.kind);
    default: return true;
  }
}

/** Whether the command is about a rule that its line describes, which the kernel gets to see. */
export const describesRule = ({ kind, position }: BoundCommand): boolean => WITH_RULE.has(kind) && (kind !== 'delete' || position === undefined);

/** Whether the command puts a rule into a chain. */
export const bringsRule = ({ kind }: BoundCommand): boolean => kind === 'append' || kind === 'insert' || kind === 'replace';

function named({ kind, position }: BoundCommand): string {
  return kind === 'delete' && position !== undefined ? '`-D` with a rule number, which says already which rule is meant' : `\`${LETTERS[kind]}\``;
}

const whatItTakes = ({ meaning }: BaseOption): string =>
  (meaning.kind === 'counters' ? '; leave it out: counters go with `-A`, `-I`, `-R` and `-P` only.' : '; only `-A`, `-I`, `-R`, `-C` and `-D` without a number describe a rule. Remove it.');

const LETTERS: Readonly<Record<CommandKind, string>> = {
  'append': '-A', 'insert': '-I', 'delete': '-D', 'replace': '-R', 'check': '-C', 'policy': '-P', 'new-chain': '-N', 'delete-chain': '-X', 'rename-chain': '-E',
  'flush': '-F', 'zero': '-Z', 'list': '-L', 'list-rules': '-S',
};
