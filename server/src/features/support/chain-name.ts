import { TABLE_NAMES, isBuiltIn, partsOfStack } from '../../core/netfilter.ts';
import { chainNameProblems } from '../../core/ruleset/chain-name.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { Position } from '../../core/syntax/positions.ts';
import { chainAt, type ChainId, type ChainOccurrence } from './chains.ts';
import { placeAt } from './place.ts';

/** Why a request can't be carried out, in words for the user. */
export interface Refusal {
  readonly refusal: string;
}

/** Tells a refusal from what was asked for. */
export const isRefusal = (answer: object): answer is Refusal => 'refusal' in answer;

const refuse = (refusal: string): Refusal => ({ refusal });

/** The chain at the position, if it can have another name. */
export function renamable(document: RulesetDocument, position: Position): { readonly id: ChainId; readonly occurrence: ChainOccurrence } | Refusal {
  const chain = chainAt(placeAt(document, position));
  if (chain === undefined) return refuse('Only user-defined chains can be renamed, and there is none here.');
  const { id: { table, name, stack } } = chain;
  if (isBuiltIn(table, name)) return refuse(`\`${name}\` is a built-in chain of \`${table}\`; the kernel gave it its name.`);
  if (name.includes('$')) return refuse(`The shell puts \`${name}\` together when the script runs; rename what it is made of.`);
  if (document.ruleset(stack).tables.get(table)?.chains.has(name) === true || chain.occurrence.mention === 'declaration') return chain;
  return refuse(`The table \`${table}\` declares no chain \`${name}\`, so there is nothing to rename.`);
}

/** Why a chain can't be called `name`; undefined when it can. */
export function nameRefusal(document: RulesetDocument, { stack, table, name: before }: ChainId, name: string): Refusal | undefined {
  if (name === before) return undefined;
  if (name === '') return refuse('A chain needs a name.');
  const strange = /[\s"'`\\$;&|<>()#*?]/u.exec(name)?.[0];
  if (strange !== undefined) return refuse(`A chain name can't hold ${/\s/u.test(strange) ? 'blanks' : `\`${strange}\``}; a file could not state it.`);
  const [problem] = chainNameProblems(name, { start: 0, end: name.length }, partsOfStack(stack).family, 'command');
  if (problem !== undefined) return refuse(problem.message);
  if (TABLE_NAMES.some((other) => isBuiltIn(other, name))) return refuse(`\`${name}\` is the name of a built-in chain; a chain needs another name.`);
  if (document.ruleset(stack).tables.get(table)?.chains.has(name) === true) return refuse(`The table \`${table}\` already has a chain \`${name}\`.`);
  return undefined;
}
