import type { BoundOption, ExtensionDefinition, ExtensionUse, OptionSpec } from '../../../core/extensions/definition.ts';
import { BUILT_IN_CHAINS, isBuiltIn, type Hook, type TableName } from '../../../core/netfilter.ts';
import { bindRule } from '../../../core/ruleset/bind.ts';
import type { BoundRule, Token } from '../../../core/ruleset/model.ts';
import { Placements } from '../../../core/ruleset/placement.ts';
import type { Argument, Line } from '../../../core/syntax/line.ts';
import type { Span } from '../../../core/text.ts';
import type { Place } from '../place.ts';

/** An argument position of a rule or command line, read the way iptables would read what stands around it. */
export interface Site {
  readonly place: Place;
  readonly isCommand: boolean;
  /** The word under the cursor; empty where the cursor stands between words. */
  readonly word: Span;
  /** The word up to the cursor. */
  readonly typed: string;
  /** The `!` that stands before the word. */
  readonly negation: Span | undefined;
  /** The arguments before the word, bound. */
  readonly before: BoundRule;
  /** All arguments but the word, bound. */
  readonly others: BoundRule;
  /** All arguments with these words in the place of the word, bound; `lead` stands before a `!` that negates them. */
  readonly boundInserted: (words: readonly string[], lead: readonly string[]) => BoundRule;
  /** The arguments before the word and one more, bound. */
  readonly boundWith: (text: string) => BoundRule;
  /** What the word is there; undefined for an option. */
  readonly meaning: Token | undefined;
  /** Whether a value already follows the word. */
  readonly valued: boolean;
  /** Whether any argument follows the word. */
  readonly isInside: boolean;
}

/** A word that no parser takes for an option or knows as a name. */
const STAND_IN = '\uE000';

/** The site at a place, if its line is a rule or a command and the cursor is among the arguments. */
export function siteAt(place: Place): Site | undefined {
  const { line, offset, family } = place;
  if (line === undefined) return undefined;
  const { content } = line;
  if (content.kind !== 'rule' && content.kind !== 'command') return undefined;
  const isCommand = content.kind === 'command';
  const args = argumentsAround(place, line);
  if (args === undefined) return undefined;
  const current = args.find(({ start, end }) => start < offset && offset <= end);
  const before = args.filter(({ end }) => end < offset && end !== current?.end);
  const after = args.filter(({ start }) => start >= offset);
  const argument = (text: string): Argument => ({ text, raw: text, start: offset, end: offset });
  const bind = (some: readonly Argument[]): BoundRule => bindRule(line, some, family, isCommand);
  const { word, typed, trial } = wordAt(line, offset, current);
  const negation = current?.text === '!' ? current : before.at(-1)?.text === '!' ? before.at(-1) : undefined;
  const meaning = trial === undefined ? undefined : meaningOf(bind([...before, trial]), trial);
  // Behind the `=` of an option that nobody knows there is nothing to say.
  if (trial !== undefined && trial.text !== STAND_IN && meaning === undefined) return undefined;
  return {
    place, isCommand, word, typed, negation, meaning,
    before: bind(before), others: bind([...before, ...after]),
    boundInserted: (words, lead) => {
      const [negated, rest] = negation !== undefined && before.at(-1) === negation ? [[before.at(-1)!], before.slice(0, -1)] : [[], before];
      return bind([...rest, ...lead.map(argument), ...negated, ...words.map(argument), ...after]);
    },
    boundWith: (text) => bind([...before, argument(text)]),
    valued: after[0] !== undefined && !/^(-|!$)/u.test(after[0].text),
    isInside: after.length > 0,
  };
}

/** The arguments of the rule or command in which the place stands; undefined where it stands in none. */
function argumentsAround({ document, offset }: Place, line: Line): readonly Argument[] | undefined {
  const { content } = line;
  if (content.kind === 'rule') return offset < (content.counters === undefined ? 0 : content.counters.end + 1) ? undefined : content.arguments;
  const command = document.commandAt(line, offset);
  if (command === undefined || offset <= command.program.end || (command.rest !== undefined && offset > command.rest.start)) return undefined;
  return command.arguments;
}

/**
 * The word that completion replaces, and the argument that stands for it when the line is bound to learn what the word
 * is; no argument where the word can only be an option.
 */
