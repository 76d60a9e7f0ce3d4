import type { Builtin } from './builtins.ts';
import { positionalOf, type Positional } from './environment.ts';
import type { Interpreter } from './interpreter.ts';
import { fileInput, namedFile } from './redirect.ts';
import { runChunk, runText } from './run-text.ts';
import { PLAIN_MODES, type Home, type Status } from './state.ts';
import type { Field } from './value.ts';
import { runExitTrap } from './trap.ts';

/** Shells that run each other, beyond which nothing is followed. */
const DEEPEST = 8;

/** Runs commands in a shell of their own, which has of the variables only those that are exported. */
function inChild(shell: Interpreter, positional: Positional, run: () => Status | undefined, origin: string): Status {
  if (shell.children >= DEEPEST) return { origin };
  let status: Status | undefined;
  const { status: before } = shell;
  const frames = shell.frames.splice(0);
  shell.children++;
  shell.apart(() => {
    shell.environment.keepExported();
    // What is no variable of the script's here may be one of the shell around it.
    shell.environment.era = undefined;
    shell.environment.positional = positional;
    shell.modes = PLAIN_MODES;
    shell.environment.exportsAll = false;
    shell.traps = new Map();
    status = run();
    shell.signal = undefined;
    runExitTrap(shell);
    shell.signal = undefined;
  });
  shell.frames.push(...frames);
  shell.children--;
  shell.status = before;
  return status ?? { origin };
}

/** Text that commands are read from, on behalf of a command of the script. */
function inChildText(shell: Interpreter, text: string, positional: Positional, home: Home, origin: string): Status {
  return inChild(shell, positional, () => {
    const status = runText(shell, text, home);
    return shell.signal?.kind === 'exit' && typeof shell.status === 'string' ? Number(shell.status) : status;
  }, origin);
}

/** `sh -c COMMANDS`, `sh FILE`, `sh` on what it reads. */
const sh: Builtin = (shell, args, { command, source, home }) => {
  const origin = shell.expander.origin(command, source);
  let flags = '';
  let index = 0;
  for (; index < args.length && /^[-+]\w/u.test(args[index]!.text); index++) {
    flags += args[index]!.text;
    if (/^[-+]\w*o$/u.test(args[index]!.text)) index++;
  }
  const [first, ...others] = args.slice(index);
  const readsInput = first === undefined || /-\w*s/u.test(flags);
  if (!readsInput && first.unknown?.origin === '$0') return runItself(shell, others, origin);
  if (/-\w*c/u.test(flags)) return first === undefined || first.unknown !== undefined ? { origin } : inChildText(shell, first.text, positionalOf(others.slice(1)), home, origin);
  const input = readsInput ? shell.input : namedFile(shell, first);
  if (input === undefined || input.unknown !== undefined) return { origin };
  return inChildText(shell, input.lines().join(''), positionalOf(readsInput ? args.slice(index) : others), home, origin);
};

/** `su -c COMMANDS USER`. */
const su: Builtin = (shell, args, { command, source, home }) => {
  const origin = shell.expander.origin(command, source);
  const commands = args[args.findIndex(({ text }) => text === '-c' || text === '--command') + 1];
  if (commands === args[0] || commands === undefined || commands.unknown !== undefined) return { origin };
  return inChildText(shell, commands.text, [], home, origin);
};

/** Options of `ssh` that take a value of their own. */
const SSH_VALUED = /^-\w*[bcDEeFIiJLlmOopQRSWw]$/u;

/** `ssh HOST COMMAND…`: what another host does changes nothing here. */
const ssh: Builtin = (shell, args, { command, source, home }) => {
  const origin = shell.expander.origin(command, source);
  let index = 0;
  while (index < args.length && args[index]!.text.startsWith('-')) index += SSH_VALUED.test(args[index]!.text) ? 2 : 1;
  const words = args.slice(index + 1);
  const text = words.length === 0 ? shell.input.lines().join('') : words.map((word) => word.text).join(' ');
  shell.elsewhere(() => { inChildText(shell, text, [], home, origin); });
  return { origin };
};

/** Runs a file beside the script that is a shell script by its first line; undefined where the word names none. */
export function runFile(shell: Interpreter, [name, ...args]: readonly Field[], home: Home): Status | undefined {
  if (name?.unknown !== undefined || name?.text.includes('/') !== true) return undefined;
  const input = fileInput(shell, name.text, name);
  const text = input.unknown === undefined ? input.lines().join('') : '';
  return /^#!\s*\/\S*\b(?:ba|da|a|k|z)?sh\b/u.test(text) ? inChildText(shell, text, positionalOf(args), home, name.text) : undefined;
}

/** `$0 ARGUMENT…`: the script runs itself. */
export function runItself(shell: Interpreter, args: readonly Field[], origin: string): Status {
  // What it runs stands anywhere in the script, so that no part of it goes on as before after an edit elsewhere.
  shell.isErratic = true;
  return inChild(shell, positionalOf(args), () => {
    for (const chunk of shell.script()) {
      runChunk(shell, chunk);
      if (shell.signal !== undefined) break;
    }
    const { status } = shell;
    return typeof status === 'string' ? Number(status) : { origin: status.origin };
  }, origin);
}

/** Programs that run commands in a shell of their own. */
export const SHELLS: Readonly<Record<string, Builtin>> = { sh, bash: sh, dash: sh, ash: sh, ksh: sh, su, runuser: su, ssh };
