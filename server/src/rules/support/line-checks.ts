import type { Family, TableName } from '../../core/netfilter.ts';
import { tableOfCommand, type LineContext, type RulesetDocument } from '../../core/ruleset/document.ts';
import { sharedEnds } from '../../core/shared-ends.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { Finding, LineInContext } from '../rule.ts';
import type { FileKind } from '../../core/ruleset/kind.ts';

/** A whole file as it was checked last: what was found on each line, and in which table's block it stood. */
interface CheckedFile {
  readonly lines: readonly Line[];
  readonly tables: readonly (TableName | undefined)[];
  readonly findings: readonly (readonly Finding[])[];
  readonly family: Family;
  readonly kind: FileKind;
  /** Whether chains hide targets, so that a line may mean something else than what it says. */
  readonly hides: boolean;
}

/**
 * Runs the checks of single lines. Lines that stand before the edited ones are not even looked at, and those behind them
 * only where they have come into another table.
 */
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
    const { lines, family } = this.document;
    const { first, end } = this.changed(lines, family, kind);
    const changed = lines.slice(first, end);
    const findings = changed.map((line) => this.findingsOf(line, kind, this.document.context(line)));
    this.last = {
      lines, family, kind, hides: this.hides,
      tables: this.around(first, lines.length - end, changed.map(({ number }) => this.document.tableAt(number)), ({ tables }) => tables),
      findings: this.around(first, lines.length - end, findings, (last) => last.findings),
    };
    return this.last.findings;
  }

  /** What is kept of the last time before and behind what is new. */
  private around<T>(first: number, behind: number, changed: readonly T[], of: (file: CheckedFile) => readonly T[]): readonly T[] {
    if (this.last === undefined) return changed;
    const before = of(this.last);
    return before.slice(0, first).concat(changed, before.slice(before.length - behind));
  }

  /** The stretch of lines outside of which nothing that the checks depend on is different from the last time. */
  private changed(lines: readonly Line[], family: Family, kind: FileKind): { readonly first: number; readonly end: number } {
    const { last } = this;
    if (last === undefined || last.family !== family || last.kind !== kind || last.hides || this.hides) return { first: 0, end: lines.length };
    const { start: first, end: behind } = sharedEnds(lines, last.lines);
    const next = lines[lines.length - behind];
    const isMoved = next !== undefined && this.document.tableAt(next.number) !== last.tables[last.lines.length - behind];
    return { first, end: isMoved ? lines.length : lines.length - behind };
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
