import { CompletionItemKind } from 'vscode-languageserver';
import type { HostFacts } from '../../../core/engine/host.ts';
import type { ExtensionUse, OptionSpec } from '../../../core/extensions/definition.ts';
import type { Token } from '../../../core/ruleset/model.ts';
import type { Span } from '../../../core/text.ts';
import { TABLE_NAMES, type Family } from '../../../core/netfilter.ts';
import { addressList } from '../../../core/values/address.ts';
import { interfaceName } from '../../../core/values/interface.ts';
import { protocol } from '../../../core/values/protocol.ts';
import type { ValueContext, ValueProposal, ValueType } from '../../../core/values/value.ts';
import { createdSets, seenAddresses, seenInterfaces, seenValues } from '../seen.ts';
import { optionOf } from '../uses.ts';
import { POLICY_DOCS, TABLE_DOCS } from '../vocabulary.ts';
import type { Proposal } from './item.ts';
import { Harm } from './harm.ts';
import { variableProposals } from './variable.ts';
import { isOptionAllowed, type Site } from './site.ts';

/** Proposals for a value, and the stretch of the word that they replace. */
export interface ValueProposals {
  readonly proposals: readonly Proposal[];
  readonly word: Span;
}

/** What can stand as the value that the word is. */
export function valueProposals(site: Site, meaning: Token, host: HostFacts): ValueProposals {
  const { place: { document, family } } = site;
  if (meaning.extension !== undefined) return extensionValue(site, meaning, host);
  switch (meaning.option) {
    case 'protocol': return typed(site, protocol, []);
    case 'source': case 'src': case 'destination': case 'dst': return typed(site, addressList, seenAddresses(document, family));
    case 'in-interface': case 'out-interface': return typed(site, interfaceName, [...(host.interfaces?.keys() ?? []), ...seenInterfaces(document, family)]);
    case 'policy': return { word: site.word, proposals: policies(site.place.table !== 'nat') };
    case 'table': return { word: site.word, proposals: TABLE_NAMES.map((label) => ({ label, kind: CompletionItemKind.Module, owner: 'table', documentation: TABLE_DOCS[label], rank: 0 })) };
    default: return { word: site.word, proposals: [] };
  }
}

/** The policies of a built-in chain; iptables refuses `-P … DROP` in `nat`. */
export const policies = (mayDrop: boolean): Proposal[] => (mayDrop ? ['ACCEPT', 'DROP'] as const : ['ACCEPT'] as const)
  .map((label) => ({ label, kind: CompletionItemKind.EnumMember, owner: 'policy', documentation: POLICY_DOCS[label], rank: 0 }));

function extensionValue(site: Site, meaning: Token, host: HostFacts): ValueProposals {
  const { before, place: { document, family } } = site;
  const { index = 0 } = meaning;
  const found = optionOf(before, meaning);
  const type = found?.spec.values[index];
  if (found === undefined || type === undefined) return { word: site.word, proposals: [] };
  const { use, spec } = found;
  const context = contextOf(site);
  const seen = type.complete === undefined ? seenValues(document, family, use.definition.name, spec.name, index) : [];
  const { proposals, word } = typed(site, type, isSetName(use, spec, index) ? [...setsOf(host, family), ...createdSets(document, family), ...seen] : seen);
  const isLegal = (text: string): boolean => {
    const parsed = type.parse(text, context);
    return index > 0 || !parsed.ok || isOptionAllowed(use.definition, use.options, spec, site, parsed.value);
  };
  const harm = new Harm(site);
  const { text } = site.place;
  const option = /--[\w-]+=$/u.exec(text.slice(0, site.word.start))?.[0] ?? '';
  const whole = (label: string): string => option + text.slice(site.word.start, word.start) + label + text.slice(word.end, site.word.end);
  return { word, proposals: proposals.filter(({ label }) => isLegal(label) && (site.valued || !harm.isDoneBy([whole(label)]))) };
}

/** Whether the value can be left out, so that an option may stand in its place. */
export const isOptionalValue = (site: Site, meaning: Token): boolean => optionOf(site.before, meaning)?.spec.optionalValue === true;

