import type { Builtin } from './builtins.ts';
import { copy } from './printing.ts';
import { write } from './redirect.ts';
import { Output } from './stream.ts';

/** `tee FILE…`: prints what it reads, and keeps it in the files. */
export const tee: Builtin = (shell, args) => {
  const { input } = shell;
  const file = new Output(shell.certainty);
  if (input.unknown !== undefined && input.pieces.length === 0) file.unknown = input.unknown;
  else file.pieces.push(...input.pieces);
  for (const { text, unknown } of args) if (unknown !== undefined || !text.startsWith('-')) write(shell, unknown ?? text, args.some((arg) => arg.text === '-a'), file);
  if (file.unknown !== undefined) shell.print(file.unknown, 0, 0);
  else copy(shell, input.pieces);
  return 0;
};
