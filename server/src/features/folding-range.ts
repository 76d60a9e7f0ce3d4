import { FoldingRangeKind, type FoldingRange, type FoldingRangeParams } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { LineRegion } from '../core/ruleset/script.ts';
import type { Line } from '../core/syntax/line.ts';
import { physicalLines } from '../core/syntax/split.ts';
import { defineFeature } from './feature.ts';

/** What can be folded: table blocks, the rules of a chain that stand together, runs of comments, continued commands, and what a shell takes together. */
export function foldingRange(document: RulesetDocument): FoldingRange[] {
  const folds = new Folds();
  for (const line of document.lines) folds.read(line, chainOf(document, line));
  for (const region of document.regions) folds.addRegion(region);
  return folds.finish();
}

/** The chain that the line adds a rule to, with its table; undefined for every other line. */
function chainOf(document: RulesetDocument, line: Line): string | undefined {
  const command = document.boundRule(line)?.command;
  if (command?.kind !== 'append' && command?.kind !== 'insert') return undefined;
  return `${document.context(line).table ?? ''} ${command.chain ?? ''}`;
}

const lastRow = (line: Line): number => line.number + physicalLines(line.text) - 1;

const COMMENTS: ReadonlySet<string> = new Set(['comment', 'expectation', 'scenario', 'suppression', 'start', 'call']);

/** A stretch of lines that is still growing. */
interface Run {
  readonly key: string;
  readonly first: number;
  last: number;
  lines: number;
}

/** Collects folds in one pass over the lines. */
class Folds {
  private readonly ranges: FoldingRange[] = [];
  private readonly regions = new Map<number, number>();
  private table: Line | undefined;
  private rules: Run | undefined;
  private comments: Run | undefined;
  private row = 0;

  read(line: Line, chain: string | undefined): void {
    const { kind } = line.content;
    if (COMMENTS.has(kind)) this.comments = this.grow(this.comments, '#', line);
    else this.endComments();
    if (chain !== undefined) this.addRule(chain, line);
    // Comments and empty lines between the rules of a chain belong to them.
    else if (!COMMENTS.has(kind) && kind !== 'blank') this.endRules();
    if (kind === 'table') this.endTable(this.row, line);
    if (kind === 'commit') this.endTable(line.number, undefined);
    if (lastRow(line) > line.number) this.add(line.number, lastRow(line));
    this.row = lastRow(line);
  }

  /** Of several that begin on one line, a function and its body, the longest. */
  addRegion({ first, last }: LineRegion): void {
    if (last > first) this.regions.set(first, Math.max(last, this.regions.get(first) ?? 0));
  }

  finish(): FoldingRange[] {
    this.endComments();
    this.endRules();
    this.endTable(this.row, undefined);
    for (const [first, last] of this.regions) this.add(first, last);
    return this.ranges;
  }

  private addRule(chain: string, line: Line): void {
    if (this.rules?.key !== chain) this.endRules();
    this.rules = this.grow(this.rules, chain, line);
  }

  private grow(run: Run | undefined, key: string, line: Line): Run {
    const grown = run ?? { key, first: line.number, last: line.number, lines: 0 };
    grown.last = lastRow(line);
    grown.lines++;
    return grown;
  }

  private endComments(): void {
    if (this.comments !== undefined) this.add(this.comments.first, this.comments.last, FoldingRangeKind.Comment);
    this.comments = undefined;
  }

  private endRules(): void {
    // A continued command alone folds by itself.
    if (this.rules !== undefined && this.rules.lines > 1) this.add(this.rules.first, this.rules.last);
    this.rules = undefined;
  }

  private endTable(row: number, next: Line | undefined): void {
    if (this.table !== undefined) this.add(this.table.number, row, FoldingRangeKind.Region);
    this.table = next;
  }

  private add(startLine: number, endLine: number, kind?: FoldingRangeKind): void {
    if (endLine > startLine) this.ranges.push({ startLine, endLine, ...(kind === undefined ? {} : { kind }) });
  }
}

export default defineFeature<FoldingRangeParams, FoldingRange[] | null>({
  method: 'textDocument/foldingRange',
  capabilities: { foldingRangeProvider: true },
  answer(session, { textDocument: { uri } }) {
    const document = session.document(uri);
    // An editor that gets no answer, not even none, goes by the indentation.
    return document === undefined || document.broken !== undefined ? null : foldingRange(document);
  },
});
