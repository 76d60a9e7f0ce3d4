import { partsOfStack, type Stack, type TableName } from '../../core/netfilter.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { BoundRule } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { Span } from '../../core/text.ts';
import { touches, type Place } from './place.ts';

/** A chain's identity in a file: a script may make chains for both families, and each table has its own. */
export interface ChainId {
  readonly stack: Stack;
  readonly table: TableName;
  readonly name: string;
}

/** How a line names a chain: it brings it into being, works on it, or leads to it. */
export type ChainMention = 'declaration' | 'command' | 'jump';

/** A chain's name where it stands in the file. */
export interface ChainOccurrence {
  readonly line: Line;
  readonly span: Span;
  readonly mention: ChainMention;
  readonly name: string;
}

/** The chain whose name stands at the place. */
export function chainAt(place: Place): { readonly id: ChainId; readonly occurrence: ChainOccurrence } | undefined {
  const { document, line, table, stack, offset } = place;
  if (line === undefined || table === undefined) return undefined;
  const occurrence = chainsNamedBy(document, line).find(({ span }) => touches(span, offset));
  return occurrence && { id: { stack, table, name: occurrence.name }, occurrence };
}

/** What a shell puts something else in the place of. */
const EXPANDS = /[$`{]/u;

/** Whether a shell makes the name at the place, so that it can't be changed there. */
export const isExpanded = ({ line, span }: ChainOccurrence): boolean => EXPANDS.test(line.text.slice(span.start, span.end));

/** Everywhere the file names the chain, in the file's order, in all network namespaces: one line may work in several; reads every line. */
export function occurrencesOf(document: RulesetDocument, id: ChainId): ChainOccurrence[] {
  const wanted = partsOfStack(id.stack).family;
  return document.lines.flatMap((line) => {
    if (!line.text.includes(id.name) && !EXPANDS.test(line.text)) return [];
    const { table, family } = document.context(line);
    return table === id.table && family === wanted ? chainsNamedBy(document, line).filter(({ name }) => name === id.name) : [];
  });
}

/** Names of the chains that any line of the file declares in the table, gone again or not; reads every line. */
export function declaredChains(document: RulesetDocument, table: TableName, stack: Stack): Set<string> {
  const names = new Set<string>();
  for (const line of document.lines) {
    if (document.context(line).table !== table || document.stackOf(line) !== stack) continue;
    for (const { mention, name } of chainsNamedBy(document, line)) if (mention === 'declaration') names.add(name);
  }
  return names;
}

/** The names of chains in one line, in its order. */
export function chainsNamedBy(document: RulesetDocument, line: Line): ChainOccurrence[] {
  const { content } = line;
  if (content.kind === 'chain') return content.name.text === '' ? [] : [{ line, span: content.name, mention: 'declaration', name: content.name.text }];
  return document.boundRules(line).flatMap((bound) => chainsOfRule(line, bound))
    .filter(({ span, name }, index, all) => all.findIndex((other) => other.span.start === span.start && other.name === name) === index);
}

function chainsOfRule(line: Line, { command, target }: BoundRule): ChainOccurrence[] {
  const found: ChainOccurrence[] = [];
  if (command?.chain !== undefined && command.chainSpan !== undefined) {
    found.push({ line, span: command.chainSpan, mention: command.kind === 'new-chain' ? 'declaration' : 'command', name: command.chain });
  }
  if (command?.kind === 'rename-chain' && command.argument !== undefined) {
    found.push({ line, span: command.argument.span, mention: 'declaration', name: command.argument.text });
  }
  if (target?.kind === 'chain') found.push({ line, span: target.nameSpan, mention: 'jump', name: target.chain });
  return found;
}
