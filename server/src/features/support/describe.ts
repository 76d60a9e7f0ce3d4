import type { ExtensionDefinition, OptionSpec } from '../../core/extensions/definition.ts';
import { VERDICTS, isBuiltIn, type TableName } from '../../core/netfilter.ts';
import { placeOfPolicies, type Chain, type Ruleset, type Table } from '../../core/ruleset/model.ts';
import type { BaseOption } from '../../core/ruleset/options.ts';
import { Placements } from '../../core/ruleset/placement.ts';
import { nameOfLine, nameOfLines, type Line } from '../../core/syntax/line.ts';
import { countOf, describeChain } from './chain-text.ts';
import { baseDocumentation, baseValues } from './completion/base-option.ts';
import { pageOf } from './pages.ts';
import { HOOK_DOCS, TABLE_DOCS } from './vocabulary.ts';

/** Rules and lines that a chain's description lists. */
const LISTED = 5;

/** Paragraphs of Markdown, without those that are empty. */
export const paragraphs = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined && part !== '').join('\n\n');

/** `--tcp-flags MASK COMP`. */
export const usage = (name: string, values: readonly string[]): string => [name, ...values].join(' ');

/** An extension's page under its name. */
export function describeExtension(definition: ExtensionDefinition): string {
  return paragraphs(`**${definition.name}** ${VERDICTS.has(definition.name) ? 'verdict' : definition.kind}`, pageOf(definition).text.trim());
}

/** An option of an extension: how it is written, what its page says, and its other spellings. */
export function describeOption(definition: ExtensionDefinition, spec: OptionSpec): string {
  const signature = `${spec.negatable === true ? '[!] ' : ''}${usage(`--${spec.name}`, spec.values.map(({ placeholder }) => placeholder))}`;
  const aliases = spec.aliases?.map((alias) => `\`--${alias}\``) ?? [];
  const deprecated = Object.keys(spec.deprecated ?? {}).map((old) => `\`--${old}\``);
  return paragraphs(
    `\`${signature}\` — ${definition.kind} \`${definition.name}\``,
    pageOf(definition).options.get(spec.name),
    aliases.length === 0 ? '' : `Also ${aliases.join(', ')}.`,
    deprecated.length === 0 ? '' : `Old spelling: ${deprecated.join(', ')}.`,
  );
}

/** One of iptables' own options. */
export function describeBaseOption(option: BaseOption): string {
  const names = [...(option.short === undefined ? [] : [`-${option.short}`]), `--${option.name}`];
  const signature = `${option.negatable === true ? '[!] ' : ''}${usage(names.join(', '), baseValues(option))}`;
  return paragraphs(`\`${signature}\``, baseDocumentation(option));
}

/** A table: what it is for and what the file puts into it. */
export function describeTable(name: TableName, table: Table | undefined): string {
  const chains = table === undefined ? [] : [...table.chains.values()].map((chain) => `- \`${chain.name}\`: ${lowerFirst(describeChain(chain))}`);
  const shown = chains.length > 4 * LISTED ? [...chains.slice(0, 4 * LISTED), `- … ${chains.length - 4 * LISTED} more`] : chains;
  return paragraphs(`**${name}** table`, TABLE_DOCS[name], shown.join('\n'));
}

/** A chain: what leads to it, its policy and its first rules. */
export function describeChainIn(ruleset: Ruleset, tableName: TableName, name: string): string {
  const table = ruleset.tables.get(tableName);
  const chain = table?.chains.get(name);
  const kind = isBuiltIn(tableName, name) ? 'built-in chain' : 'chain';
  const head = `**${name}** ${kind} of \`${tableName}\``;
  const hook = isBuiltIn(tableName, name) ? HOOK_DOCS[name] : '';
  if (table === undefined || chain === undefined) return paragraphs(head, hook, chain === undefined && hook === '' ? 'Nothing declares it.' : '');
  return paragraphs(head, hook, `${describeChain(chain)} ${declared(chain)}`.trim(), chain.builtIn ? '' : reached(table, name), firstRules(chain));
}

const declared = ({ declaration }: Chain): string => (declaration === undefined ? '' : `Declared in ${nameOfLine(declaration)}.`);

/** Which rules lead to a user-defined chain, and from which hooks packets get there. */
function reached(table: Table, name: string): string {
  const lines = new Set<Line>();
  for (const { rules } of table.chains.values()) {
    for (const { bound: { target, line } } of rules) if (target?.kind === 'chain' && target.chain === name) lines.add(line);
  }
  if (lines.size === 0) return 'No rule leads here.';
  const hooks = [...Placements.of(table).hooksOf(name)].map((hook) => `\`${hook}\``);
  const from = hooks.length === 0 ? 'no hook reaches it' : `packets come from ${hooks.join(', ')}`;
  return `${countOf(lines.size, 'rule')} ${lines.size === 1 ? 'leads' : 'lead'} here (${nameOfLines([...lines], LISTED)}); ${from}.`;
}

function firstRules(chain: Chain): string {
  const rules = chain.rules.slice(0, placeOfPolicies(chain));
  const lines = [...new Set(rules.slice(0, 2 * LISTED).map(({ bound }) => bound.line))].slice(0, LISTED);
  if (lines.length === 0) return '';
  const rest = rules.length - lines.length;
  const texts = lines.map(({ text }) => text.trim().split('\n')[0]!).map((text) => (text.length > 120 ? `${text.slice(0, 119)}…` : text));
  return ['```iptables', ...texts, ...(rest > 0 ? [`# … ${rest} more`] : []), '```'].join('\n');
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
