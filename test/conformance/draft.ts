import type { ExtensionDefinition, OptionSpec } from '../../server/src/core/extensions/definition.ts';
import type { Family, TableName } from '../../server/src/core/netfilter.ts';

/** One option of an extension as a rule will write it. */
export interface DraftOption {
  readonly spec: OptionSpec;
  /** With its dashes. */
  spelling: string;
  negations: number;
  values: string[];
}

/** `-m NAME` or `-j NAME` with its options. */
export interface DraftUse {
  readonly definition: ExtensionDefinition;
  /** What the rule writes: `-m tcp`; empty where `-p` brings the match in. */
  loader: string[];
  options: DraftOption[];
}

/** A rule in the making: its parts in the order in which they are written, each a list of words. */
export interface Draft {
  family: Family;
  table: TableName;
  chain: string;
  /** Whether it stands in a chain of its own, to which `chain` jumps. */
  nested: boolean;
  /** `-p tcp`, `-s 10.0.0.1` …, by option. */
  readonly header: Map<string, { negated: boolean; values: string[] }>;
  matches: DraftUse[];
  target: DraftUse | undefined;
  /** `-j ACCEPT`, where the target is no extension. */
  verdict: string[];
  /** Words behind everything else. */
  tail: string[];
}

/** The words of an option with its `!`s and values. */
export const optionWords = ({ spelling, negations, values }: DraftOption): string[] => [...Array.from({ length: negations }, () => '!'), spelling, ...values];

/** The words of a rule behind `-A CHAIN`, in order. */
export function draftWords({ header, matches, target, verdict, tail }: Draft): string[] {
  const use = (each: DraftUse): string[] => [...each.loader, ...each.options.flatMap(optionWords)];
  return [
    ...[...header].flatMap(([name, { negated, values }]) => [...(negated ? ['!'] : []), name, ...values]),
    ...matches.flatMap(use), ...(target === undefined ? verdict : use(target)), ...tail,
  ];
}

/** The rule as a line writes it, behind `-A CHAIN`. */
export const draftText = (draft: Draft): string => draftWords(draft).map(quoted).join(' ');

/** A word as iptables-restore reads it back, in quotes where it has to be. */
export function quoted(word: string): string {
  return word !== '' && !/[\s"]/u.test(word) ? word : `"${word.replaceAll(/["\\]/gu, '\\$&')}"`;
}

/** The ruleset that holds the rule. */
export function rulesetOf({ table, chain, nested }: Pick<Draft, 'table' | 'chain' | 'nested'>, rule: string): string {
  return nested ? `*${table}\n:own - [0:0]\n-A ${chain} -j own\n-A own ${rule}\nCOMMIT\n` : `*${table}\n-A ${chain} ${rule}\nCOMMIT\n`;
}
