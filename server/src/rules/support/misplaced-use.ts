import { BUILT_IN_CHAINS, HOOKS, TABLE_NAMES, isBuiltIn, type Hook, type TableName } from '../../core/netfilter.ts';
import type { ExtensionDefinition, ExtensionUse } from '../../core/extensions/definition.ts';
import { ChainSurvey } from '../../core/ruleset/chain-survey.ts';
import { describesRule } from '../../core/ruleset/legal-options.ts';
import type { BoundRule, Table } from '../../core/ruleset/model.ts';
import { Placements } from '../../core/ruleset/placement.ts';
import { ofTraits } from '../../core/ruleset/traits.ts';
import { NO_REPORTS, type FileInContext, type Fix, type LineInContext, type RelatedPlace, type Report } from '../rule.ts';
import { replace } from './edits.ts';

type Kind = ExtensionDefinition['kind'];

const NO_USES: readonly ExtensionUse[] = [];

/** Uses in a table, or in a built-in chain, where the kernel refuses them; one report for each use. */
export function misplacedInLine(kind: Kind, { line, bound, table }: LineInContext): readonly Report[] {
  const command = bound?.command;
  const chain = command?.chain;
  if (table === undefined || chain === undefined || bound!.skipped || !describesRule(command!)) return NO_REPORTS;
  const uses = choosyUses(bound!, kind);
  return uses.length === 0 ? NO_REPORTS : uses.flatMap((use) => refusal(use, bound!, table, chain).map((report) => ({ line, span: use.span, ...report })));
}

/** The uses that not every table or hook takes. */
function choosyUses(bound: BoundRule, kind: Kind): readonly ExtensionUse[] {
  if (!choosyKinds(bound).includes(kind)) return NO_USES;
  const uses = kind === 'match' ? bound.matches : bound.target?.kind === 'extension' ? [bound.target.use] : NO_USES;
  return uses.filter(({ definition }) => isChoosy(definition));
}

const choosyKinds = ofTraits(({ extensions }) => extensions.filter(isChoosy).map(({ kind }) => kind));

const isChoosy = ({ tables, tablesFor, legacyTables, hooks, hooksFor }: ExtensionDefinition): boolean =>
  tables !== undefined || tablesFor !== undefined || legacyTables !== undefined || hooks !== undefined || hooksFor !== undefined;

function refusal(use: ExtensionUse, bound: BoundRule, table: TableName, chain: string): readonly Pick<Report, 'message' | 'fixes' | 'severity'>[] {
  const { name, tablesFor, legacyTables } = use.definition;
  const tables = ownTables(use);
  if (!tables.includes(table)) return [{ message: `${namedIf(use, tablesFor)} is refused in the table \`${table}\`; it works in ${listed(tables)}.` }];
  if (legacyTables?.includes(table) === false) {
    return [{ severity: 'warning', message: `iptables-legacy refuses \`${name}\` in the table \`${table}\`, iptables-nft takes it; with both it works in ${listed(legacyTables)}.` }];
  }
  if (!isBuiltIn(table, chain)) return [];
  const hooks = ownHooks(use);
  return hooks.includes(chain) ? [] : [{ message: `${named(use)} is refused in ${chain}; ${where(table, hooks)}`, ...moves(bound, table, hooks) }];
}

/** Uses in user-defined chains that a hook leads to where the kernel refuses them: it follows every jump when it loads. */
export function* misplacedInChains(kind: Kind, { rulesets }: FileInContext): Iterable<Report> {
  for (const { tables } of rulesets) {
    for (const table of tables.values()) yield* misplacedInTable(kind, table);
  }
}

