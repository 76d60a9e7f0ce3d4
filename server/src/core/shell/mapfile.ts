import type { Builtin } from './builtins.ts';

/** `mapfile [-t] [NAME]`: the lines of what it reads as an array; with other options the array is unknown. */
export const mapfile: Builtin = (shell, args, { command, source }) => {
  const name = args.find(({ text }, index) => /^[A-Za-z_]\w*$/u.test(text) && !/^-[dnOsucC]$/u.test(args[index - 1]?.text ?? ''))?.text ?? 'MAPFILE';
  const isPlain = args.every(({ text, unknown }) => unknown === undefined && (text === '-t' || text === name));
  const { input, environment } = shell;
  if (input.unknown !== undefined || !isPlain) {
    const origin = input.unknown === undefined || input.unknown.origin === 'standard input' ? shell.expander.origin(command, source) : input.unknown.origin;
    environment.set(name, { origin });
    return { origin, assumed: true };
  }
  const keepsEnds = !args.some(({ text }) => text === '-t');
  environment.set(name, { associative: false, elements: new Map(input.lines().map((line, index) => [index, keepsEnds ? line : line.replace(/\n$/u, '')])) });
  return 0;
};
