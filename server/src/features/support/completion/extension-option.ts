import { CompletionItemKind } from 'vscode-languageserver';
import { availableIn, matchesOf, protocolMatch, targetsOf } from '../../../core/extensions/catalogue.ts';
import { protocolsOf, type BoundOption, type ExtensionDefinition, type ExtensionUse, type MatchDefinition, type OptionSpec } from '../../../core/extensions/definition.ts';
import { pageOf } from '../pages.ts';
import { usesOf } from '../../../core/ruleset/uses.ts';
import { Harm, standInFor } from './harm.ts';
import { RANK, type Proposal } from './item.ts';
import { admits, popularity, suitsProtocol } from './name.ts';
import { isAllowed, isOptionAllowed, type Site } from './site.ts';

/** How rules write the protocols that an extension may ask for. */
const PROTOCOL_WORDS: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'], [17, 'udp'], [1, 'icmp'], [58, 'ipv6-icmp'], [132, 'sctp'], [33, 'dccp'], [50, 'esp'], [51, 'ah'], [108, 'ipcomp'], [135, 'mh'], [136, 'udplite'],
]);

/** More options than any extension has, so that those of one stay together. */
const MOST_OPTIONS = 50;

/** Options of the extensions that the rule has loaded before the site, as far as they can still be given. */
export function loadedOptions(site: Site): Proposal[] {
  const harm = new Harm(site);
  return loaded(site).flatMap(({ definition, use }) => {
    const given = use?.options ?? [];
    return definition.options.filter((spec) => mayFollow(spec, given) && isOptionAllowed(definition, given, spec, site) && !isHarmful(definition, spec, protocolLead(spec.protocols, site), site, harm))
      .flatMap((spec) => proposalsFor(definition, spec, site, true));
  });
}

/** Options of matches and, without a target, of target extensions that the rule has not loaded; they bring along what loads them. */
export function loadableOptions(site: Site): Proposal[] {
  const { family } = site.place;
  const present = new Set(loaded(site).map(({ definition }) => definition));
  const targets = site.others.target === undefined ? targetsOf(family) : [];
  const harm = new Harm(site);
  return [...matchesOf(family), ...targets]
    .filter((definition) => !present.has(definition) && isAllowed(definition, site) && suitsProtocol(definition, site))
    .flatMap((definition) => definition.options
      .filter((spec) => isOptionAllowed(definition, [], spec, site) && !isHarmful(definition, spec, leadOf(definition, spec, site), site, harm))
      .flatMap((spec) => proposalsFor(definition, spec, site, false)));
}

/** Whether the option, with values that can be read, makes iptables refuse the line for more than it does already. */
function isHarmful(definition: ExtensionDefinition, { name, values }: OptionSpec, lead: string, site: Site, harm: Harm): boolean {
  // Without checks of its own it can only get in the way of what follows.
  if (site.valued || (!site.isInside && definition.check === undefined && definition.checkBeside === undefined)) return false;
  const context = { family: site.place.family, protocol: site.others.header.protocol?.value };
  const given = values.map((type) => standInFor(type, context));
  return harm.isDoneByOption([`--${name}`, ...given.filter((each) => each !== undefined)], lead.split(' ').filter((word) => word !== ''));
}

interface Loaded {
  readonly definition: ExtensionDefinition;
  /** How the whole rule uses it; undefined when only `-p` speaks of it. */
  readonly use: ExtensionUse | undefined;
}

/** The extensions whose options iptables would know at the site; of one that is loaded twice, the later use. */
function loaded(site: Site): Loaded[] {
  const { before, others } = site;
  const found = new Map<ExtensionDefinition, Loaded>();
  for (const { definition, span } of usesOf(before)) {
    found.set(definition, { definition, use: usesOf(others).find((use) => use.definition === definition && use.span.start === span.start) });
  }
  const implied = impliedMatch(site);
  if (implied !== undefined && !found.has(implied)) {
    found.set(implied, { definition: implied, use: usesOf(others).find((use) => use.definition === implied) });
  }
  return [...found.values()];
}

