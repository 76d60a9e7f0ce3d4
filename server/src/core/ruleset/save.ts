import { BUILT_IN_CHAINS, type Backend, type Family, type TableName } from '../netfilter.ts';
import { printMasked, type MaskedAddress } from '../values/address.ts';
import { protocol } from '../values/protocol.ts';
import type { BoundRule, Chain, HeaderPart, Rule, RuleHeader, RuleTarget, Ruleset, Table } from './model.ts';
import { saveMatches, saveTarget } from './save-uses.ts';

/** A line of a saved ruleset, with the rule that it prints. */
export interface SavedLine {
  readonly text: string;
  readonly rule?: Rule;
}

/** A rule as iptables-save 1.8.9 prints it behind `-A CHAIN`, what it loses included: empty for a rule that says nothing. */
export function saveRule(rule: Rule, backend: Backend): string {
  return ruleWords(rule, backend).join(' ');
}

function ruleWords({ bound, source, destination }: Rule, backend: Backend): string[] {
  const { header, matches, target, family } = bound;
  const addresses = { source: source === undefined ? [] : [source], destination: destination === undefined ? [] : [destination] };
  return [...headerWords(header, addresses, family, backend === 'nft'), ...saveMatches(matches, backend), ...targetWords(target, backend)];
}

/** What a line says behind its command in the spelling of iptables-save, all addresses of a list included and nothing forgotten that either program keeps. */
export function spellRule({ header, matches, target, family }: BoundRule): string {
  const addresses = { source: header.source?.value ?? [], destination: header.destination?.value ?? [] };
  return [...headerWords(header, addresses, family, true), ...saveMatches(matches, 'legacy'), ...targetWords(target, 'legacy')].join(' ');
}

/**
 * The ruleset as iptables-save 1.8.9 prints it, with its counters at zero and without its comments of when and by whom;
 * a rule that is not known or that iptables refuses is a comment.
 */
export function saveRuleset(ruleset: Ruleset, backend: Backend): SavedLine[] {
  return savedTables(ruleset, backend).flatMap((table) => [
    { text: `*${table.name}` },
    ...chainsOf(table).map(({ name, policy }) => ({ text: `:${name} ${policy ?? '-'} [0:0]` })),
    ...chainsOf(table).flatMap(({ name, rules }) => rules.map((rule) => savedRule(name, rule, backend))),
    { text: 'COMMIT' },
  ]);
}

function savedRule(chain: string, rule: Rule, backend: Backend): SavedLine {
  const { bound } = rule;
  if (bound.broken) return { text: `# -A ${chain}: iptables refuses ${quoted(bound)}`, rule };
  return { text: bound.unresolved === undefined ? [`-A ${chain}`, ...ruleWords(rule, backend)].join(' ') : `# ${openRule(chain, rule, backend)}`, rule };
}

/** What is said of a rule, or policy, that is not known. */
function openRule(chain: string, rule: Rule, backend: Backend): string {
  const { bound } = rule;
  const { unknownWord, conditional, command, target } = bound;
  if (conditional === undefined || unknownWord !== undefined) return `-A ${chain}: not known before a shell reads ${quoted(bound)}`;
  const isPolicy = command?.kind === 'policy' && target?.kind === 'verdict';
  return `${isPolicy ? `-P ${chain} ${target.verdict}` : [`-A ${chain}`, ...ruleWords(rule, backend)].join(' ')}: depends on \`${conditional}\``;
}

const quoted = ({ line }: BoundRule): string => `\`${line.text.replaceAll(/\s+/gu, ' ').trim()}\``;

/** iptables-nft goes through its tables in an order of its own, and has only those in which something was made. */
const NFT_ORDER: readonly TableName[] = ['mangle', 'security', 'raw', 'filter', 'nat'];

function savedTables({ tables }: Ruleset, backend: Backend): Table[] {
  // The kernel lists what iptables-legacy touched last first.
  if (backend === 'legacy') return [...tables.values()].reverse();
  return NFT_ORDER.flatMap((name) => tables.get(name) ?? []).filter(({ made }) => made);
}

/** The chains in the order of iptables-save: built-in ones as packets pass them, then the others by name. */
function chainsOf({ name, chains }: Table): Chain[] {
  const builtIn = BUILT_IN_CHAINS[name].map((hook) => chains.get(hook)!);
  return [...builtIn, ...[...chains.values()].filter((chain) => !chain.builtIn).sort((a, b) => (a.name < b.name ? -1 : 1))];
}

interface Addresses {
  readonly source: readonly MaskedAddress[];
  readonly destination: readonly MaskedAddress[];
}

/** `keepsEvery` is whether `! -i +` is printed, as iptables-nft does. */
function headerWords(header: RuleHeader, { source, destination }: Addresses, family: Family, keepsEvery: boolean): string[] {
  return [
    ...addressWords('-s', header.source, source, family), ...addressWords('-d', header.destination, destination, family),
    ...interfaceWords('-i', header.in, keepsEvery), ...interfaceWords('-o', header.out, keepsEvery),
    ...(header.protocol === undefined || header.protocol.value === 0 ? [] : stated(header.protocol, '-p', protocol.print(header.protocol.value, { family }))),
    ...(header.fragment === undefined ? [] : stated(header.fragment, '-f')),
  ];
}

function addressWords(option: string, given: HeaderPart<unknown> | undefined, addresses: readonly MaskedAddress[], family: Family): string[] {
  if (given === undefined || addresses.length === 0) return [];
  const isAny = addresses.length === 1 && BigInt(addresses[0]!.mask) === 0n && addresses[0]!.host === undefined;
  return isAny && !given.negated ? [] : stated(given, option, addresses.map((address) => printMasked(address, family)).join(','));
}

/** `+` is every interface and printed as nothing; iptables-legacy loses its negation too. */
function interfaceWords(option: string, given: HeaderPart<string> | undefined, keepsEvery: boolean): string[] {
  if (given === undefined || (given.value === '+' && !(given.negated && keepsEvery))) return [];
  return stated(given, option, given.value);
}

const stated = ({ negated }: HeaderPart<unknown>, ...words: string[]): string[] => (negated ? ['!', ...words] : words);

function targetWords(target: RuleTarget | undefined, backend: Backend): string[] {
  switch (target?.kind) {
    case 'verdict': return ['-j', target.verdict];
    case 'extension': return [saveTarget(target.use, backend)];
    case 'chain': return [target.goto ? '-g' : '-j', target.chain];
    default: return [];
  }
}
