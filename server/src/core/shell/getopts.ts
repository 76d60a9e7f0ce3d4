import type { Builtin } from './builtins.ts';
import type { Positional } from './environment.ts';
import { isOpen, scalarOf } from './environment.ts';
import type { Interpreter } from './interpreter.ts';
import { isUnknown } from './value.ts';

/** How far `getopts` has come among the arguments: `OPTIND`, and the character of that argument. */
export interface OptionPlace {
  readonly index: number;
  readonly at: number;
}

/** What one call finds. */
interface Found {
  /** Undefined at the end of the options. */
  readonly name: string | undefined;
  readonly value?: string | undefined;
  readonly next: OptionPlace;
}

/** `getopts OPTIONS NAME [ARGUMENT…]`: the next option among the arguments, or among those of the shell. */
export const getopts: Builtin = (shell, [options, name, ...given], { command, source }) => {
  if (options === undefined || name === undefined) return 2;
  const { environment } = shell;
  const args: Positional = given.length > 0 ? given : environment.positional;
  const words = isOpen(args) ? [] : args.map((word) => (typeof word === 'string' ? word : word.unknown ?? word.text));
  const unknown = options.unknown ?? (isOpen(args) ? args : words.find(isUnknown));
  const place = placeOf(shell);
  if (unknown !== undefined || place === undefined) {
    const origin = shell.expander.origin(command, source);
    const letters = [...options.text].filter((letter) => letter !== ':');
    environment.set(name.text, options.unknown === undefined ? { origin, candidates: [...letters, '?', ...(options.text.startsWith(':') ? [':'] : [])] } : { origin });
    for (const each of ['OPTARG', 'OPTIND']) environment.set(each, { origin });
    return { origin };
  }
  const found = nextOption(words as string[], options.text, place);
  environment.set(name.text, found.name ?? '?');
  environment.set('OPTARG', found.value ?? null);
  environment.set('OPTIND', String(found.next.index));
  shell.options = found.next;
  return found.name === undefined ? 1 : 0;
};

/** Where the search goes on: a script that sets `OPTIND` begins anew there. */
function placeOf({ environment, options }: Interpreter): OptionPlace | undefined {
  const value = scalarOf(environment.get('OPTIND')) ?? '1';
  if (isUnknown(value)) return undefined;
  const index = Math.max(1, Number(value) || 1);
  return index === options.index ? options : { index, at: 0 };
}

function nextOption(args: readonly string[], options: string, { index, at }: OptionPlace): Found {
  const arg = args[index - 1];
  if (at === 0) {
    if (arg === '--') return { name: undefined, next: { index: index + 1, at: 0 } };
    if (arg === undefined || !arg.startsWith('-') || arg === '-') return { name: undefined, next: { index, at: 0 } };
    return nextOption(args, options, { index, at: 1 });
  }
  const letter = arg![at]!;
  const isLast = at + 1 >= arg!.length;
  const behind = isLast ? { index: index + 1, at: 0 } : { index, at: at + 1 };
  const isSilent = options.startsWith(':');
  const known = letter === ':' ? -1 : options.indexOf(letter);
  if (known === -1) return { name: '?', value: isSilent ? letter : undefined, next: behind };
  if (options[known + 1] !== ':') return { name: letter, next: behind };
  if (!isLast) return { name: letter, value: arg!.slice(at + 1), next: { index: index + 1, at: 0 } };
  const value = args[index];
  if (value === undefined) return { name: isSilent ? ':' : '?', value: isSilent ? letter : undefined, next: behind };
  return { name: letter, value, next: { index: index + 2, at: 0 } };
}
