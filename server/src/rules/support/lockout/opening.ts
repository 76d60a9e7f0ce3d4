import type { Analysis } from '../../../core/analysis/analysis.ts';
import { stagesOf } from '../../../core/analysis/fates.ts';
import { stackOf, type Hook, type TableName } from '../../../core/netfilter.ts';
import type { BoundLine } from '../../../core/ruleset/bound-line.ts';
import type { BoundRule, Chain, Table } from '../../../core/ruleset/model.ts';
import type { Line } from '../../../core/syntax/line.ts';
import type { FileInContext, Fix, TextEdit } from '../../rule.ts';
import { insertAbove, insertBelow, merged } from '../edits.ts';
import { hasPlaceAbove, hasPlaceBelow } from '../script.ts';
import { Losses } from './losses.ts';
import { accessTo } from './management.ts';
import { cutOffAt, openUntil } from './open-policy.ts';
import { ruleText, styleOf } from './rule-text.ts';
import { isLarge, isShutTo } from './standing.ts';
import { flushesOf, policySetBy } from './told-state.ts';
import { connectionAt, HOOKS, packetsOf, usualPacketsOf, type Traffic } from './traffic.ts';

/** What to let in: the traffic that is stopped, and what accepting rules ask for, in short options. */
export interface Opening {
  readonly traffic: Traffic;
  readonly conditions: readonly string[];
  /** The same for raw where `conditions` ask for a connection, of which no packet is known there yet. */
  readonly inRaw?: readonly string[];
  /** What to call it in the title of a fix. */
  readonly what: string;
  /** Whether all of the traffic has to get through, rather than what earlier rules do not stop on purpose. */
  readonly all?: boolean;
}

/** Accepts all of it: in each table that stops some, before the rule that does or at the end where it is the policy. */
export function openingFix(file: FileInContext, analysis: Analysis, title: string, openings: readonly Opening[]): Fix | undefined {
  const insertions = new Insertions(file, analysis);
  for (const opening of openings) {
    const places = placesOf(analysis, opening);
    if (places === undefined) return undefined;
    for (const place of places) insertions.add(place, place.table.name === 'raw' ? opening.inRaw ?? opening.conditions : opening.conditions);
  }
  const edits = insertions.edits();
  return edits.length === 0 ? undefined : { title, safe: false, edits };
}

/** A place in a built-in chain: before the rule with the index, or behind the last. */
interface Place {
  readonly table: Table;
  readonly hook: Hook;
  readonly index: number;
}

/** Where rules have to stand that let the traffic through; undefined where it takes too long to tell. */
function placesOf(analysis: Analysis, { traffic, all = false }: Opening): readonly Place[] | undefined {
  const { space, ruleset } = analysis;
  const places: Place[] = [];
  // Where all of it is stopped, so are its usual packets, and few are quickly looked for.
  const packets = isLarge(analysis) && !all ? usualPacketsOf(space, traffic) : packetsOf(space, traffic);
  for (const { table: name, hook } of stagesOf(traffic.packet.path, analysis.backend)) {
    const table = ruleset.tables.get(name);
    if (table?.chains.has(hook) !== true) continue;
    const lostAt = new Losses(space, table, all).in(hook, space.intersection(packets, analysis.arriving(name, hook)));
    if (lostAt === undefined) return undefined;
    const index = all ? lostAt[0] : lostAt.at(-1);
    if (index !== undefined) places.push({ table, hook, index });
  }
  return places;
}

/** Lines that are put in at one place of a file. */
interface Insertion {
  readonly at: Anchor;
  readonly texts: string[];
  /** The chains that they are for. */
  readonly chains: Set<string>;
}

interface Anchor {
  readonly line: Line;
  readonly where: 'above' | 'below';
}

/** Rules to be put into a file. */
class Insertions {
  private readonly file: FileInContext;
  private readonly analysis: Analysis;
  private readonly all: Insertion[] = [];

  constructor(file: FileInContext, analysis: Analysis) {
    this.file = file;
    this.analysis = analysis;
  }

