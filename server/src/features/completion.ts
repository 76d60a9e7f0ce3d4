import type { CompletionItem, CompletionList, CompletionParams } from 'vscode-languageserver';
import type { HostFacts } from '../core/engine/host.ts';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Position } from '../core/syntax/positions.ts';
import type { Span } from '../core/text.ts';
import { defineFeature } from './feature.ts';
import { baseOptions, commands, describesRule } from './support/completion/base-option.ts';
import { commandChains, jumpChains } from './support/completion/chain.ts';
import { commentProposals } from './support/completion/comment.ts';
import { loadableOptions, loadedOptions } from './support/completion/extension-option.ts';
import { toItems, type Insertion, type Proposal } from './support/completion/item.ts';
import { afterChainName, chainStarts, lineStarts, tableStarts } from './support/completion/line-start.ts';
import { matchNames, targetNames } from './support/completion/name.ts';
import { siteAt, type Site } from './support/completion/site.ts';
import { isOptionalValue, valueProposals } from './support/completion/value.ts';
import { placeAt, rangeAt, type Place } from './support/place.ts';

/** What completion knows beside the document. */
export interface CompletionFacts {
  readonly host?: HostFacts;
  /** Whether the client takes snippets. */
  readonly snippets?: boolean;
  /** Command by which the client opens the list again after an insertion. */
  readonly suggestCommand?: string | undefined;
}

/** What can stand at the position, by what iptables and the kernel take there; unfiltered, for the client to filter. */
export function complete(document: RulesetDocument, position: Position, facts: CompletionFacts = {}): CompletionItem[] {
  const place = placeAt(document, position);
  const { text, line } = place;
  const insert = (proposals: readonly Proposal[], word: Span, more: Partial<Insertion> = {}): CompletionItem[] =>
    toItems(proposals, { range: rangeAt(place, word), valued: false, snippets: facts.snippets === true, suggestCommand: facts.suggestCommand, ...more });
  if (text.trimStart().startsWith('#')) {
    const { proposals, word } = commentProposals(place, facts.host ?? {});
    return insert(proposals, word);
  }
  const site = siteAt(place);
  if (site !== undefined && !startsLine(site)) return atSite(site, facts, insert);
  if (line?.content.kind === 'command' || line?.content.kind === 'invalid') return [];
  return atLineStart(place, insert);
}

type Insert = (proposals: readonly Proposal[], word: Span, more?: Partial<Insertion>) => CompletionItem[];

/** Whether the word is the first of a ruleset line. */
const startsLine = ({ isCommand, word, place: { text } }: Site): boolean => !isCommand && text.slice(0, word.start).trim() === '';

function atSite(site: Site, { host = {} }: CompletionFacts, insert: Insert): CompletionItem[] {
  const { meaning, word } = site;
  switch (meaning?.role) {
    case 'chain': return insert(commandChains(site), word);
    case 'match-name': return insert(matchNames(site), word);
    case 'target-name': return insert(site.before.tokens.at(-1)?.option === 'goto' ? jumpChains(site, 0) : targetNames(site), word);
    case 'protocol': case 'value': {
      const { proposals, word: element } = valueProposals(site, meaning, host);
      return [...insert(proposals, element), ...(isOptionalValue(site, meaning) ? atOption(site, insert) : [])];
    }
    default: return atOption(site, insert);
  }
}

function atOption(site: Site, insert: Insert): CompletionItem[] {
  const { place, negation, word, valued } = site;
  const options = describesRule(site) ? [...loadedOptions(site), ...loadableOptions(site)] : [];
  return insert([...baseOptions(site), ...options], word, {
    valued,
    gap: negation?.end === word.start ? ' ' : '',
    leadRange: negation && rangeAt(place, { start: negation.start, end: negation.start }),
  });
}

function atLineStart(place: Place, insert: Insert): CompletionItem[] {
  const { text, offset, table, line } = place;
  const start = text.length - text.trimStart().length;
  const word = { start: Math.min(start, offset), end: Math.max(offset, start + (/^\S*/u.exec(text.slice(start))?.[0].length ?? 0)) };
  const typed = text.slice(word.start, offset);
  if (!/\s/u.test(typed)) return insert(startsFor(place, typed), word, { valued: /^\s+[^-\s]/u.test(text.slice(word.end)) });
  if (line?.content.kind === 'chain' && table !== undefined) return insert(...afterChain(place, table, line.content.name.text));
  return [];
}

/** Line starts that go with the first character, where there is one. */
function startsFor(place: Place, typed: string): Proposal[] {
  switch (typed[0]) {
    case '*': return tableStarts(place);
    case ':': return place.table === undefined ? [] : chainStarts(place, place.table);
    case '-': return place.table === undefined ? [] : commands(false, typed.startsWith('--'));
    case '[': return [];
    default: return lineStarts(place, typed);
  }
}

function afterChain({ text, offset }: Place, table: NonNullable<Place['table']>, chain: string): [Proposal[], Span] {
  const start = text.slice(0, offset).search(/\S*$/u);
  const end = offset + text.slice(offset).search(/\s|$/u);
  const words = text.slice(0, start).trim().split(/\s+/u).length;
  return [afterChainName(table, chain, words), { start, end }];
}

export default defineFeature<CompletionParams, CompletionList | undefined>({
  method: 'textDocument/completion',
  capabilities: { completionProvider: { triggerCharacters: ['-', ' ', ':', '*', ',', '!', '='] } },
  answer(session, { textDocument: { uri }, position }) {
    const document = session.document(uri);
    if (document === undefined) return undefined;
    const facts = { host: session.host(uri), snippets: session.snippets, suggestCommand: session.suggestCommand };
    return { isIncomplete: false, items: complete(document, position, facts) };
  },
});
