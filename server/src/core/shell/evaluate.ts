import type { Positional } from './environment.ts';
import { Interpreter, type ReadFile } from './interpreter.ts';
import type { Invocation } from './invocation.ts';
import type { Chunk } from './script-text.ts';
import { callFunction, runSimple } from './simple.ts';
import { EvaluationLimit, type StatusOf } from './state.ts';
import { runExitTrap } from './trap.ts';

/** What a script was found to do. */
export interface Evaluation {
  /** In the order of execution; behind those that the script comes to stand those that it never does. */
  readonly invocations: readonly Invocation[];
  /** Places of the invocations whose status the script looks at, so that it provides for their failure. */
  readonly asked: ReadonlySet<number>;
  /** The command at which the script ends because it fails under `set -e`: an offset in the script. */
  readonly failedAt: number | undefined;
  /** Where the evaluation was given up because it would take too long: an offset in the script. */
  readonly givenUpAt: number | undefined;
}

/** How a script is called. */
export interface Call {
  /** Its arguments; unknown where nobody says. */
  readonly positional: Positional;
  readonly readFile: ReadFile;
  /** How iptables ends. */
  readonly statusOf?: StatusOf;
  /** Whether a command that fails ends the script from its first line on. */
  readonly errexit?: boolean;
}

/** Callers that say nothing. */
export const UNKNOWN_CALL: Call = { positional: { origin: '$@' }, readFile: () => undefined };

/** Follows a script through all that its text tells; nothing is executed. */
export function evaluateScript(chunks: readonly Chunk[], call: Call = UNKNOWN_CALL): Evaluation {
  const shell = new Interpreter(call.positional, call.readFile, call.statusOf);
  shell.errexit = call.errexit === true;
  const givenUpAt = runAll(shell, chunks);
  for (const chunk of chunks) lookAtUnreached(shell, chunk);
  return { invocations: shell.invocations, asked: shell.asked, failedAt: shell.failedAt, givenUpAt };
}

function runAll(shell: Interpreter, chunks: readonly Chunk[]): number | undefined {
  for (const [index, chunk] of chunks.entries()) {
    if (chunk.command === undefined) continue;
    const limit = limited(() => { shell.run(chunk.command!, chunk); });
    if (limit) return chunk.start;
    const kind = shell.signal?.kind;
    shell.signal = undefined;
    if (kind !== 'exit') continue;
    limited(() => { runExitTrap(shell); });
    passOver(shell, chunks.slice(index + 1));
    return undefined;
  }
  limited(() => { runExitTrap(shell); });
  return undefined;
}

/** Reads the chunks behind the end of the script as if it went on, so that features know what their words would be. */
function passOver(shell: Interpreter, chunks: readonly Chunk[]): void {
  shell.unreached(() => {
    for (const chunk of chunks) {
      if (chunk.command !== undefined && limited(() => { shell.run(chunk.command!, chunk); })) return;
      shell.signal = undefined;
    }
  });
}

/** Whether the evaluation met its limit. */
function limited(run: () => void): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof EvaluationLimit) return true;
    throw error;
  }
}

/** Reads the commands that the script never comes to, so that features know what they are: functions that nobody calls first. */
function lookAtUnreached(shell: Interpreter, chunk: Chunk): void {
  for (const { name, body } of chunk.functions) {
    if (!chunk.simple.some((command) => command.start >= body.start && command.end <= body.end && !shell.visited.has(command))) continue;
    const definition = shell.environment.function(name) ?? { body, source: chunk };
    if (definition.body === body) limited(() => { shell.unreached(() => { callUnknown(shell, definition); }); });
  }
  for (const command of chunk.simple) {
    if (!shell.visited.has(command)) limited(() => { shell.unreached(() => { runSimple(shell, command, chunk); }); });
  }
}

function callUnknown(shell: Interpreter, definition: Parameters<typeof callFunction>[1]): void {
  shell.environment.positional = { origin: '$@' };
  const { positional } = shell.environment;
  callFunction(shell, definition, positional, undefined);
}
