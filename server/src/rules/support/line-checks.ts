import type { Family, TableName } from '../../core/netfilter.ts';
import { tableOfCommand, type RulesetDocument } from '../../core/ruleset/document.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { Finding, LineInContext } from '../rule.ts';
import type { FileKind } from '../../core/ruleset/kind.ts';
import type { Survey } from './survey.ts';

/** What was found on a line, and what that depends on beside its text. */
interface CheckedLine {
  readonly table: TableName | undefined;
  readonly family: Family;
  readonly kind: FileKind;
  readonly findings: readonly Finding[];
}

/** A whole file as it was checked last. */
interface CheckedFile {
  readonly lines: readonly Line[];
  readonly findings: readonly (readonly Finding[])[];
  readonly family: Family;
  readonly kind: FileKind;
  readonly edges: readonly Line[];
}

/**
 * Runs the checks of single lines. Lines that stand before and behind the edited ones are not even looked at; of the
 * others, those are checked that changed, or whose table, family or kind of file did.
 */
export class LineChecks {
  private readonly document: RulesetDocument;
  private readonly checkLine: (place: LineInContext) => readonly Finding[];
  private readonly checked = new WeakMap<Line, CheckedLine>();
  private last: CheckedFile | undefined;

  constructor(document: RulesetDocument, checkLine: (place: LineInContext) => readonly Finding[]) {
    this.document = document;
    this.checkLine = checkLine;
  }

  /** The findings of each line, in the order of the lines. */
  run(kind: FileKind, survey: Survey): readonly (readonly Finding[])[] {
    const { lines, family } = this.document;
    const edges = [...survey.get('table') ?? [], ...survey.get('commit') ?? []];
    const { first, end } = this.changed(lines, { family, kind, edges });
    const findings = [
      ...this.last?.findings.slice(0, first) ?? [],
      ...lines.slice(first, end).map((line) => this.findingsOf(line, kind)),
      ...this.last?.findings.slice(this.last.lines.length - (lines.length - end)) ?? [],
    ];
    this.last = { lines: [...lines], findings, family, kind, edges };
    return findings;
  }

  /** The stretch of lines outside of which nothing that the checks depend on is different from the last time. */
  private changed(lines: readonly Line[], now: Pick<CheckedFile, 'family' | 'kind' | 'edges'>): { readonly first: number; readonly end: number } {
    const { last } = this;
    if (last === undefined || last.family !== now.family || last.kind !== now.kind || !sameLines(last.edges, now.edges)) return { first: 0, end: lines.length };
    const shorter = Math.min(lines.length, last.lines.length);
    let first = 0;
    while (first < shorter && lines[first] === last.lines[first]) first++;
    let behind = 0;
    while (behind < shorter - first && lines[lines.length - 1 - behind] === last.lines[last.lines.length - 1 - behind]) behind++;
    return { first, end: lines.length - behind };
  }

  private findingsOf(line: Line, kind: FileKind): readonly Finding[] {
    const { table, family } = this.document.context(line);
    const known = this.checked.get(line);
    if (known !== undefined && known.table === table && known.family === family && known.kind === kind) return known.findings;
    const bounds = this.document.boundRules(line);
    const findings = bounds.length < 2 || line.content.kind !== 'command'
      ? this.checkLine({ line, kind, table, family, bound: bounds[0] })
      : bounds.flatMap((bound) => this.checkLine({ line, kind, table: tableOfCommand(bound), family: bound.family, bound }));
    this.checked.set(line, { table, family, kind, findings });
    return findings;
  }
}

const sameLines = (a: readonly Line[], b: readonly Line[]): boolean => a.length === b.length && a.every((line, index) => line === b[index]);
