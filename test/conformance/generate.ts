import { PROTOCOL } from '../../server/src/core/engine/protocols.ts';
import { availableIn, spellings } from '../../server/src/core/extensions/catalogue.ts';
import { protocolsOf, type ExtensionDefinition, type OptionSpec } from '../../server/src/core/extensions/definition.ts';
import { BUILT_IN_CHAINS, HOOKS, TABLE_NAMES, type Family, type TableName } from '../../server/src/core/netfilter.ts';
import type { Random } from '../kernel/random.ts';
import type { Draft, DraftOption, DraftUse } from './draft.ts';
import { CATALOGUE, type Pools } from './pools.ts';

const PROTOCOL_NAMES: Readonly<Record<number, readonly string[]>> = {
  1: ['icmp'], 6: ['tcp', '6', 'TCP'], 17: ['udp', '17'], 33: ['dccp'], 50: ['esp'], 51: ['ah'], 58: ['icmpv6', 'ipv6-icmp'], 108: ['ipcomp'], 132: ['sctp'], 135: ['mh', 'ipv6-mh'], 136: ['udplite'],
};
const ADDRESSES: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['10.0.0.1', '192.0.2.0/24', '10.0.0.0/255.0.0.0', '0.0.0.0/0', '10.0.0.1,10.0.0.2', '10.1/16', '127.0.0.1/8'],
  ipv6: ['2001:db8::1', '2001:db8::/32', '::/0', 'fe80::1,fe80::2', '::ffff:10.0.0.1', 'fe80::/ffff::'],
};
const INTERFACES = ['eth0', 'eth+', 'lo', '+', 'br-lan', 'wlan0.10', 'tun+'];

/** Makes rules that should load: what the option schemas ask for is there, and every value could be read. */
export class Generator {
  private readonly pools: Pools;
  private readonly random: Random;

  constructor(pools: Pools, random: Random) {
    this.pools = pools;
    this.random = random;
  }

  /** A rule that uses the extension, and perhaps others beside it. */
  draft(definition: ExtensionDefinition): Draft {
    const { random } = this;
    const family = random.pick(definition.families);
    const others = random.chance(0.25) ? [this.other('match', family)] : [];
    const uses = definition.kind === 'match' ? [...others, definition] : others;
    const target = definition.kind === 'target' ? definition : random.chance(0.2) ? this.other('target', family) : undefined;
    const place = this.place([...uses, ...(target === undefined ? [] : [target])]);
    const draft: Draft = {
      family, ...place, header: this.header(family, place.chain, [...uses, ...(target === undefined ? [] : [target])]),
      matches: [], target: undefined, verdict: random.chance(0.8) ? ['-j', random.pick(['ACCEPT', 'RETURN', 'ACCEPT'])] : [], tail: [],
    };
    draft.matches = uses.map((each) => this.use(each, draft));
    draft.target = target && this.use(target, draft);
    return draft;
  }

  /** An option of the extension with values, as the rule could write it. */
  option(spec: OptionSpec, draft: Draft): DraftOption {
    const { random } = this;
    const names = [...spellings(spec), spec.name];
    return {
      spec, spelling: `--${random.pick(names)}`, negations: spec.negatable === true && random.chance(0.25) ? 1 : 0,
      values: spec.optionalValue === true && random.chance(0.3) ? [] : spec.values.map((_, index) => this.value(spec, index, draft)),
    };
  }

  /** A text that can be read as the option's value, where one is known. */
  value(spec: OptionSpec, index: number, draft: Draft): string {
    const type = spec.values[index]!;
    const context = { family: draft.family, protocol: protocolOf(draft) };
    const texts = this.pools.of(spec, index);
    const readable = texts.filter((text) => !text.startsWith('-') && type.parse(text, context).ok);
    return this.random.pick(readable.length > 0 ? readable : texts.length > 0 ? texts : ['1']);
  }

  /** Any text that was ever written for the value. */
  anyValue(spec: OptionSpec, index: number): string {
    const texts = this.pools.of(spec, index);
    return texts.length === 0 ? '1' : this.random.pick(texts);
  }

  /** An extension of the kind, at random. */
  other(kind: ExtensionDefinition['kind'], family: Family): ExtensionDefinition {
    return this.random.pick(CATALOGUE.filter((each) => each.kind === kind && each.families.includes(family)));
  }

