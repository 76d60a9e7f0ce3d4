import { CompletionItemKind } from 'vscode-languageserver';
import { BUILT_IN_CHAINS, TABLE_NAMES, isBuiltIn, type Hook, type TableName } from '../../../core/netfilter.ts';
import { COMMIT_DOC, HOOK_DOCS, POLICY_DOCS, TABLE_DOCS } from '../vocabulary.ts';
import type { Place } from '../place.ts';
import { commands } from './base-option.ts';
import { commentStarts } from './comment.ts';
import type { Proposal } from './item.ts';
import { policies } from './value.ts';

/** How a line of a ruleset can begin: inside of a table block with a chain, a rule or its end, outside with a table. */
export function lineStarts(place: Place, typed: string): Proposal[] {
  if (place.table === undefined && place.document.kind === 'script') return commentStarts();
  if (place.table === undefined) return [...tableStarts(place), ...commentStarts()];
  const commit: Proposal = { label: 'COMMIT', kind: CompletionItemKind.Keyword, documentation: COMMIT_DOC, rank: 5 };
  return [...commands(false, typed.startsWith('--')), ...chainStarts(place, place.table), commit, ...commentStarts()];
}

/** `*table` for the tables that the file has not opened. */
export function tableStarts({ document, stack }: Place): Proposal[] {
  const { tables } = document.ruleset(stack);
  return TABLE_NAMES.filter((name) => tables.get(name)?.line === undefined).map((name) => ({
    label: `*${name}`, kind: CompletionItemKind.Module, owner: 'table', documentation: TABLE_DOCS[name], rank: name === 'filter' ? 0 : 1,
  }));
}

/** Declarations of the built-in chains that the table has not declared, and of a user-defined one. */
export function chainStarts({ document, stack }: Place, table: TableName): Proposal[] {
  const chains = document.ruleset(stack).tables.get(table)?.chains;
  const undeclared = BUILT_IN_CHAINS[table].filter((name) => chains?.get(name)?.declaration === undefined).map((name: Hook) => ({
    label: `:${name}`, text: `:${name} ACCEPT [0:0]`, kind: CompletionItemKind.Interface, owner: 'built-in chain', documentation: HOOK_DOCS[name], rank: 3,
  }));
  return [...undeclared, {
    label: ':', kind: CompletionItemKind.Function, values: ['CHAIN', '-', '[0:0]'], owner: 'user-defined chain', documentation: 'Declares a user-defined chain.', rank: 4,
  }];
}

/** What follows the name in a chain declaration: its policy, then its counters. */
export function afterChainName(table: TableName, chain: string, word: number): Proposal[] {
  if (word === 2) return [{ label: '[0:0]', kind: CompletionItemKind.Value, owner: 'counters', rank: 0 }];
  if (word !== 1) return [];
  return isBuiltIn(table, chain)
    ? policies(true)
    : [{ label: '-', kind: CompletionItemKind.EnumMember, owner: 'no policy', documentation: POLICY_DOCS['-'], rank: 0 }];
}
