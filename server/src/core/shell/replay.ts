import { samePositional, sameVariable, type Variable } from './environment.ts';
import type { Interpreter } from './interpreter.ts';
import { sameConditions, type Answer, type Condition, type Invocation } from './invocation.ts';
import { sameMeaning } from './meaning.ts';
import { Recording } from './recording.ts';
import { isMissing } from './redirect.ts';
import type { Source } from './source.ts';
import { sameModes, type Modes, type Status } from './state.ts';
import type { SimpleCommand } from './syntax/ast.ts';

/** What a command that calls a function did, and all that it depended on. */
interface Call {
  readonly source: Source;
  readonly recording: Recording;
  readonly conditions: readonly Condition[];
  /** Whether what is not set would have ended it. */
  readonly modes: Modes;
  readonly hasForeign: boolean;
  readonly era: string | undefined;
  readonly isTainted: boolean;
  /** How many functions were being run around it. */
  readonly depth: number;
  /** What it left in the variables that it set. */
  readonly values: readonly (readonly [string, Variable | undefined])[];
  readonly invocations: readonly Invocation[];
  readonly steps: number;
  /** Where it is that of an invocation, places count from the first one of the call. */
  readonly status: Status;
  /** The names of the questions that it asked. */
  readonly questions: readonly string[];
}

/** Calls of one command that are remembered. */
const MOST_CALLS = 8;
/** Simple commands of a call below which it is as fast to run them again. */
const FEWEST_STEPS = 4;

/** A command has them as long as its text stays, through all evaluations of its script. */
const remembered = new WeakMap<SimpleCommand, readonly Call[]>();

/** Runs a command that calls a function; where it is sure to do what it once did, that happens again. */
export function replaying(shell: Interpreter, command: SimpleCommand, source: Source, run: () => Status): Status {
  if (source.broughtBy !== undefined || !shell.isPlain) return run();
  const calls = remembered.get(command) ?? [];
  const known = calls.find((call) => holds(shell, call, source));
  const { invocations: { length: start }, environment, frames: { length: depth }, taken, modes, asked } = shell;
  const { hasForeign, era, isTainted } = environment;
  if (known !== undefined && shell.takeOver(askingAnew(shell, known), known.steps)) return again(shell, known, start);
  const conditions = shell.conditionsWith(undefined);
  const recording = new Recording(environment.depth, environment.calls, shell.endings);
  environment.recordings.push(recording);
  let status: Status;
  try {
    status = run();
  } finally {
    environment.recordings.pop();
  }
  const steps = shell.taken - taken;
  if (steps < FEWEST_STEPS || recording.isSpoilt || shell.signal !== undefined || !shell.isPlain || !sameConditions(shell.conditionsWith(undefined), conditions)) return status;
  const invocations = shell.invocations.slice(start);
  // What counts from the start of the script stands elsewhere after an edit.
  if (invocations.some(({ base }) => base === undefined) || isBefore(status, start)) return status;
  const values = [...recording.written].map((name) => [name, environment.get(name)] as const);
  remembered.set(command, [{ source, recording, conditions, modes, hasForeign, era, isTainted, depth, values, invocations, steps, status: placed(status, -start), questions: questionsFrom(shell, asked, shell.asked - asked) }, ...calls.slice(0, MOST_CALLS - 1)]);
  return status;
}

/** Whether everything is as it was that the call depends on. */
function holds(shell: Interpreter, { source, recording, conditions, modes, hasForeign, era, isTainted, depth }: Call, from: Source): boolean {
  const { environment } = shell;
  if (source !== from || !sameModes(modes, shell.modes) || hasForeign !== environment.hasForeign || era !== environment.era || isTainted !== environment.isTainted || depth !== shell.frames.length || !sameConditions(shell.conditionsWith(undefined), conditions)) return false;
  if (recording.positional !== undefined && !samePositional(environment.positional, recording.positional)) return false;
  for (const [name, value] of recording.variables) {
    const now = environment.get(name);
    if (now !== value && (now === undefined || value === undefined || !sameVariable(now, value))) return false;
  }
  for (const path of recording.missing) if (!isMissing(shell, path)) return false;
  for (const [name, meaning] of recording.meanings) if (!sameMeaning(environment.meaning(name), meaning)) return false;
  return true;
}

/** Does what remains to be done of a call, of which the invocations, from a place on, have been taken over. */
function again(shell: Interpreter, { recording, values, status, questions }: Call, start: number): Status {
  shell.asked += questions.length;
  shell.visitAgain(recording.visited);
  for (const [name, value] of values) shell.environment.set(name, value);
  return placed(status, start);
}

const questionsFrom = (shell: Interpreter, first: number, count: number): string[] => Array.from({ length: count }, (_, index) => shell.question(first + index));

/** The invocations of a call that happens again: what it asks may be answered otherwise now. */
function askingAnew(shell: Interpreter, { invocations, questions }: Call): readonly Invocation[] {
  if (questions.length === 0 || questions[0] === shell.question(shell.asked)) return invocations;
  const now = questionsFrom(shell, shell.asked, questions.length);
  const renamed = new Map(questions.map((question, index) => [question, now[index]!]));
  const anew = (answer: Answer): Answer => ({ ...answer, question: renamed.get(answer.question) ?? answer.question });
  return invocations.map((invocation) => ({ ...invocation, conditions: invocation.conditions.map((condition) => (condition.answers === undefined ? condition : { ...condition, answers: condition.answers.map(anew) })) }));
}

const isBefore = (status: Status, start: number): boolean => typeof status !== 'number' && status.step !== undefined && status.step < start;

/** The status, so many places later; without what it was made of, which would be kept with it. */
function placed(status: Status, later: number): Status {
  if (typeof status === 'number') return status;
  const { origin, argument, step, succeeded, assumed } = status;
  return { origin, argument, step: step === undefined ? undefined : step + later, succeeded, assumed };
}
