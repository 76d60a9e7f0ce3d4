import type { ShellState } from './state.ts';
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
      else if (letter === 'a') option(shell, 'allexport', on);
    }
  }
  return undefined;
}

/** Turns an option on or off, unless nobody knows whether the command runs. */
function option(shell: ShellState, name: string | undefined, on: boolean): void {
  if (shell.certainty > 0) return;
  if (name === 'errexit') shell.errexit = on;
  else if (name === 'nounset') shell.nounset = on;
  else if (name === 'pipefail') shell.pipefail = on;
  else if (name === 'allexport') shell.environment.exportsAll = on;
}