  /** `-m NAME` or `-j NAME` with what it needs and some of what it takes. */
  use(definition: ExtensionDefinition, draft: Draft): DraftUse {
    const { random } = this;
    const chosen = new Set<OptionSpec>();
    const available = definition.options.filter((spec) => availableIn(spec, draft.family));
    const add = (spec: OptionSpec): void => { if (![...chosen].some((other) => isConflict(spec, other))) chosen.add(spec); };
    for (const alternatives of definition.requires ?? []) {
      if ([...chosen].some(({ name }) => alternatives.includes(name))) continue;
      add(random.pick(available.filter(({ name }) => alternatives.includes(name))));
    }
    for (const spec of available) if (random.chance(available.length > 4 ? 0.25 : 0.45)) add(spec);
    const options = (random.chance(0.3) ? random.sample([...chosen], chosen.size) : [...chosen]).map((spec) => this.option(spec, draft));
    const isBrought = definition.kind === 'match' && options.length > 0 && random.chance(0.3) && protocolName(draft)?.toLowerCase() === definition.name;
    return { definition, options, loader: isBrought ? [] : [definition.kind === 'match' ? '-m' : '-j', random.pick([definition.name, definition.name, ...(definition.aliases ?? [])])] };
  }

  /** A table and a chain that all of the extensions allow, if there are. */
  private place(uses: readonly ExtensionDefinition[]): Pick<Draft, 'table' | 'chain' | 'nested'> {
    const { random } = this;
    const tables = uses.reduce<readonly TableName[]>((left, { tables: allowed }) => (allowed === undefined ? left : left.filter((table) => allowed.includes(table))), TABLE_NAMES);
    const table = tables.includes('filter') && random.chance(0.5) ? 'filter' : random.pick(tables.length > 0 ? tables : TABLE_NAMES);
    const hooks = uses.reduce<readonly string[]>((left, { hooks: allowed = HOOKS }) => left.filter((hook) => (allowed as readonly string[]).includes(hook)), BUILT_IN_CHAINS[table]);
    return { table, chain: random.pick(hooks.length > 0 ? hooks : BUILT_IN_CHAINS[table]), nested: random.chance(0.2) };
  }

  private header(family: Family, chain: string, uses: readonly ExtensionDefinition[]): Draft['header'] {
    const { random } = this;
    const header: Draft['header'] = new Map();
    const add = (name: string, values: string[], mayNegate = 0.15): void => { header.set(name, { negated: random.chance(mayNegate), values }); };
    const wanted = uses.reduce<readonly number[] | undefined>((left, definition) => protocolsOf(definition, family)?.filter((each) => left?.includes(each) ?? true) ?? left, undefined);
    if (wanted !== undefined && wanted.length > 0) add('-p', [random.pick(PROTOCOL_NAMES[random.pick(wanted)] ?? ['tcp'])], 0);
    else if (random.chance(0.3)) add('-p', [random.pick(['tcp', 'udp', 'all', '47', 'icmp', 'sctp'])], 0.1);
    if (random.chance(0.15)) add('-s', [random.pick(ADDRESSES[family])]);
    if (random.chance(0.15)) add('-d', [random.pick(ADDRESSES[family])]);
    if (random.chance(0.15) && chain !== 'OUTPUT' && chain !== 'POSTROUTING') add('-i', [random.pick(INTERFACES)]);
    if (random.chance(0.15) && chain !== 'INPUT' && chain !== 'PREROUTING') add('-o', [random.pick(INTERFACES)]);
    if (random.chance(0.04) && family === 'ipv4') add('-f', []);
    return header;
  }
}

const isConflict = (one: OptionSpec, other: OptionSpec): boolean => one.conflicts?.includes(other.name) === true || other.conflicts?.includes(one.name) === true;

/** The protocol as the rule writes it. */
export const protocolName = ({ header }: Draft): string | undefined => {
  const given = header.get('-p');
  return given === undefined || given.negated ? undefined : given.values[0];
};

/** The number of the rule's protocol. */
function protocolOf(draft: Draft): number | undefined {
  const name = protocolName(draft)?.toLowerCase();
  if (name === undefined) return undefined;
  const known = Object.entries(PROTOCOL_NAMES).find(([number, names]) => number === name || names.includes(name));
  return known === undefined ? (PROTOCOL as Readonly<Record<string, number>>)[name] : Number(known[0]);
}
