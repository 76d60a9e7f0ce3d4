import type { Family } from '../netfilter.ts';
import { MATCHES, MATCH_DOCS, TARGETS, TARGET_DOCS } from './catalogue.generated.ts';
import type { ExtensionDefinition, MatchDefinition, OptionSpec, TargetDefinition } from './definition.ts';

type Index<D> = Readonly<Record<Family, ReadonlyMap<string, D>>>;

const matchIndex = indexByName(MATCHES);
const targetIndex = indexByName(TARGETS);

/** The match that `-m name` loads in this family. */
export function findMatch(name: string, family: Family): MatchDefinition | undefined {
  return matchIndex[family].get(name);
}

/** The target extension that `-j name` loads in this family. */
export function findTarget(name: string, family: Family): TargetDefinition | undefined {
  return targetIndex[family].get(name);
}

/** Every match that the family has. */
export function matchesOf(family: Family): readonly MatchDefinition[] {
  return MATCHES.filter((match) => match.families.includes(family));
}

/** Every target extension that the family has. */
export function targetsOf(family: Family): readonly TargetDefinition[] {
  return TARGETS.filter((target) => target.families.includes(family));
}

/** The match that `-p` brings in by itself when one of its options is used, if the protocol has one. */
export function protocolMatch(protocol: number, family: Family): MatchDefinition | undefined {
  const name = PROTOCOL_MATCHES.get(protocol);
  return name === undefined ? undefined : findMatch(name, family);
}

/** Extensions of the family with an option spelled exactly `spelling` (without dashes). */
export function ownersOf(spelling: string, family: Family): readonly ExtensionDefinition[] {
  return [...matchesOf(family), ...targetsOf(family)].filter((definition) =>
    definition.options.some((spec) => availableIn(spec, family) && spellings(spec).includes(spelling)));
}

const spellingIndexes = new WeakMap<ExtensionDefinition, ReadonlyMap<string, OptionSpec>>();

/** The extension's option that is spelled exactly so, where the family has it. */
export function optionBySpelling(definition: ExtensionDefinition, spelling: string, family: Family): OptionSpec | undefined {
  let index = spellingIndexes.get(definition);
  if (index === undefined) {
    index = new Map(definition.options.flatMap((spec) => spellings(spec).map((each) => [each, spec] as const)));
    spellingIndexes.set(definition, index);
  }
  const spec = index.get(spelling);
  return spec !== undefined && availableIn(spec, family) ? spec : undefined;
}

/** Every spelling of an option that iptables takes, the canonical one first. */
export function spellings(spec: OptionSpec): readonly string[] {
  return [...new Set([spec.name, ...(spec.aliases ?? []), ...Object.keys(spec.deprecated ?? {})])];
}

/** Whether the option exists for rules of the family. */
export function availableIn(spec: OptionSpec, family: Family): boolean {
  return spec.family === undefined || spec.family === family;
}

/** The Markdown page of an extension. */
export function documentation(definition: ExtensionDefinition): string | undefined {
  return (definition.kind === 'match' ? MATCH_DOCS : TARGET_DOCS)[definition.name];
}

/** Protocols whose name is the name of a match (seen in iptables 1.8.9: an unknown option makes it load that match). */
const PROTOCOL_MATCHES: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'], [6, 'tcp'], [17, 'udp'], [33, 'dccp'], [50, 'esp'], [51, 'ah'], [58, 'icmp6'], [132, 'sctp'], [135, 'mh'], [108, 'ipcomp'],
]);

function indexByName<D extends ExtensionDefinition>(definitions: readonly D[]): Index<D> {
  const index = { ipv4: new Map<string, D>(), ipv6: new Map<string, D>() };
  for (const definition of definitions) {
    for (const family of definition.families) {
      for (const name of [definition.name, ...(definition.aliases ?? [])]) index[family].set(name, definition);
    }
  }
  return index;
}
