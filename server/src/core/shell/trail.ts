import { sharedEnds } from '../shared-ends.ts';
import type { Interpreter, ReadFile } from './interpreter.ts';
import type { Invocation } from './invocation.ts';
import { isMovable, moved, movedShell, movedStretch, type Move } from './move.ts';
import type { Chunk } from './script-text.ts';
import { Stretch, type SavedShell } from './state.ts';
import type { SimpleCommand } from './syntax/ast.ts';
import type { Value } from './value.ts';

/** The shell in front of a chunk. */
interface Mark {
  readonly index: number;
  readonly saved: SavedShell;
  /** What happened since the mark before. */
  readonly stretch: Stretch;
}

/** What was found behind the end of a script. */
interface Tail {
  /** Before which chunk it begins, and the shell there. */
  readonly index: number;
  readonly saved: SavedShell;
  /** Of the commands that were looked at, whether that was for the first time. */
  readonly looks: ReadonlyMap<SimpleCommand, boolean>;
  readonly invocations: readonly Invocation[];
  /** The places among them of those whose status somebody wants. */
  readonly asked: readonly number[];
  readonly steps: number;
}

const NEVER: Value = { origin: '$?' };

/** Forgets what was told of the invocations from one on. */
export type Rewind = (count: number) => void;

/**
 * How a script was followed: marks between its chunks, at which it can be taken up again. Once it has been edited, it is
 * followed from the last mark before the edit, and up to a mark behind it at which the shell is what it was; the rest
 * happens as it did.
 */
export class Trail {
  private readonly chunks: readonly Chunk[];
  private readonly marks: Mark[] = [];
  private invocations: readonly Invocation[] = [];
  private isErratic = false;
  private tail: Tail | undefined;
  private readonly read = new Map<string, string | undefined>();
  /** Until the end of the script, lest all trails be kept. */
  private old: Trail | undefined;
  private readonly rewind: Rewind;
  /** Where the edit begins and ends in the chunks, and ends in those of the old trail. */
  private readonly first: number;
  private readonly end: number;
  private readonly oldEnd: number;
  private readonly areNew: boolean;
  /** Where it ends in the text before the edit, and how far that moved what follows. */
  private readonly movedFrom: number;
  private readonly movedBy: number;
  private readonly oldMarks = new Map<number, number>();
  private readonly length: number;
  /** Chunks between two marks: few enough to be followed again, and many enough that there are few marks. */
  private readonly apart: number;

  /** `before`: the trail of the script before an edit, where nothing else has changed that it depends on. */
  constructor(chunks: readonly Chunk[], before: Trail | undefined, rewind: Rewind) {
    const old = before?.isErratic === true ? undefined : before;
    this.chunks = chunks;
    this.apart = Math.ceil(Math.sqrt(chunks.length));
    this.old = old;
    this.rewind = rewind;
    const known = old?.chunks ?? [];
    const { start: first, end: behind } = sharedEnds(chunks, known);
    this.first = first;
    this.end = chunks.length - behind;
    this.oldEnd = known.length - behind;
    const replaced = new Set(known.slice(first, this.oldEnd));
    this.areNew = !chunks.slice(first, this.end).some((chunk) => replaced.has(chunk));
    this.length = lengthOf(chunks);
    this.movedBy = this.length - (old?.length ?? 0);
    this.movedFrom = (chunks[this.end]?.start ?? this.length) - this.movedBy;
    for (const [place, { index }] of (old?.marks ?? []).entries()) if (index >= this.oldEnd) this.oldMarks.set(index - this.oldEnd + this.end, place);
  }

  /** Where in the script the chunks begin and end outside of which it is what it was; whether it had none of them before. */
  get edited(): { readonly chunks: readonly Chunk[]; readonly areNew: boolean; readonly start: number; readonly end: number } {
    const { chunks, first, end, length } = this;
    return { chunks: chunks.slice(first, end), areNew: this.areNew, start: chunks[first]?.start ?? length, end: chunks[end]?.start ?? length };
  }

  /** The script's way of reading files, which remembers what they held. */
  reading(readFile: ReadFile): ReadFile {
    return (path) => {
      const text = readFile(path);
      this.read.set(path, text);
      return text;
    };
  }

  /** The files that were read or looked for. */
  get filesRead(): Iterable<string> {
    return this.read.keys();
  }

  /** Whether the files that were read still hold the same. */
  isUpToDate(readFile: ReadFile): boolean {
    for (const [path, text] of this.read) if (readFile(path) !== text) return false;
    return true;
  }

  /** Puts the shell where the script can be taken up again, and answers before which chunk that is. */
  start(shell: Interpreter): number {
    const { old } = this;
    const last = old?.marks.findLast(({ index }) => index <= this.first);
    if (old === undefined || last === undefined) return 0;
    for (const [path, text] of old.read) this.read.set(path, text);
    for (const mark of old.marks) if (mark.index <= last.index) this.marks.push(mark);
    shell.takeOver(old.invocations.slice(0, last.saved.count), last.saved.steps);
    shell.restore(last.saved);
    return last.index;
  }

