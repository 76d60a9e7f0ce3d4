import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { BoundRule } from '../../core/ruleset/model.ts';
import type { Family } from '../../core/netfilter.ts';
import { usesOf } from '../../core/ruleset/uses.ts';

/** Distinct values that are kept: more would not be read by anybody. */
const MOST = 200;

/** What the rules of a file have written at some place of a rule, most frequent first; reads every rule of the ruleset. */
export function seenInRules(document: RulesetDocument, family: Family, read: (bound: BoundRule) => readonly (string | undefined)[]): string[] {
  const counts = new Map<string, number>();
  const chains = [...document.ruleset(family).tables.values()].flatMap(({ chains }) => [...chains.values()]);
  for (const { rules } of chains) {
    for (const { bound } of rules) for (const value of read(bound)) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST).map(([value]) => value);
}

/** Interfaces that rules name. */
export function seenInterfaces(document: RulesetDocument, family: Family): string[] {
  return seenInRules(document, family, ({ header }) => [header.in?.value, header.out?.value]);
}

/** Addresses and networks that rules name as source or destination. */
export function seenAddresses(document: RulesetDocument, family: Family): string[] {
  return seenInRules(document, family, ({ header, line }) => [header.source, header.destination].flatMap((part) =>
    (part === undefined ? [] : oneWord(line.text.slice(part.valueSpan.start, part.valueSpan.end)).flatMap((word) => word.split(',')))));
}

/** What rules have given as one value of an extension's option. */
export function seenValues(document: RulesetDocument, family: Family, extension: string, option: string, index: number): string[] {
  return seenInRules(document, family, (bound) => {
    const uses = usesOf(bound).filter(({ definition }) => definition.name === extension);
    return uses.length === 0 ? NONE : uses.flatMap(({ options }) => options).filter(({ spec }) => spec.name === option)
      .flatMap(({ valueSpans }) => (valueSpans[index] === undefined ? NONE : oneWord(bound.line.text.slice(valueSpans[index].start, valueSpans[index].end))));
  });
}

const NONE: readonly string[] = [];

/** A word of a script that stands for one argument; what brings in several, such as an array, is none to write once more. */
const oneWord = (word: string): readonly string[] => (/\$(?:[@*]|\{[^}]*[@*])/u.test(word) ? NONE : [word]);

/** What ipset makes: a name, a type and, where it is one of IPv6, the family. */
const CREATED = /^(?!\s*#).*?(?<![\w-])(?:create|-N|--create)\s+(?:(?:-exist|-!)\s+)*(\S+)\s+(?:(?:hash|bitmap|list):\S+|(?:ip|net|ipport|ipportip|ipportnet)hash|(?:ip|port|macip)map|setlist)\b(.*\bfamily\s+inet6\b)?/u;

/** Sets that a script creates by ipset, in the words that stand there. */
export function createdSets({ lines, kind }: RulesetDocument, family: Family): string[] {
  if (kind !== 'script') return [];
  return lines.flatMap(({ text }) => {
    const [, name, isSix] = CREATED.exec(text) ?? [];
    return name === undefined || (isSix !== undefined && family === 'ipv4') ? [] : [name];
  });
}