function wordAt(line: Line, offset: number, current: Argument | undefined): { word: Span; typed: string; trial: Argument | undefined } {
  const empty = { start: offset, end: offset };
  if (current === undefined) return { word: empty, typed: '', trial: standIn('', empty) };
  if (current.text === '!') return { word: empty, typed: '', trial: undefined };
  const equals = current.raw.startsWith('--') ? current.raw.indexOf('=') : -1;
  if (equals !== -1 && current.start + equals < offset) {
    const word = { start: current.start + equals + 1, end: current.end };
    return { word, typed: line.text.slice(word.start, offset), trial: standIn(current.raw.slice(0, equals + 1), current) };
  }
  const word = unquoted(current, offset);
  const typed = line.text.slice(word.start, offset);
  return { word, typed, trial: typed.startsWith('-') ? undefined : standIn('', current) };
}

const standIn = (prefix: string, { start, end }: Span): Argument => ({ text: prefix + STAND_IN, raw: prefix + STAND_IN, start, end });

/** The argument's span inside its quotes, and on the cursor's own physical line. */
function unquoted({ raw, start, end }: Argument, offset: number): Span {
  const quote = /^["']/u.exec(raw)?.[0];
  const first = start + (quote === undefined ? 0 : 1);
  const last = quote !== undefined && raw.length > 1 && raw.endsWith(quote) ? end - 1 : end;
  return { start: Math.min(first, offset), end: Math.max(last, offset) };
}

/** The role of the stand-in: undefined where it is a stray word, so that an option is expected. */
function meaningOf(bound: BoundRule, trial: Argument): Token | undefined {
  const token = bound.tokens.findLast(({ end, text }) => end === trial.end && text.endsWith(STAND_IN));
  // A rule number may be left out, so what stands there may as well be an option.
  return token?.role === 'unknown' || token?.role === 'position' ? undefined : token;
}

/** Hooks from which a packet can reach the rule; empty when nothing says which. */
export function hooksAt({ place, others }: Site): ReadonlySet<Hook> {
  const { document, stack, table } = place;
  const chain = others.command?.chain;
  if (table === undefined || chain === undefined) return new Set();
  if (isBuiltIn(table, chain)) return new Set([chain]);
  const built = document.ruleset(stack).tables.get(table);
  return built === undefined ? new Set() : Placements.of(built).hooksOf(chain);
}

/** Whether the kernel takes an extension from both back ends in the rule's table, and at every hook that leads to it. */
export function isAllowed({ tables, legacyTables, hooks }: Pick<ExtensionDefinition, 'tables' | 'legacyTables' | 'hooks'>, site: Site): boolean {
  const { table } = site.place;
  if (table === undefined) return true;
  return tables?.includes(table) !== false && legacyTables?.includes(table) !== false && (hooks === undefined || suitsHooks(hooks, table, site));
}

function suitsHooks(allowed: readonly Hook[], table: TableName, site: Site): boolean {
  const known = hooksAt(site);
  return known.size > 0 ? [...known].every((hook) => allowed.includes(hook)) : BUILT_IN_CHAINS[table].some((hook) => allowed.includes(hook));
}

/** Whether the kernel would still take an extension there with one more option, of this first value where it is known. */
export function isOptionAllowed(definition: ExtensionDefinition, given: readonly BoundOption[], spec: OptionSpec, site: Site, value?: unknown): boolean {
  const { table, family } = site.place;
  const { hooksFor, tablesFor } = definition;
  if ((hooksFor === undefined && tablesFor === undefined) || table === undefined) return true;
  const nowhere = { start: 0, end: 0 };
  const added: BoundOption = { spec, negated: false, value, values: [value], span: nowhere, nameSpan: nowhere, valueSpans: [], text: `--${spec.name}` };
  const options = [...given.filter((bound) => bound.spec !== spec), added];
  const trial: ExtensionUse = {
    definition, family, protocol: undefined, options, span: nowhere,
    option: <V>(wanted: OptionSpec<V>) => options.find((bound) => bound.spec === wanted) as BoundOption<V> | undefined,
  };
  return tablesFor?.(trial).includes(table) !== false && (hooksFor === undefined || suitsHooks(hooksFor(trial), table, site));
}
