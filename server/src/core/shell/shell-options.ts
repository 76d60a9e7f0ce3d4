import type { Modes, ShellState } from './state.ts';
import type { Field } from './value.ts';

/** Carries out the options of `set`; answers the words behind them that become the positional parameters, if it sets those. */
export function setOptions(shell: ShellState, args: readonly Field[]): readonly Field[] | undefined {
  for (let index = 0; index < args.length; index++) {
    const { text, unknown } = args[index]!;
    if (unknown !== undefined || !/^[-+][A-Za-z]+$/u.test(text)) return text === '--' && unknown === undefined ? args.slice(index + 1) : args.slice(index);
    const on = text.startsWith('-');
    for (const letter of text.slice(1)) {
      if (letter === 'o') option(shell, args[++index]?.text, on);
      else if (letter === 'e') option(shell, 'errexit', on);
      else if (letter === 'u') option(shell, 'nounset', on);
      else if (letter === 'f') option(shell, 'noglob', on);
      else if (letter === 'E') option(shell, 'errtrace', on);
      else if (letter === 'a') option(shell, 'allexport', on);
    }
  }
  return undefined;
}

/** Options of `shopt` that matter here. */
const BASH_OPTIONS = new Map<string, keyof Modes>([['inherit_errexit', 'inheritErrexit'], ['extglob', 'extglob'], ['nocasematch', 'nocasematch'], ['expand_aliases', 'expandAliases']]);

/** Carries out `shopt`. */
export function setBashOptions(shell: ShellState, args: readonly Field[]): void {
  const on = args.some(({ text }) => /^-[a-z]*s/u.test(text));
  if (!on && !args.some(({ text }) => /^-[a-z]*u/u.test(text))) return;
  for (const { text } of args) {
    const mode = BASH_OPTIONS.get(text);
    if (mode !== undefined) turn(shell, mode, on);
  }
}

function option(shell: ShellState, name: string | undefined, on: boolean): void {
  if (name === 'allexport' && shell.isSure) shell.environment.exportsAll = on;
  else if (name === 'posix') turn(shell, 'expandAliases', on);
  else if (name === 'errexit' || name === 'nounset' || name === 'noglob' || name === 'pipefail' || name === 'errtrace') turn(shell, name, on);
}

/** Turns an option on or off, unless nobody knows whether the command runs. */
function turn(shell: ShellState, mode: keyof Modes, on: boolean): void {
  if (shell.isSure) shell.modes = { ...shell.modes, [mode]: on };
}