  add({ table, hook, index }: Place, conditions: readonly string[]): void {
    const chain = table.chains.get(hook)!;
    const style = styleOf(table);
    const put = (at: Anchor, neighbour: BoundRule | undefined, command: string): void => {
      const texts = conditions.map((each) => ruleText(neighbour, style, table.name, command, each));
      this.insertionAt(at, table.name, hook).texts.push(...texts);
    };
    const rule = chain.rules[index]?.bound;
    const last = chain.rules.at(-1)?.bound;
    if (rule?.command?.kind === 'append') put({ line: rule.line, where: 'above' }, rule, `-A ${hook}`);
    // What is put in at the same number afterwards stands before it.
    else if (rule !== undefined) put({ line: rule.line, where: 'below' }, rule, `-I ${hook}${rule.command?.position === undefined ? '' : ` ${rule.command.position}`}`);
    else if (last !== undefined) put({ line: last.line, where: 'below' }, last, `-A ${hook}`);
    else {
      const end = endOfEmpty(this.file, this.analysis, table, chain);
      if (end !== undefined) put(end, this.file.bound(end.line), `-A ${hook}`);
    }
  }

  /** None where there is no place for one of them. */
  edits(): readonly TextEdit[] {
    if (!this.all.every(({ at: { line, where } }) => (where === 'above' ? hasPlaceAbove(this.file, line) : hasPlaceBelow(line)))) return [];
    const around = this.file.kind === 'script' ? HOOKS.flatMap((hook) => this.keptGoing(hook)) : [];
    return merged([...around, ...this.all.map(({ at: { line, where }, texts }) => (where === 'above' ? insertAbove : insertBelow)(line, texts.join(line.eol || '\n')))]);
  }

  /** Where the connection that the commands are typed in is stopped until the new rules: keeps the policy open for so long, and shuts it behind them. */
  private keptGoing(hook: 'INPUT' | 'OUTPUT'): readonly TextEdit[] {
    const { file, analysis } = this;
    if (!isShutTo(analysis, connectionAt(hook, accessTo(file, analysis.ruleset.family)))) return [];
    const commands = file.executed(stackOf(analysis.ruleset));
    const placed = this.all.filter(({ chains }) => chains.has(`filter ${hook}`)).map((insertion) => ({ insertion, end: endOf(commands, insertion.at) }));
    const last = placed.reduce<(typeof placed)[number] | undefined>((so, each) => (so === undefined || each.end > so.end ? each : so), undefined);
    const cutOff = last && cutOffAt(commands.slice(0, last.end), hook);
    const open = cutOff && openUntil(file, cutOff, hook, last!.insertion.at.line);
    if (open === undefined) return [];
    if (commands[last!.end] === undefined || policySetBy(commands[last!.end]!, hook) === undefined) last!.insertion.texts.push(open.behind);
    return open.edits;
  }

  private insertionAt(at: Anchor, table: TableName, hook: Hook): Insertion {
    let insertion = this.all.find((each) => each.at.line === at.line && each.at.where === at.where);
    if (insertion === undefined) this.all.push(insertion = { at, texts: [], chains: new Set() });
    insertion.chains.add(`${table} ${hook}`);
    return insertion;
  }
}

/** How many commands have been run before lines that are put in there. */
function endOf(commands: readonly BoundLine[], { line, where }: Anchor): number {
  return where === 'above' ? Math.max(0, commands.findIndex((each) => each.line === line)) : commands.findLastIndex((each) => each.line === line) + 1;
}

/** Where the first rule of a chain goes: before the block's COMMIT, or between the command that empties it and one that sets its policy. */
function endOfEmpty(file: FileInContext, { ruleset }: Analysis, table: Table, { name, declaration }: Chain): Anchor | undefined {
  const opened = table.line;
  if (opened !== undefined) {
    const commit = file.survey.of('commit').find(({ number }) => number > opened.number);
    return commit && { line: commit, where: commit.content.kind === 'commit' ? 'above' : 'below' };
  }
  const flush = flushesOf(file, ruleset, name).reduce<Line | undefined>((last, line) => (last === undefined || line.number > last.number ? line : last), undefined);
  if (declaration !== undefined && (flush === undefined || declaration.number > flush.number)) return { line: declaration, where: 'above' };
  return flush && { line: flush, where: 'below' };
}
