import type { Line, LineContent } from '../../core/syntax/line.ts';

export type LineKind = LineContent['kind'];

/** Lines by what they are, gathered in one walk for all checks; the kinds that fill a file are not among them. */
export type Survey = ReadonlyMap<SparseKind, readonly Line[]>;

/** Kinds of lines that there are few of. */
export type SparseKind = Exclude<LineKind, 'rule' | 'blank' | 'comment' | 'shell'>;

/** Gathers the lines of the sparse kinds in their order. */
export function surveyOf(lines: readonly Line[]): Survey {
  const survey = new Map<SparseKind, Line[]>();
  for (const line of lines) {
    const { kind } = line.content;
    if (kind === 'rule' || kind === 'blank' || kind === 'comment' || kind === 'shell') continue;
    const known = survey.get(kind);
    if (known === undefined) survey.set(kind, [line]);
    else known.push(line);
  }
  return survey;
}
