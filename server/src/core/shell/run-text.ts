import type { Interpreter } from './interpreter.ts';
import type { Home, Status } from './state.ts';
import { CommandParser } from './syntax/command-parser.ts';
import { ShellSyntaxError } from './syntax/scanner.ts';

/** Runs commands that are not the script's own text, on behalf of one that is; undefined where they are no shell. */
export function runText(shell: Interpreter, text: string, { start, end }: Home): Status | undefined {
  try {
    return shell.run(new CommandParser(text).all(), { text, start: 0, broughtBy: { start, end } });
  } catch (error) {
    if (error instanceof ShellSyntaxError) return undefined;
    throw error;
  }
}
