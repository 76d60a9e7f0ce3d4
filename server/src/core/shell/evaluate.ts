import { SCRIPT_ARGUMENTS, type Positional } from './environment.ts';
import { Interpreter, type ReadFile } from './interpreter.ts';
import type { Invocation } from './invocation.ts';
import { definitionsOf, type FunctionDefinition } from './meaning.ts';
import type { Chunk } from './script-text.ts';
import { runChunk } from './run-text.ts';
import { callFunction, runSimple } from './simple.ts';
import { EvaluationLimit } from './limit.ts';
import { type StatusOf, type UnsetParameter } from './state.ts';
import { Trail, type Rewind } from './trail.ts';
import { runExitTrap } from './trap.ts';
import type { Called } from './value.ts';

/** What a script was found to do. */
export interface Evaluation {
  /** In the order of execution; those that the script never comes to, or that run when it has ended, stand at its end or where it would come to them. */
  readonly invocations: readonly Invocation[];
  /** Places of the invocations whose status the script looks at, so that it provides for their failure. */
  readonly asked: ReadonlySet<number>;
  /** The command at which the script ends because it fails under `set -e`: an offset in the script. */
  readonly failedAt: number | undefined;
  /** The parameter at which it ends because it is not set. */
  readonly unset: UnsetParameter | undefined;
  /** The lines at which a shell ends because it can't read on. What stands behind them is followed all the same. */
  readonly broken: Chunk | undefined;
  /** Where the evaluation was given up because it would take too long: an offset in the script. */
  readonly givenUpAt: number | undefined;
  /** By which the script is followed faster once it has been edited. */
  readonly trail: Trail;
}

/** How a script is called. */
export interface Call {
  /** Its arguments; unknown where nobody says. */
  readonly positional: Positional;
  readonly readFile: ReadFile;
  /** How iptables ends. */
  readonly statusOf?: StatusOf;
  /** Forgets the statuses of the invocations from one on, since others come in their place. */
  readonly rewind?: Rewind;
  /** Whether a command that fails ends the script from its first line on. */
  readonly errexit?: boolean;
  /** Whether what is not set ends the script from its first line on. */
  readonly nounset?: boolean;
  /** By which name, and in which folder: the same ones as before an edit. */
  readonly called?: Called;
  /** Whether it is bash that runs it. */
  readonly isBash?: boolean;
  /** The trail of the script before an edit, where nothing else has changed that the evaluation depends on but files. */
  readonly trail?: Trail | undefined;
}

/** Callers that say nothing. */
export const UNKNOWN_CALL: Call = { positional: SCRIPT_ARGUMENTS, readFile: () => undefined };

/** Follows a script through all that its text tells; nothing is executed. */
export function evaluateScript(chunks: readonly Chunk[], call: Call = UNKNOWN_CALL): Evaluation {
  const before = call.trail?.isUpToDate(call.readFile) === true ? call.trail : undefined;
  const trail = new Trail(chunks, before, call.rewind ?? (() => undefined));
  const shell = new Interpreter(call.positional, trail.reading(call.readFile), call.statusOf, call.called);
  shell.modes = { ...shell.modes, errexit: call.errexit === true, nounset: call.nounset === true };
  shell.isBash = call.isBash === true;
  shell.script = () => chunks;
  const { end, behind = end, givenUpAt, unset } = runAll(shell, chunks, trail);
  const unsure = chunks.filter(({ isOptional }, index) => isOptional || index >= end);
  shell.stretch = trail.finish(shell, unsure.length > 0);
  trail.passOver(behind, shell, () => passOver(shell, chunks.slice(behind)));
  for (const chunk of unsure) for (const read of shell.stretch.readings.get(chunk) ?? [chunk]) lookAtUnreached(shell, read);
  return { invocations: shell.invocations, asked: shell.stretch.asked, failedAt: shell.failedAt, unset, broken: chunks.slice(0, end).find(({ broken, unended }) => broken !== undefined || unended !== undefined), givenUpAt, trail };
}

/** How far a script was followed. */
interface Course {
  /** How many chunks were run to their end. */
  readonly end: number;
  /** From which chunk on it would go on after its end, if that is not the next one. */
  readonly behind?: number;
  /** Where it was given up. */
  readonly givenUpAt?: number;
  readonly unset?: UnsetParameter | undefined;
}

/** Runs the script up to its end. */
function runAll(shell: Interpreter, chunks: readonly Chunk[], trail: Trail): Course {
  for (let index = trail.pass(trail.start(shell), shell); index < chunks.length; index = trail.pass(index + 1, shell)) {
    const chunk = chunks[index]!;
    shell.comeTo(chunk);
    if (limited(() => { runChunk(shell, chunk); })) return { end: index, behind: chunks.length, givenUpAt: chunk.start };
    const { signal } = shell;
    shell.signal = undefined;
    // Outside of a function, `return` ends all shells but bash, which takes no note of it.
    if (signal?.kind !== 'exit' && signal?.kind !== 'return') continue;
    limited(() => { runExitTrap(shell); });
    return { end: index + 1, unset: signal.unset };
  }
  limited(() => { runExitTrap(shell); });
  return { end: chunks.length };
}

/** Reads the chunks behind the end of the script as if it went on, so that features know what their words would be; whether it came to their end. */
function passOver(shell: Interpreter, chunks: readonly Chunk[]): boolean {
  let isWhole = true;
  shell.unreached(() => {
    isWhole = chunks.every((chunk) => {
      if (chunk.command !== undefined && limited(() => { shell.run(chunk.command!, chunk); })) return false;
      shell.signal = undefined;
      return true;
    });
  });
  return isWhole;
}

/** Whether functions, loops and conditions have called each other until there was no room left (as V8 and Firefox say it). */
const isStackFull = (error: unknown): boolean => error instanceof Error && /call stack|recursion/u.test(error.message);

/** Whether the evaluation met its limit. */
function limited(run: () => void): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof EvaluationLimit || isStackFull(error)) return true;
    throw error;
  }
}

/** Reads the commands that the script never comes to, so that features know what they are: functions that nobody calls first. */
function lookAtUnreached(shell: Interpreter, chunk: Chunk): void {
  if (chunk.simple.every((command) => shell.stretch.visited.has(command))) return;
  for (const { name, body } of chunk.functions) {
    if (!chunk.simple.some((command) => command.start >= body.start && command.end <= body.end && !shell.stretch.visited.has(command))) continue;
    const definitions = definitionsOf(shell.environment.meaning(name));
    const definition = definitions.length === 0 ? { body, source: chunk } : definitions.find((each) => each.body === body);
    if (definition !== undefined) limited(() => { shell.unreached(() => { callUnknown(shell, name, definition); }); });
  }
  for (const command of chunk.simple) {
    if (!shell.stretch.visited.has(command)) limited(() => { shell.unreached(() => { runSimple(shell, command, chunk); }); });
  }
}

function callUnknown(shell: Interpreter, name: string, definition: FunctionDefinition): void {
  callFunction(shell, name, definition, { origin: '$@', many: true }, undefined);
}
