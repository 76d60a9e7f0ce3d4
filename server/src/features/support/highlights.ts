import type { SemanticTokensLegend } from 'vscode-languageserver';
import { findMatch, findTarget, optionBySpelling } from '../../core/extensions/catalogue.ts';
import type { Family } from '../../core/netfilter.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { BoundRule, Token } from '../../core/ruleset/model.ts';
import type { Argument, Line, LineContent } from '../../core/syntax/line.ts';
import type { Span } from '../../core/text.ts';
import type { ValueType } from '../../core/values/value.ts';

/** What a word can be, in the protocol's own names, which bring a colour along in every theme. */
const TYPES = ['namespace', 'function', 'type', 'parameter', 'keyword', 'operator', 'enumMember', 'number', 'string'] as const;

const MODIFIERS = ['declaration', 'defaultLibrary', 'modification'] as const;

/** The numbers that types and modifiers have in answers. */
export const LEGEND: SemanticTokensLegend = { tokenTypes: [...TYPES], tokenModifiers: [...MODIFIERS] };

/** A word and what it is. */
export interface Highlight extends Span {
  readonly type: typeof TYPES[number];
  readonly modifier?: typeof MODIFIERS[number];
}

/** What the words of a line are, in their order and apart from each other; words that a shell makes or that are quoted keep the colours that they have. */
export function highlightsOf(document: RulesetDocument, line: Line): readonly Highlight[] {
  const { content } = line;
  if (content.kind === 'table') return [{ start: content.name.start - 1, end: content.name.end, type: 'namespace' }];
  if (content.kind === 'chain') return ofDeclaration(content);
  const bound = document.boundRules(line);
  return bound[0] === undefined ? [] : ofRules(line, bound[0], bound);
}

/** Those of lines that were looked at, by the first rule that is read in them: an edit changes those of its own lines only. */
const kept = new WeakMap<BoundRule, readonly Highlight[]>();

function ofRules(line: Line, first: BoundRule, all: readonly BoundRule[]): readonly Highlight[] {
  const known = kept.get(first);
  if (known !== undefined) return known;
  const found = apart(all.flatMap((bound) => ofTokens(bound, bound.tokens.filter((token) => isPlain(line, token)))));
  kept.set(first, found);
  return found;
}

function ofDeclaration({ name, policy }: Extract<LineContent, { kind: 'chain' }>): Highlight[] {
  const isPolicy = ({ text }: Argument): boolean => text === 'ACCEPT' || text === 'DROP';
  return [
    ...(name.text === '' ? [] : [{ ...spanOf(name), type: 'function', modifier: 'declaration' } as const]),
    ...(policy !== undefined && isPolicy(policy) ? [{ ...spanOf(policy), type: 'enumMember' } as const] : []),
  ];
}

const spanOf = ({ start, end }: Span): Span => ({ start, end });

/** Whether the word stands in the file as it is read: without quotes, and not made by a shell. */
const isPlain = ({ text }: Line, { start, end }: Token): boolean => !/["'\\$`{]/u.test(text.slice(start, end));

function ofTokens(bound: BoundRule, tokens: readonly Token[]): Highlight[] {
  const makes = tokens.some(({ role, option }) => role === 'command' && option === 'new-chain');
  return tokens.flatMap((token) => (token.role === 'chain' ? [nameOfChain(token, makes)] : ofToken(bound, token)));
}

const nameOfChain = (span: Span, isDeclaration: boolean): Highlight => ({ ...spanOf(span), type: 'function', ...(isDeclaration ? { modifier: 'declaration' } : {}) });

function ofToken(bound: BoundRule, token: Token): Highlight[] {
  const one = (type: Highlight['type'], modifier?: Highlight['modifier']): Highlight[] =>
    [{ ...spanOf(token), type, ...(modifier === undefined ? {} : { modifier }) }];
  switch (token.role) {
    case 'negation': return one('operator');
    case 'command': return one('keyword', 'modification');
    case 'rule-option': return isLoading(token) ? one('keyword') : one('parameter');
    case 'option': return one('parameter');
    case 'match-name': case 'protocol': return one('type', 'defaultLibrary');
    case 'target-name': return isVerdict(token) ? one('enumMember') : isExtension(bound, token) ? one('function', 'defaultLibrary') : [nameOfChain(token, false)];
    case 'position': return one('number');
    case 'value': return token.extension === undefined ? ofBaseValue(token, one) : ofValue(token, bound.family);
    case 'chain': case 'unknown': return [];
  }
}

/** Whether the option brings something else into the rule: a match, a target, a chain. */
const isLoading = ({ option }: Token): boolean => option === 'match' || option === 'jump' || option === 'goto';

const isVerdict = ({ text }: Token): boolean => text === 'ACCEPT' || text === 'DROP' || text === 'RETURN' || text === 'QUEUE';

/** Whether the name is that of the target that the rule has; a chain may hide it. */
function isExtension({ family, traits }: BoundRule, { text }: Token): boolean {
  const target = findTarget(text, family);
  return target !== undefined && traits.extensions.at(-1) === target;
}

type One = (type: Highlight['type'], modifier?: Highlight['modifier']) => Highlight[];

function ofBaseValue(token: Token, one: One): Highlight[] {
  switch (token.option) {
    case 'table': return one('namespace');
    case 'policy': return one('enumMember');
    case 'in-interface': case 'out-interface': return one('string');
    case 'rename-chain': return [nameOfChain(token, true)];
    default: return one('number');
  }
}

/** A value of an extension, each element of a list by itself: a word that its type knows, a number or an address, or a text. */
function ofValue(token: Token, family: Family): Highlight[] {
  const type = typeOf(token, family);
  const known = type === undefined ? NO_WORDS : wordsOf(type, family);
  const separator = type?.separator ?? '\n';
  let start = token.start;
  return token.text.split(separator).flatMap((text): Highlight[] => {
    const span = { start, end: start + text.length };
    start = span.end + separator.length;
    if (text === '') return [];
    return [{ ...span, type: known.has(text) ? 'enumMember' : isNumeric(text) ? 'number' : 'string' }];
  });
}

/** Whether it looks like a number, a rate, an address. */
const isNumeric = (text: string): boolean => /^[0-9]|^[0-9a-f]*:[0-9a-f:]*(?:\/|$)/iu.test(text);

function typeOf({ extension = '', option = '', index = 0 }: Token, family: Family): ValueType<unknown> | undefined {
  const definition = findMatch(extension, family) ?? findTarget(extension, family);
  return definition && optionBySpelling(definition, option, family)?.values[index];
}

const NO_WORDS: ReadonlySet<string> = new Set();

/** The words that a type of values proposes, by family. */
const words: Readonly<Record<Family, WeakMap<ValueType<unknown>, ReadonlySet<string>>>> = { ipv4: new WeakMap(), ipv6: new WeakMap() };

function wordsOf(type: ValueType<unknown>, family: Family): ReadonlySet<string> {
  const found = words[family].get(type) ?? new Set((type.complete?.({ family, protocol: undefined }) ?? []).map(({ text }) => text).filter((text) => !isNumeric(text)));
  words[family].set(type, found);
  return found;
}

/** Sorted, without those that overlap others: several commands may be made of the same words. */
function apart(found: Highlight[]): Highlight[] {
  let end = 0;
  return found.sort((a, b) => a.start - b.start || a.end - b.end).filter((each) => {
    if (each.start < end) return false;
    end = each.end;
    return true;
  });
}
