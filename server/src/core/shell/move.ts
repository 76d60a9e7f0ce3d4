import type { Span } from '../text.ts';
import { isOpen, type Positional } from './environment.ts';
import type { Invocation } from './invocation.ts';
import { definitionsOf } from './meaning.ts';
import { Stretch, type SavedShell } from './state.ts';
import type { Piece } from './value.ts';

/** How an edit moves what stands and happens behind it. */
export interface Move {
  /** From which offset of the text before. */
  readonly from: number;
  readonly by: number;
  /** By how many places in the order of execution. */
  readonly steps: number;
}

/** Whether nothing in the shell knows of places that an edit moves. */
export function isMovable({ environment: { functions, positional }, files, traps }: SavedShell, { by }: Move): boolean {
  if (by === 0) return true;
  if (traps.size > 0 || files.size > 0 || (positional !== undefined && !isPlaceless(positional))) return false;
  for (const meaning of functions.values()) if (definitionsOf(meaning).some(({ source }) => source.broughtBy !== undefined)) return false;
  return true;
}

/** Whether positional parameters stand nowhere in the script. */
const isPlaceless = (positional: Positional): boolean => (isOpen(positional) ? positional.words === undefined : positional.every((word) => typeof word === 'string'));

/** The invocation where it stands and happens after an edit. */
export function moved(invocation: Invocation, move: Move): Invocation {
  return movedSpans(movedConditions(invocation, move.steps), move);
}

function movedConditions(invocation: Invocation, steps: number): Invocation {
  if (steps === 0 || invocation.conditions.every(({ step }) => step === undefined)) return invocation;
  return { ...invocation, conditions: invocation.conditions.map((condition) => (condition.step === undefined ? condition : { ...condition, step: condition.step + steps })) };
}

function movedSpans(invocation: Invocation, { from, by }: Move): Invocation {
  if (by === 0 || invocation.base !== undefined) return invocation;
  const place = <T extends Span>(span: T): T => (span.start < from ? span : { ...span, start: span.start + by, end: span.end + by });
  const { home, name, program, arguments: args, restore, input } = invocation;
  return {
    ...invocation, home: place(home), name: place(name), program: place(program), arguments: args.map(place),
    restore: restore?.file === undefined ? restore : { ...restore, file: place(restore.file) },
    input: isPieces(input) ? input.map(place) : input,
  };
}

const isPieces = (input: Invocation['input']): input is readonly Piece[] => input !== undefined && !('origin' in input);

/** The shell as it is after as many more invocations. */
export function movedShell(saved: SavedShell, { steps }: Move): SavedShell {
  if (steps === 0) return saved;
  const { ended, count } = saved;
  if (typeof ended !== 'object' || ended.step === undefined) return { ...saved, count: count + steps };
  const { origin, step, succeeded, assumed } = ended;
  return { ...saved, count: count + steps, ended: { origin, step: step + steps, succeeded, assumed } };
}

/** What happened, as many places later. */
export function movedStretch(stretch: Stretch, { steps }: Move): Stretch {
  if (steps === 0) return stretch;
  const later = new Stretch();
  for (const command of stretch.visited) later.visited.add(command);
  for (const [chunk, read] of stretch.readings) later.readings.set(chunk, read);
  for (const step of stretch.asked) later.asked.add(step + steps);
  for (const [step, status] of stretch.told) later.told.set(step + steps, status);
  return later;
}