/** The match that `-p` would load if one of its options came now. */
function impliedMatch({ before, boundWith, place: { family } }: Site): MatchDefinition | undefined {
  const { protocol } = before.header;
  const match = protocol === undefined || protocol.negated ? undefined : protocolMatch(protocol.value, family);
  const option = match?.options.find((spec) => availableIn(spec, family));
  if (option === undefined) return undefined;
  return boundWith(`--${option.name}`).matches.some(({ definition }) => definition === match) ? match : undefined;
}

/** Whether an option can stand beside those that are given. */
function mayFollow(spec: OptionSpec, given: readonly BoundOption[]): boolean {
  if (spec.repeatable !== true && given.some((bound) => bound.spec === spec)) return false;
  return !given.some(({ spec: other }) => other !== spec && (other.conflicts?.includes(spec.name) === true || spec.conflicts?.includes(other.name) === true));
}

function proposalsFor(definition: ExtensionDefinition, spec: OptionSpec, site: Site, isLoaded: boolean): Proposal[] {
  const { family } = site.place;
  if (!availableIn(spec, family) || !suitsOption(definition, spec, site) || (site.negation !== undefined && spec.negatable !== true)) return [];
  const common = {
    kind: CompletionItemKind.Property,
    values: spec.values.map(({ placeholder }) => placeholder),
    completable: spec.values[0]?.complete !== undefined,
    documentation: pageOf(definition).optionSummaries.get(spec.name) ?? '',
    owner: definition.name,
    lead: isLoaded ? protocolLead(spec.protocols, site) : leadOf(definition, spec, site),
    rank: isLoaded ? rankOf(definition, spec, site) : popularity(definition) === undefined ? RANK.rare : RANK.common,
    order: (isLoaded ? 0 : (popularity(definition) ?? 0) * MOST_OPTIONS) + definition.options.indexOf(spec),
  };
  const usual = spec.saved ?? spec.name;
  const names = [spec.name, ...(spec.aliases ?? [])].filter((name) => spec.deprecated?.[name] === undefined).map((name) => ({ ...common, label: `--${name}`, rank: common.rank + (name === usual ? 0 : 1) }));
  if (!isLoaded) return names;
  const deprecated = Object.entries(spec.deprecated ?? {}).map(([name, instead]) =>
    ({ ...common, label: `--${name}`, owner: `${definition.name}, now --${instead}`, deprecated: true, rank: RANK.deprecated }));
  return [...names, ...deprecated];
}

/** What a loaded extension can't do without stands above what it can. */
function rankOf(definition: ExtensionDefinition, { name }: OptionSpec, { others }: Site): number {
  const wanted = definition.requires?.find((names) => names.includes(name));
  const given = usesOf(others).some((use) => use.definition === definition && use.options.some(({ spec }) => wanted?.includes(spec.name)));
  return wanted !== undefined && !given ? RANK.first : RANK.loaded;
}

/** What must be written before the extension's options: its protocol where the rule has none, and its name. */
function leadOf(definition: ExtensionDefinition, spec: OptionSpec, site: Site): string {
  const { family } = site.place;
  const protocols = spec.protocols ?? protocolsOf(definition, family);
  const implied = site.others.header.protocol === undefined ? protocols?.find((number) => protocolMatch(number, family) === definition) : undefined;
  if (implied !== undefined) return `-p ${protocolWord(implied)} `;
  return `${protocolLead(protocols, site)}${definition.kind === 'match' ? '-m' : '-j'} ${definition.name} `;
}

/** `-p` with the first of the protocols, where one is needed and the rule has none. */
const protocolLead = (protocols: readonly number[] | undefined, { others }: Site): string =>
  (protocols === undefined || others.header.protocol !== undefined ? '' : `-p ${protocolWord(protocols[0]!)} `);

/** Whether the rule's protocol is one for the option, and stands where iptables asks for it. */
function suitsOption(definition: ExtensionDefinition, spec: OptionSpec, site: Site): boolean {
  if (!admits(spec.protocols, site)) return false;
  const isBehind = site.others.header.protocol !== undefined && site.before.header.protocol === undefined;
  return spec.protocolFirst !== true || !isBehind || protocolsOf(definition, site.place.family) === undefined;
}

const protocolWord = (number: number): string => PROTOCOL_WORDS.get(number) ?? String(number);
