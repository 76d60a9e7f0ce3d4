import { BUILT_IN_CHAINS, type Backend, type Family, type TableName } from '../netfilter.ts';
import { printMasked, type MaskedAddress } from '../values/address.ts';
import { protocol } from '../values/protocol.ts';
import type { Chain, HeaderPart, Rule, RuleHeader, RuleTarget, Ruleset, Table } from './model.ts';
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

function ruleWords(rule: Rule, backend: Backend): string[] {
  const { header, matches, target, family } = rule.bound;
  return [...headerWords(header, rule, family, backend), ...saveMatches(matches, backend), ...targetWords(target, backend)];
}

/**
 * The ruleset as iptables-save 1.8.9 prints it, with its counters at zero and without its comments of when and by whom;
 * a rule that is not known is a comment.
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
  const { line, unresolved } = rule.bound;
  const text = unresolved === undefined ? [`-A ${chain}`, ...ruleWords(rule, backend)].join(' ') : `# -A ${chain}: not known before a shell reads \`${line.text.replaceAll(/\s+/gu, ' ').trim()}\``;
  return { text, rule };
}

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

function headerWords(header: RuleHeader, { source, destination }: Rule, family: Family, backend: Backend): string[] {
  return [
    ...addressWords('-s', header.source, source, family), ...addressWords('-d', header.destination, destination, family),
    ...interfaceWords('-i', header.in, backend), ...interfaceWords('-o', header.out, backend),
    ...(header.protocol === undefined || header.protocol.value === 0 ? [] : stated(header.protocol, '-p', protocol.print(header.protocol.value, { family }))),
    ...(header.fragment === undefined ? [] : stated(header.fragment, '-f')),
  ];
}

function addressWords(option: string, given: HeaderPart<unknown> | undefined, address: MaskedAddress | undefined, family: Family): string[] {
  if (given === undefined || address === undefined) return [];
  const isAny = BigInt(address.mask) === 0n && address.host === undefined;
  return isAny && !given.negated ? [] : stated(given, option, printMasked(address, family));
}

/** `+` is every interface and printed as nothing; iptables-legacy loses its negation too. */
function interfaceWords(option: string, given: HeaderPart<string> | undefined, backend: Backend): string[] {
  if (given === undefined || (given.value === '+' && !(given.negated && backend === 'nft'))) return [];
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
