import type { Family, TableName } from '../../core/netfilter.ts';
import type { LineContext, RulesetDocument } from '../../core/ruleset/document.ts';
import { tableOfCommand } from '../../core/ruleset/table-of-command.ts';
import { carriedOver, hunksOf, type Hunk } from '../../core/hunks.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { Finding, LineInContext } from '../rule.ts';
import type { FileKind } from '../../core/ruleset/kind.ts';

/** Lines that were checked: what was found on each, and in which table's block it stood. */
interface Checked {
  readonly lines: readonly Line[];
  readonly tables: readonly (TableName | undefined)[];
  /** Of lines that an iptables-restore of a script reads, for which family that is. */
  readonly families: readonly (Family | undefined)[];
  readonly findings: readonly (readonly Finding[])[];
}

/** A whole file as it was checked last. */
interface CheckedFile extends Checked {
  readonly family: Family;
  readonly kind: FileKind;
  /** Whether chains hide targets, so that a line may mean something else than what it says. */
  readonly hides: boolean;
}

const NOTHING: Checked = { lines: [], tables: [], families: [], findings: [] };

/** Runs the checks of single lines; those that were there before only where they have come into another table. */
export class LineChecks {
  private readonly document: RulesetDocument;
  private readonly checkLine: (place: LineInContext) => readonly Finding[];
  private last: CheckedFile | undefined;

  constructor(document: RulesetDocument, checkLine: (place: LineInContext) => readonly Finding[]) {
    this.document = document;
    this.checkLine = checkLine;
  }

  /** The findings of each line, in the order of the lines. */
  run(kind: FileKind): readonly (readonly Finding[])[] {
    const { document, document: { lines, family }, hides } = this;
    const last = this.last?.family === family && this.last.kind === kind && !this.last.hides && !hides ? this.last : NOTHING;
    const families = kind === 'script' ? lines.map((line) => (line.content.kind === 'rule' ? document.familyOf(line) : undefined)) : [];
    const changed = this.changed(lines, families, last);
    this.last = {
      lines, family, kind, hides, families,
      tables: carriedOver(last.tables, changed, (place) => document.tableAt(lines[place]!.number)),
      findings: carriedOver(last.findings, changed, (place) => this.findingsOf(lines[place]!, kind, document.context(lines[place]!))),
    };
    return this.last.findings;
  }

  /** Lines that were not there the last time or are for another family now, with those behind them that have come into another table. */
  private changed(lines: readonly Line[], families: Checked['families'], { lines: before, tables, families: familiesBefore }: Checked): readonly Hunk[] {
    const hunks = hunksOf(lines.length, before.length, (place, placeBefore) => lines[place] === before[placeBefore] && families[place] === familiesBefore[placeBefore]);
    return hunks.map((hunk, index): Hunk => {
      const { end, endBefore } = hunk;
      const next = hunks[index + 1] ?? { start: lines.length, startBefore: before.length };
      const isMoved = end < next.start && this.document.tableAt(lines[end]!.number) !== tables[endBefore];
      return isMoved ? { ...hunk, end: next.start, endBefore: next.startBefore } : hunk;
    });
  }

  private get hides(): boolean {
    return !this.document.hiddenTargets.isEmpty;
  }

  private findingsOf(line: Line, kind: FileKind, { table, family }: LineContext): readonly Finding[] {
    const bounds = this.document.boundRules(line);
    if (bounds.length < 2 || line.content.kind !== 'command') return this.checkLine({ line, kind, table, family, bound: bounds[0] });
    return bounds.flatMap((bound) => this.checkLine({ line, kind, table: tableOfCommand(bound), family: bound.family, bound }));
  }
}
