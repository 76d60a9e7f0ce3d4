import { CompletionItemKind } from 'vscode-languageserver';
import { matchesOf, targetsOf } from '../../../core/extensions/catalogue.ts';
import { protocolsOf, type ExtensionDefinition } from '../../../core/extensions/definition.ts';
import { VERDICTS } from '../../../core/netfilter.ts';
import { pageOf } from '../pages.ts';
import { jumpChains } from './chain.ts';
import type { Proposal } from './item.ts';
import { isAllowed, type Site } from './site.ts';

/** Matches that `-m` can load in the rule. */
export function matchNames(site: Site): Proposal[] {
  const loaded = new Set(site.before.matches.map(({ definition }) => definition));
  return matchesOf(site.place.family)
    .filter((match) => isAllowed(match, site) && suitsProtocol(match, site))
    .flatMap((match) => names(match, CompletionItemKind.Module, 'match', loaded.has(match) || needsProtocol(match, site) ? 4 : isCommon(match) ? 1 : 2));
}

/** Extensions that most rulesets use; they stand above the others. */
const COMMON: readonly string[] = [
  'tcp', 'udp', 'conntrack', 'icmp', 'icmp6', 'multiport', 'limit', 'comment', 'addrtype', 'mark', 'set', 'REJECT', 'LOG', 'DNAT', 'SNAT', 'MASQUERADE', 'REDIRECT', 'MARK',
];

/** Place of an extension among those that most rulesets use, from 0; undefined for the others. */
export function popularity({ name }: ExtensionDefinition): number | undefined {
  const index = COMMON.indexOf(name);
  return index === -1 ? undefined : index;
}

const isCommon = (definition: ExtensionDefinition): boolean => popularity(definition) !== undefined;

/** Verdicts, target extensions and chains that `-j` can name in the rule. */
export function targetNames(site: Site): Proposal[] {
  const targets = targetsOf(site.place.family)
    .filter((target) => isAllowed(target, site) && suitsProtocol(target, site))
    .flatMap((target) => (VERDICTS.has(target.name)
      ? names(target, CompletionItemKind.Keyword, 'verdict', 0)
      : names(target, CompletionItemKind.Class, 'target', needsProtocol(target, site) ? 4 : isCommon(target) ? 2 : 3)));
  return [...targets, ...jumpChains(site, 1)];
}

/** Whether the rule's protocol, if it has one, is one that the extension takes. */
export function suitsProtocol(definition: ExtensionDefinition, site: Site): boolean {
  return admits(protocolsOf(definition, site.place.family), site);
}

/** Whether the rule's protocol, if it has one, is among these. */
export function admits(protocols: readonly number[] | undefined, { others }: Site): boolean {
  const { protocol } = others.header;
  return protocols === undefined || protocol === undefined || (!protocol.negated && protocols.includes(protocol.value));
}

const needsProtocol = (definition: ExtensionDefinition, { others, place: { family } }: Site): boolean => protocolsOf(definition, family) !== undefined && others.header.protocol === undefined;

function names(definition: ExtensionDefinition, kind: CompletionItemKind, owner: string, rank: number): Proposal[] {
  const documentation = pageOf(definition).summary;
  const main = { label: definition.name, kind, owner, documentation, rank, order: popularity(definition) ?? COMMON.length };
  const others = (definition.aliases ?? []).map((label) => ({ ...main, label, owner: `${owner}, the same as ${definition.name}`, rank: rank + 1 }));
  return [main, ...others];
}
