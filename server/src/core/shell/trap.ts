import type { Builtin } from './builtins.ts';
import type { Interpreter } from './interpreter.ts';
import { runText } from './run-text.ts';
import type { Trap } from './state.ts';

/** `trap COMMANDS SIGNAL…`: what runs on signals that a script itself brings about, at its end and when a command fails. */
export const trap: Builtin = (shell, args, { home }) => {
  const [action, ...signals] = args[0]?.text === '--' ? args.slice(1) : args;
  if (action === undefined || action.unknown !== undefined) return 0;
  const traps = new Map(shell.traps);
  for (const { text } of signals.length === 0 ? [action] : signals) {
    const name = text === '0' ? 'EXIT' : text.toUpperCase();
    const command = signals.length === 0 || action.text === '-' ? '' : action.text;
    const doubt = shell.isSureInShell ? undefined : { origin: shell.conditionsWith(undefined).at(-1)!.origin, before: traps.get(name) };
    // What may not happen at all changes nothing that is sure; only the end comes for sure.
    if (doubt !== undefined && name !== 'EXIT') continue;
    if (command === '' && doubt === undefined) traps.delete(name);
    else traps.set(name, { text: command, home, ...(doubt && { doubt }) });
  }
  shell.traps = traps;
  return 0;
};

/** Runs what a trap says; `$?` is afterwards what it was. */
export function runTrap(shell: Interpreter, { text, home }: Trap): void {
  shell.keepingStatus(() => runText(shell, text, home));
}

/** Runs what the script says for its end. */
export function runExitTrap(shell: Interpreter): void {
  const exit = shell.traps.get('EXIT');
  shell.traps = new Map();
  if (exit !== undefined) runOrNot(shell, exit);
}

/** Runs a trap, or where it may not be set what would be in its place. */
function runOrNot(shell: Interpreter, trapped: Trap): void {
  const { doubt } = trapped;
  if (doubt === undefined) {
    runTrap(shell, trapped);
    return;
  }
  const { origin, before } = doubt;
  shell.fork([{ condition: { origin }, run: () => { runTrap(shell, trapped); } }, { condition: { origin }, ...(before && { run: () => { runOrNot(shell, before); } }) }]);
}
