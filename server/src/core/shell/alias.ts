import type { Builtin } from './builtins.ts';
import { joinedOf, type Field, type Value } from './value.ts';

/** `alias NAME=TEXT…`: what shells read in the place of a name, on the lines that they read from then on. */
export const alias: Builtin = (shell, args, { command, source }) => {
  for (const arg of args) {
    const [before, name] = /^["']?([^"'$`=]+)=/u.exec(arg.text) ?? [];
    if (name !== undefined) shell.environment.setAlias(name, behind(arg, name.length + 1));
    else if (before === undefined && arg.unknown !== undefined) shell.doubt(shell.expander.origin(command, source));
  }
  return 0;
};

/** What stands behind the first letters of an argument. */
function behind({ text, unknown }: Field, length: number): Value {
  if (unknown === undefined) return text.slice(length);
  const [first, ...others] = unknown.parts ?? [];
  return typeof first === 'string' ? joinedOf([first.slice(length), ...others]) : { origin: unknown.origin };
}

/** `unalias NAME…`, `unalias -a`. */
export const unalias: Builtin = (shell, args, { command, source }) => {
  const { environment } = shell;
  if (args.some(({ unknown }) => unknown !== undefined)) shell.doubt(shell.expander.origin(command, source));
  const names = args[0]?.text === '-a' ? [...environment.aliases] : args.map(({ text }) => text);
  for (const name of names) environment.setAlias(name, null);
  return 0;
};
