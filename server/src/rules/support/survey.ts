import { sharedEnds } from '../../core/shared-ends.ts';
import { Tally } from '../../core/tally.ts';
import type { Line, LineContent } from '../../core/syntax/line.ts';

export type LineKind = LineContent['kind'];

/** Kinds of lines that there are few of. */
export type SparseKind = Exclude<LineKind, 'rule' | 'blank' | 'comment' | 'shell'>;

/** What is asked of a line, and depends on nothing else. */
type Question = (line: Line) => boolean;

/** What checks ask of all lines of a file; after an edit only lines are looked at that were not there before. */
export class Survey {
  private readonly lines: readonly Line[];
  private readonly kinds: readonly LineKind[];
  /** How many lines of a kind there are. */
  private readonly counts: Tally<LineKind>;
  private readonly byKind = new Map<LineKind, readonly Line[]>();
  /** Where lines begin and end that were not there the last time, and the end of those in whose place they stand. */
  private readonly start: number;
  private readonly end: number;
  private readonly endBefore: number;
  /** Where the first line stands of which the answer is yes: the number of lines where there is none. */
  private readonly answers = new Map<Question, number>();
  private readonly answersBefore: ReadonlyMap<Question, number>;

  /** `before`: the survey of the file before an edit. */
  constructor(lines: readonly Line[], before?: Survey) {
    this.lines = lines;
    const { start, end } = sharedEnds(lines, before?.lines ?? []);
    this.start = start;
    this.end = lines.length - end;
    this.endBefore = (before?.lines.length ?? 0) - end;
    this.kinds = [...before?.kinds.slice(0, start) ?? [], ...lines.slice(start, this.end).map(({ content: { kind } }) => kind), ...before?.kinds.slice(this.endBefore) ?? []];
    this.answersBefore = before?.answers ?? new Map();
    this.counts = new Tally(before?.counts);
    for (let place = start; place < this.endBefore; place++) this.counts.add(before!.kinds[place]!, -1);
    for (let place = start; place < this.end; place++) this.counts.add(this.kinds[place]!, 1);
  }

  /** The lines of a kind, in their order. */
  of(kind: SparseKind): readonly Line[] {
    if (this.counts.of(kind) === 0) return NO_LINES;
    let found = this.byKind.get(kind);
    if (found === undefined) this.byKind.set(kind, found = this.lines.filter((_, place) => this.kinds[place] === kind));
    return found;
  }

  /** The first line of which the answer is yes. */
  find(question: Question): Line | undefined {
    let place = this.answers.get(question);
    if (place === undefined) this.answers.set(question, place = this.search(question));
    return this.lines[place];
  }

  private search(question: Question): number {
    const { lines, start, end, endBefore } = this;
    const before = this.answersBefore.get(question);
    const searched = before ?? 0;
    if (before !== undefined && before < start) return before;
    for (let place = Math.min(start, searched); place < end; place++) if (question(lines[place]!)) return place;
    for (let place = Math.max(end, searched - endBefore + end); place < lines.length; place++) if (question(lines[place]!)) return place;
    return lines.length;
  }
}

const NO_LINES: readonly Line[] = [];
