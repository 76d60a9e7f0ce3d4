import type { Builtin } from './builtins.ts';
import type { Interpreter } from './interpreter.ts';
import { runText } from './run-text.ts';
import type { Trap } from './state.ts';

/** `trap COMMANDS SIGNAL…`: what runs on signals that a script itself brings about, at its end and when a command fails. */
export const trap: Builtin = (shell, args, { home }) => {
  const [action, ...signals] = args[0]?.text === '--' ? args.slice(1) : args;
  // What may not happen at all changes nothing that is sure.
  if (action === undefined || action.unknown !== undefined || shell.certainty > 0) return 0;
  const traps = new Map(shell.traps);
  for (const { text } of signals.length === 0 ? [action] : signals) {
    const name = text === '0' ? 'EXIT' : text.toUpperCase();
    if (signals.length === 0 || action.text === '-') traps.delete(name);
    else traps.set(name, { text: action.text, home });
  }
  shell.traps = traps;
  return 0;
};

/** Runs what a trap says; `$?` is afterwards what it was. */
export function runTrap(shell: Interpreter, { text, home }: Trap): void {
  const { status } = shell;
  runText(shell, text, home);
  shell.status = status;
}

/** Runs what the script says for its end. */
export function runExitTrap(shell: Interpreter): void {
  const exit = shell.traps.get('EXIT');
  shell.traps = new Map();
  if (exit !== undefined) runTrap(shell, exit);
}