  /** Notes that the shell stands before a chunk, and answers before which one it stands afterwards: what is sure to happen again is taken over. */
  pass(index: number, shell: Interpreter): number {
    const place = this.oldMarks.get(index);
    if (place !== undefined) return this.takeOver(place, index, shell);
    if (index >= (this.marks.at(-1)?.index ?? 0) + this.apart) this.mark(index, shell);
    return index;
  }

  /** Comes to the end of the script, and answers all that happened; the visited commands only where somebody wants them. */
  finish(shell: Interpreter, wantsVisited: boolean): Stretch {
    // No mark has the last stretch, which mostly is the longest.
    const all = shell.stretch;
    for (const { stretch: { visited, asked, readings } } of this.marks) {
      for (const step of asked) all.asked.add(step);
      for (const [chunk, read] of readings) all.readings.set(chunk, read);
      if (wantsVisited) for (const command of visited) all.visited.add(command);
    }
    this.invocations = shell.invocations;
    this.isErratic = shell.isErratic;
    return all;
  }

  /** Looks at what stands behind the end of the script, from a chunk on, by `run`, which answers whether it came to its end; what is sure to be found again is taken over. */
  passOver(index: number, shell: Interpreter, run: () => boolean): void {
    const { old } = this;
    this.old = undefined;
    if (index === this.chunks.length) return;
    // With what it ends is nothing that commands could look at which never run.
    shell.status = NEVER;
    const saved = shell.save();
    const { invocations: { length }, failedAt, stretch: { asked } } = shell;
    const count = asked.size;
    let looks = old?.tail && this.findsAgain(old, old.tail, index, shell);
    if (looks === undefined) {
      looks = shell.looks = new Map();
      const isWhole = run();
      shell.looks = undefined;
      if (!isWhole || shell.isErratic || shell.failedAt !== failedAt) return;
    }
    const later = [...asked].slice(count).map((step) => step - length);
    if (later.every((step) => step >= 0)) this.tail = { index, saved, looks, invocations: shell.invocations.slice(length), asked: later, steps: shell.taken - saved.steps };
  }

  /** Takes over what an old trail found behind the end of the script, and answers at what it looked; undefined where that is not what there is now. */
  private findsAgain(old: Trail, { index, saved, looks, invocations, asked, steps }: Tail, now: number, shell: Interpreter): Tail['looks'] | undefined {
    const { length } = shell.invocations;
    const move: Move = { from: this.movedFrom, by: this.movedBy, steps: length - saved.count };
    if (now < this.end || now - this.end !== index - this.oldEnd || !shell.isAs(saved) || !isMovable(saved, move)) return undefined;
    const { visited } = shell.stretch;
    for (const [command, first] of looks) if (visited.has(command) === first) return undefined;
    if (!shell.takeOver(invocations.map((each) => moved(each, move)), steps)) return undefined;
    for (const [path, text] of old.read) this.read.set(path, text);
    for (const command of looks.keys()) visited.add(command);
    for (const step of asked) shell.stretch.asked.add(step + length);
    shell.unreached(() => undefined);
    return looks;
  }

  private mark(index: number, shell: Interpreter): void {
    this.marks.push({ index, saved: shell.save(), stretch: shell.stretch });
    shell.stretch = new Stretch();
  }

  /** Takes over what happened behind an old mark, as long as it is sure to happen again. */
  private takeOver(place: number, index: number, shell: Interpreter): number {
    const { marks } = this.old!;
    const isSame = !shell.isErratic && shell.isAs(marks[place]!.saved);
    if (this.marks.at(-1)?.index !== index) this.mark(index, shell);
    if (!isSame) return index;
    let at = place;
    while (at + 1 < marks.length && this.follows(marks[at]!, marks[at + 1]!, shell)) at++;
    if (at > place) shell.restore(this.marks.at(-1)!.saved);
    return this.marks.at(-1)!.index;
  }

  /** Whether the script goes on from one mark to the next as it did; what happened there is then taken over. */
  private follows(here: Mark, next: Mark, shell: Interpreter): boolean {
    const { saved, stretch, index } = next;
    const { length } = shell.invocations;
    const move: Move = { from: this.movedFrom, by: this.movedBy, steps: length - here.saved.count };
    const between = this.old!.invocations.slice(here.saved.count, saved.count);
    const steps = saved.steps - here.saved.steps;
    if (!isMovable(saved, move) || !shell.takeOver(between.map((each) => moved(each, move)), steps)) return false;
    for (const [step, status] of stretch.told) {
      if (shell.statusAt(step + move.steps) === status) continue;
      shell.giveBack(length, steps);
      this.rewind(length);
      return false;
    }
    this.marks.push({ index: index - this.oldEnd + this.end, saved: movedShell(saved, move), stretch: movedStretch(stretch, move) });
    return true;
  }
}

const lengthOf = (chunks: readonly Chunk[]): number => {
  const last = chunks.at(-1);
  return last === undefined ? 0 : last.start + last.text.length;
};