/** Whether the value names an ipset: the first of two of `-m set` and `-j SET`. */
const isSetName = ({ definition }: ExtensionUse, { values }: OptionSpec, index: number): boolean =>
  definition.name.toLowerCase() === 'set' && values.length > 1 && index === 0;

const setsOf = ({ ipsets }: HostFacts, family: Family): string[] =>
  [...(ipsets ?? [])].filter(([, set]) => (set.family === 'inet') === (family === 'ipv4')).map(([name]) => name);

/** Proposals of a value type and values that were seen elsewhere, for the element under the cursor. */
function typed(site: Site, type: ValueType<unknown>, seen: readonly string[]): ValueProposals {
  const word = elementAt(site, type.separator);
  const { start, end } = site.word;
  const text = site.place.text;
  const present = type.separator === undefined ? [] : [...text.slice(start, word.start).split(type.separator), ...text.slice(word.end, end).split(type.separator)];
  const context = contextOf(site);
  const known = (type.complete?.(context) ?? []).filter((proposal) => !present.includes(proposal.text) || saysMore(type, present, proposal.text, context));
  const texts = new Set(known.map((proposal) => proposal.text));
  const variables = variablesFor(site, type, new Set([...seen, ...texts]));
  for (const { label } of variables) texts.add(label);
  // Where the word stands inside quotes, a value brings none of its own.
  const others = [...new Set(isQuoted(site) ? seen.map((value) => value.replace(/^(["'])(.*)\1$/u, '$2')) : seen)].filter((value) => !texts.has(value) && !present.includes(value));
  return {
    word,
    proposals: [
      ...variables,
      ...others.map((label) => ({ label, kind: CompletionItemKind.Value, owner: 'in this file', rank: 0 })),
      ...known.map(valueProposal),
    ],
  };
}

const isQuoted = ({ word, place: { text } }: Site): boolean => /["']/u.test(text[word.start - 1] ?? '');

/** Variables of a script, as its rules write them, that hold such a value; of one that any text can be, one of those that are known. */
function variablesFor(site: Site, type: ValueType<unknown>, known: ReadonlySet<string>): Proposal[] {
  const context = contextOf(site);
  const fits = (value: string): boolean => {
    const parsed = type.parse(value, context);
    return parsed.ok && parsed.warning === undefined && parsed.lookup === undefined;
  };
  const takesAll = fits(NO_VALUE);
  return variableProposals(site.place.document, (value) => (takesAll ? known.has(value) : fits(value)), (plain) => (known.has(`"${plain}"`) && !isQuoted(site) ? `"${plain}"` : plain));
}

/** A word that no value is that is not any text. */
const NO_VALUE = '\uE000';

/** Whether naming an element of a list again changes what the list says: not of states, but of a set's dimensions. */
function saysMore(type: ValueType<unknown>, present: readonly string[], element: string, context: ValueContext): boolean {
  const print = (elements: readonly string[]): string | undefined => {
    const parsed = type.parse(elements.join(type.separator), context);
    return parsed.ok ? type.print(parsed.value, context) : undefined;
  };
  const written = present.filter((each) => each !== '');
  const longer = print([...written, element]);
  return longer !== undefined && longer !== print(written);
}

const valueProposal = ({ text, detail, deprecated }: ValueProposal): Proposal =>
  ({ label: text, kind: CompletionItemKind.EnumMember, rank: deprecated === true ? 9 : 1, ...(detail === undefined ? {} : { owner: detail }), ...(deprecated === true ? { deprecated } : {}) });

/** The element of a list that the cursor is in; the whole word where the value is no list. */
function elementAt({ word, place: { text, offset } }: Site, separator: string | undefined): Span {
  if (separator === undefined) return word;
  const from = text.lastIndexOf(separator, offset - 1);
  const to = text.indexOf(separator, offset);
  return {
    start: from < word.start ? word.start : from + separator.length,
    end: to === -1 || to > word.end ? word.end : to,
  };
}

function contextOf({ place: { family }, before: { header } }: Site): ValueContext {
  return { family, protocol: header.protocol === undefined || header.protocol.negated ? undefined : header.protocol.value };
}
