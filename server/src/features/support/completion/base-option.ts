import { CompletionItemKind } from 'vscode-languageserver';
import { BASE_OPTIONS, type BaseOption } from '../../../core/ruleset/options.ts';
import type { CommandKind } from '../../../core/ruleset/model.ts';
import { isBuiltIn } from '../../../core/netfilter.ts';
import { NO_INTERFACE } from '../../../core/ruleset/placement.ts';
import { BASE_OPTION_DOCS } from '../base-option-docs.ts';
import { NEGATION_DOC } from '../vocabulary.ts';
import { RANK, type Proposal } from './item.ts';
import { hooksAt, type Site } from './site.ts';

/** Commands that describe a rule, so that its options can follow. */
const RULE_COMMANDS: ReadonlySet<CommandKind> = new Set<CommandKind>(['append', 'insert', 'replace', 'delete', 'check']);

/** Commands that change the ruleset; the others only show or test it. */
const CHANGES: ReadonlySet<CommandKind> = new Set<CommandKind>([...RULE_COMMANDS, 'policy', 'new-chain', 'delete-chain', 'rename-chain', 'flush', 'zero']);

/** Values of base options, as the manual would abbreviate them. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  append: ['CHAIN'], insert: ['CHAIN'], delete: ['CHAIN'], replace: ['CHAIN', 'NUMBER'], check: ['CHAIN'],
  'new-chain': ['CHAIN'], 'delete-chain': ['CHAIN'], policy: ['CHAIN', 'POLICY'], 'rename-chain': ['CHAIN', 'NAME'],
  protocol: ['PROTOCOL'], source: ['ADDRESS[/MASK]'], destination: ['ADDRESS[/MASK]'], src: ['ADDRESS[/MASK]'], dst: ['ADDRESS[/MASK]'],
  'in-interface': ['INTERFACE'], 'out-interface': ['INTERFACE'], match: ['MATCH'], jump: ['TARGET'], goto: ['CHAIN'], table: ['TABLE'],
  'set-counters': ['PACKETS', 'BYTES'],
};

/** How a base option is called with its values: `-s ADDRESS[/MASK]`. */
export const baseValues = (option: BaseOption): readonly string[] => VALUES[option.name] ?? [];

/** The documentation of a base option: what it does, an example and its pitfalls. */
export const baseDocumentation = ({ name, meaning }: BaseOption): string => {
  const twin = meaning.kind === 'header' ? BASE_OPTIONS.find((other) => other.short !== undefined && other.meaning.kind === 'header' && other.meaning.part === meaning.part) : undefined;
  const { says, example, pitfalls = [] } = BASE_OPTION_DOCS[name] ?? BASE_OPTION_DOCS[twin!.name]!;
  const language = example.startsWith('-') ? 'iptables' : 'sh';
  return [says, `\`\`\`${language}\n${example}\n\`\`\``, ...pitfalls.map((each) => `- ${each}`)].join('\n\n').replaceAll('\n\n- ', '\n- ').replace('```\n- ', '```\n\n- ');
};

/** Whether the line already says a command that takes a rule. */
export const describesRule = ({ others }: Site): boolean => others.command !== undefined && RULE_COMMANDS.has(others.command.kind);

/** iptables' own options that can stand at the site: commands as long as there is none, then what a rule is made of. */
export function baseOptions(site: Site): Proposal[] {
  const long = site.typed.startsWith('--');
  const legal = BASE_OPTIONS.filter((option) => (site.negation === undefined || option.negatable === true) && isLegal(option, site));
  const proposals = legal.flatMap((option) => spellingsOf(option, long, rankOf(option)));
  return describesRule(site) && site.negation === undefined && site.typed === '' ? [...proposals, NEGATION] : proposals;
}

const NEGATION: Proposal = { label: '!', kind: CompletionItemKind.Operator, values: ['OPTION'], completable: true, documentation: NEGATION_DOC, rank: RANK.base + 2 };

/** Commands of a ruleset line or a command line, for where none stands yet. */
export function commands(isCommand: boolean, long: boolean): Proposal[] {
  return BASE_OPTIONS.filter((option) => isCommandFor(option, isCommand)).flatMap((option) => spellingsOf(option, long, rankOf(option)));
}

const isCommandFor = ({ meaning }: BaseOption, isCommand: boolean): boolean =>
  meaning.kind === 'command' && (isCommand || (CHANGES.has(meaning.command) && meaning.command !== 'check'));

function isLegal(option: BaseOption, site: Site): boolean {
  const { others, isCommand } = site;
  const { meaning } = option;
  if (meaning.kind === 'command') return others.command === undefined && isCommandFor(option, isCommand);
  if (isGiven(option, site)) return meaning.kind === 'match';
  return describesRule(site) && isPartOfRule(option, site) || (isCommand && isForCommandLine(option, site));
}

/** Whether the option says something about the rule that the line describes, and has not been said. */
function isPartOfRule({ meaning }: BaseOption, site: Site): boolean {
  const { others, isCommand, place: { family } } = site;
  switch (meaning.kind) {
    case 'header': return others.header[meaning.part] === undefined && suitsChain(meaning.part, site) && (meaning.part !== 'fragment' || family === 'ipv4');
    case 'jump': case 'goto': return others.target === undefined;
    case 'family': return !isCommand;
    case 'match': case 'counters': return true;
    default: return false;
  }
}

function isForCommandLine({ meaning, name }: BaseOption, { others: { command } }: Site): boolean {
  if (meaning.kind === 'listing') return name.startsWith('wait') ? command !== undefined : command?.kind === 'list' || (command?.kind === 'list-rules' && name === 'exact');
  return meaning.kind === 'table' || name === 'verbose';
}

const isGiven = (option: BaseOption, { others }: Site): boolean => others.tokens.some(({ role, option: name }) => role === 'rule-option' && name === option.name);

/** Whether iptables takes `-i` or `-o` in the rule's chain, and any packet there can have the interface. */
function suitsChain(part: string, site: Site): boolean {
  if (part !== 'in' && part !== 'out') return true;
  const { refused, lacking } = NO_INTERFACE[part];
  const { place: { table }, others: { command } } = site;
  if (table !== undefined && command?.chain !== undefined && isBuiltIn(table, command.chain)) return !refused.has(command.chain);
  const hooks = hooksAt(site);
  return hooks.size === 0 || [...hooks].some((hook) => !lacking.has(hook));
}

function rankOf({ meaning, name }: BaseOption): number {
  switch (meaning.kind) {
    case 'command': return name === 'append' ? RANK.first : name === 'insert' ? RANK.first + 1 : RANK.base;
    case 'header': case 'match': case 'jump': return RANK.base;
    case 'goto': case 'table': return RANK.base + 1;
    default: return RANK.odd;
  }
}

/** The short name, or both where long names are being typed. */
function spellingsOf(option: BaseOption, long: boolean, rank: number): Proposal[] {
  const names = [...(option.short === undefined ? [] : [`-${option.short}`]), ...(long || option.short === undefined ? [`--${option.name}`] : [])];
  return names.filter((name) => long || !name.startsWith('--') || option.meaning.kind !== 'header').map((label) => ({
    label, kind: CompletionItemKind.Keyword, values: baseValues(option), completable: option.meaning.kind !== 'counters',
    owner: label.startsWith('--') ? '' : `--${option.name}`, documentation: baseDocumentation(option), rank, order: BASE_OPTIONS.indexOf(option),
  }));
}
