import type { Builtin } from './builtins.ts';
import { positionalOf, type Positional } from './environment.ts';
import { BLANKS } from './fields.ts';
import type { Interpreter } from './interpreter.ts';
import { openText, type OpenText } from './open-text.ts';
import { fileInput, namedFile } from './redirect.ts';
import { runChunk, runText } from './run-text.ts';
import { setOptions } from './shell-options.ts';
import { PLAIN_MODES, type Home, type Status } from './state.ts';
import type { Field, Value } from './value.ts';

/** Shells that run each other, beyond which nothing is followed. */
const DEEPEST = 8;

/** How a program runs a shell. */
interface Started {
  readonly positional: Positional;
  /** `$0`; undefined: as that of the shell around it. */
  readonly name?: Value;
  /** The options that it is given. */
  readonly options?: readonly Field[];
  /** Whether it is bash; undefined: as the shell around it. */
  readonly isBash?: boolean | undefined;
  /** Values of variables that it alone has. */
  readonly values?: OpenText['values'];
}

/** Runs commands in a shell of their own, which has of the variables only those that are exported. */
function inChild(shell: Interpreter, { positional, name, options = [], isBash, values = new Map() }: Started, run: () => Status | undefined, origin: string): Status {
  if (shell.children >= DEEPEST) return { origin };
  const { isBash: isBashAround, scriptName, filesRead } = shell;
  const frames = shell.frames.splice(0);
  shell.children++;
  shell.filesRead = 0;
  const status = shell.keepingStatus(() => shell.inSubshell(() => {
    shell.environment.keepExported();
    // No shell takes it from the one around it.
    shell.environment.set('IFS', BLANKS);
    for (const [variable, value] of values) shell.environment.set(variable, value);
    // What is no variable of the script's here may be one of the shell around it.
    shell.environment.era = undefined;
    shell.environment.positional = positional;
    shell.modes = PLAIN_MODES;
    shell.environment.exportsAll = false;
    shell.traps = new Map();
    shell.isBash = isBash ?? isBashAround;
    shell.status = '0';
    if (name !== undefined) shell.scriptName = name;
    setOptions(shell, options);
    return run() ?? { origin };
  }, true));
  shell.frames.push(...frames);
  shell.children--;
  shell.filesRead = filesRead;
  shell.isBash = isBashAround;
  shell.scriptName = scriptName;
  return status;
}

/** Text that commands are read from, on behalf of a command of the script. */
const inChildText = (shell: Interpreter, text: string, started: Started, home: Home, origin: string): Status => inChild(shell, started, () => runText(shell, text, home), origin);

/** `sh -c COMMANDS`, `sh FILE`, `sh` on what it reads. */
const shellProgram = (isBash: boolean): Builtin => (shell, args, { command, source, home }) => {
  const origin = shell.expander.origin(command, source);
  let index = 0;
  for (; index < args.length && /^[-+]\w/u.test(args[index]!.text); index++) if (/^[-+]\w*o$/u.test(args[index]!.text)) index++;
  const options = args.slice(0, index);
  const has = (letter: string): boolean => options.some(({ text }) => text.startsWith('-') && text.includes(letter));
  const [first, ...others] = args.slice(args[index]?.text === '--' ? index + 1 : index);
  const started = (positional: readonly Field[], name: Field | undefined): Started => ({ positional: positionalOf(positional), name: name === undefined ? { origin } : name.unknown ?? name.text, options, isBash });
  const readsInput = first === undefined || has('s');
  if (!readsInput && first.unknown?.origin === '$0') return runItself(shell, others, origin);
  const commands = has('c') && first !== undefined ? openText(first) : undefined;
  if (has('c')) return commands === undefined ? { origin } : inChildText(shell, commands.text, { ...started(others.slice(1), others[0]), values: commands.values }, home, origin);
  const input = readsInput ? shell.input : namedFile(shell, first);
  if (input === undefined || input.unknown !== undefined) return { origin };
  return inChildText(shell, input.lines().join(''), started(readsInput && first !== undefined ? [first, ...others] : others, readsInput ? undefined : first), home, origin);
};

/** `su -c COMMANDS USER`. */
const su: Builtin = (shell, args, { command, source, home }) => {
  const origin = shell.expander.origin(command, source);
  const given = args[args.findIndex(({ text }) => text === '-c' || text === '--command') + 1];
  const commands = given === args[0] || given === undefined ? undefined : openText(given);
  return commands === undefined ? { origin } : inChildText(shell, commands.text, { positional: [], name: { origin }, values: commands.values }, home, origin);
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
  shell.elsewhere(() => { inChildText(shell, text, { positional: [], name: { origin } }, home, origin); });
  return { origin };
};

/** Runs a file beside the script that is a shell script by its first line; undefined where the word names none. */
export function runFile(shell: Interpreter, [name, ...args]: readonly Field[], home: Home): Status | undefined {
  if (name?.unknown !== undefined || name?.text.includes('/') !== true) return undefined;
  const input = fileInput(shell, name.text, name);
  const text = input.unknown === undefined ? input.lines().join('') : '';
  const [, kind, option] = /^#!\s*\/\S*(?:\/env\s+)?\b(ba|da|a|k|z|)sh\b(?:[ \t]+(-\w+))?/u.exec(text) ?? [];
  if (kind === undefined) return undefined;
  return inChildText(shell, text, { positional: positionalOf(args), name: name.text, isBash: kind === 'ba', ...(option !== undefined && { options: [{ ...name, text: option }] }) }, home, name.text);
}

/** `$0 ARGUMENT…`: the script runs itself. */
export function runItself(shell: Interpreter, args: readonly Field[], origin: string): Status {
  // What it runs stands anywhere in the script, so that no part of it goes on as before after an edit elsewhere.
  shell.isErratic = true;
  return inChild(shell, { positional: positionalOf(args) }, () => {
    let status: Status = 0;
    for (const chunk of shell.script()) {
      status = runChunk(shell, chunk) ?? status;
      if (shell.signal !== undefined) break;
    }
    return status;
  }, origin);
}

const sh = shellProgram(false);

/** Programs that run commands in a shell of their own. */
export const SHELLS: Readonly<Record<string, Builtin>> = { sh, bash: shellProgram(true), dash: sh, ash: sh, ksh: sh, su, runuser: su, ssh };
