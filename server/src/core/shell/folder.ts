import type { Builtin } from './builtins.ts';
import { scalarOf } from './environment.ts';
import type { Interpreter } from './interpreter.ts';
import { isUnknown, joinedOf, type Field, type Value } from './value.ts';

/** The folder that the shell is in. */
const folderOf = ({ environment, calledIn }: Interpreter): Value => scalarOf(environment.get('PWD')) ?? calledIn;

/**
 * Where a path leads: a path that counts from the script's folder or from the root; not known of one that is not known
 * or stands in a folder that is not. The same path in the same folder is the same again.
 */
export function placeOf(shell: Interpreter, path: Value): Value {
  const from = isUnknown(path) || path.startsWith('/') ? path : within(folderOf(shell), path.replace(/^(?:\.\/+)+/u, ''));
  return isUnknown(from) && from.beside !== undefined ? from.beside.slice(1) : from;
}

function within(folder: Value, path: string): Value {
  const below = path === '' || path === '.' ? '' : `/${path}`;
  return isUnknown(folder) ? joinedOf([folder, below]) : folder.replace(/\/$/u, '') + below;
}

const isOption = ({ text, unknown }: Field): boolean => unknown === undefined && /^-[a-zA-Z-]/u.test(text);
const valueOf = ({ text, unknown }: Field): Value => unknown ?? text;

/** `cd FOLDER`: that it is there is the machine's affair, and expected. */
export const cd: Builtin = (shell, args, { command, source }) => {
  const { environment } = shell;
  const origin = shell.expander.origin(command, source);
  const [operand] = args.filter((arg) => !isOption(arg));
  const before = folderOf(shell);
  const given = operand && valueOf(operand);
  // In a folder of `CDPATH` nobody knows what there is, either.
  const folder = given === undefined ? { origin } : given === '-' ? scalarOf(environment.get('OLDPWD')) ?? { origin }
    : isUnknown(given) || given.startsWith('/') ? given : within(before, given);
  environment.set('PWD', folder);
  environment.set('OLDPWD', before);
  for (const name of ['PWD', 'OLDPWD']) environment.export(name);
  return { origin, assumed: true };
};

export const pwd: Builtin = (shell, _, { home }) => {
  const folder = folderOf(shell);
  shell.print(folder, home.start, home.end);
  if (!isUnknown(folder)) shell.print('\n', home.end, home.end);
  return 0;
};

/** `readlink -f`, `realpath`: a path without links; of the script and its folder the same ones. */
export const realPath: Builtin = (shell, args, { command, source, home }) => {
  const origin = shell.expander.origin(command, source);
  const operands = args.filter((arg) => !isOption(arg));
  const place = operands[0]?.unknown?.beside;
  shell.print({ origin, ...(operands.length === 1 && place !== undefined && { beside: place }) }, home.start, home.end);
  return { origin, assumed: true };
};