function* misplacedInTable(kind: Kind, table: Table): Iterable<Report> {
  const placements = Placements.of(table);
  for (const chain of table.chains.values()) {
    const { choosy } = ChainSurvey.of(chain);
    if (chain.builtIn || choosy.length === 0) continue;
    const hooks = [...placements.hooksOf(chain.name)];
    for (const { use, line } of choosy.flatMap((bound) => choosyUses(bound, kind).map((each) => ({ use: each, line: bound.line })))) {
      if (!ownTables(use).includes(table.name)) continue;
      const allowed = ownHooks(use);
      const wrong = hooks.filter((hook) => !allowed.includes(hook));
      if (wrong.length > 0) yield { line, span: use.span, related: jumpsFrom(table, wrong, chain.name), ...misplacedBehind({ use, table, chain: chain.name, allowed, wrong }) };
    }
  }
}

/** A use in a chain to which hooks lead that refuse it. */
interface Misplaced {
  readonly use: ExtensionUse;
  readonly table: Table;
  readonly chain: string;
  readonly allowed: readonly Hook[];
  readonly wrong: readonly Hook[];
}

function misplacedBehind({ use, table, chain, allowed, wrong }: Misplaced): Pick<Report, 'message' | 'severity'> {
  const { hooks } = use.definition;
  const leads = `${wrong.join(' and ')} ${wrong.length === 1 ? 'leads' : 'lead'} to \`${chain}\``;
  // What an extension asks of its options it is asked in built-in chains only by iptables-nft (seen in the kernel).
  if (wrong.every((hook) => hooks === undefined || hooks.includes(hook))) {
    return { severity: 'warning', message: `${leads}, where iptables-legacy refuses ${named(use)} and iptables-nft takes it; ${where(table.name, allowed)}` };
  }
  return { message: `${named(use)} is refused here: ${leads}; ${where(table.name, allowed)}` };
}

/** The hooks in whose built-in chain the use is taken. */
function ownHooks(use: ExtensionUse): readonly Hook[] {
  const { hooks = HOOKS, hooksFor } = use.definition;
  const own = hooksFor?.(use);
  return own === undefined ? hooks : hooks.filter((hook) => own.includes(hook));
}

/** The tables in which the use is taken. */
function ownTables(use: ExtensionUse): readonly TableName[] {
  const { tables = TABLE_NAMES } = use.definition;
  const own = use.definition.tablesFor?.(use);
  return own === undefined ? tables : tables.filter((table) => own.includes(table));
}

/** The extension, with its options where its hooks depend on them. */
const named = (use: ExtensionUse): string => namedIf(use, use.definition.hooksFor);

/** The extension, with its options where what is said depends on them. */
function namedIf({ definition, options }: ExtensionUse, dependence: unknown): string {
  return `\`${[definition.name, ...(dependence === undefined ? [] : options.map(({ text }) => text))].join(' ')}\``;
}

/** The first jump on the way from each wrong hook to the chain. */
function jumpsFrom(table: Table, wrong: readonly Hook[], chain: string): RelatedPlace[] {
  const placements = Placements.of(table);
  return wrong.flatMap((hook) => {
    const jump = table.chains.get(hook)!.rules.find(({ bound: { target } }) =>
      target?.kind === 'chain' && placements.reachedFrom(target.chain).has(chain))?.bound;
    return jump === undefined ? [] : [{ line: jump.line, span: jump.target!.span, message: `${hook} leads to \`${chain}\` by this jump` }];
  });
}

function where(table: TableName, hooks: readonly Hook[]): string {
  const here = hooks.filter((hook) => isBuiltIn(table, hook));
  if (here.length === 0) return `no chain of \`${table}\` takes it; write it in a table with ${listed(hooks)}.`;
  return `in \`${table}\` it works in ${listed(here)}.`;
}

/** Fixes that put the rule into a built-in chain which takes it. */
function moves({ line, command }: BoundRule, table: TableName, hooks: readonly Hook[]): { fixes?: readonly Fix[] } {
  const fixes = BUILT_IN_CHAINS[table].filter((hook) => hooks.includes(hook)).map((hook): Fix =>
    ({ title: `Write ${hook}`, safe: false, edits: [replace(line, command!.chainSpan!, hook)] }));
  return fixes.length === 0 ? {} : { fixes };
}

function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length === 1 ? quoted[0]! : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)!}`;
}
