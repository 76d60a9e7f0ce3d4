import type { Builtin } from './builtins.ts';

/** How options take values: not, always, or only what is attached. */
type Arity = 'none' | 'required' | 'optional';

/** How the program is called. */
interface Call {
  readonly letters: ReadonlyMap<string, Arity>;
  readonly names: ReadonlyMap<string, Arity>;
  /** Whether options end at the first other word. */
  readonly endsEarly: boolean;
  readonly quotes: boolean;
  readonly words: readonly string[];
}

/** `getopt -o LETTERS -l NAMES -- WORD…` of util-linux: prints the words in order, options first, for `eval set --`. */
export const getopt: Builtin = (shell, args, { command, source, home }) => {
  const origin = shell.expander.origin(command, source);
  // The name is for messages only.
  const isKnown = args.every(({ unknown }, index) => unknown === undefined || /^(?:-n|--name)$/u.test(args[index - 1]?.text ?? ''));
  const call = isKnown ? read(args.map(({ text }) => text)) : undefined;
  const printed = call === undefined ? undefined : ordered(call);
  if (printed !== undefined) {
    shell.print(printed.text, home.start, home.end);
    return printed.isGood ? 0 : 1;
  }
  shell.print({ origin }, 0, 0);
  return { origin };
};

const VALUED = new Map([['-o', 'letters'], ['--options', 'letters'], ['-l', 'names'], ['--long', 'names'], ['--longoptions', 'names'], ['-n', 'title'], ['--name', 'title']]);

/** Undefined for a call that is none of the usual ones. */
function read(args: readonly string[]): Call | undefined {
  const [first, ...rest] = args;
  if (first === undefined) return undefined;
  if (!first.startsWith('-')) return { ...lettersOf(first), names: new Map(), quotes: false, words: rest[0] === '--' ? rest.slice(1) : rest };
  let [letters, names, quotes] = ['', '', true];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === '--') return { ...lettersOf(letters), names: namesOf(names), quotes, words: args.slice(index + 1) };
    const [, option, attached] = /^(--\w+)=(.*)$/su.exec(arg) ?? /^(-[oln])(.+)$/su.exec(arg) ?? [];
    const kind = VALUED.get(option ?? arg);
    const value = kind === undefined ? '' : attached ?? args[++index] ?? '';
    if (kind === 'letters') letters = value;
    else if (kind === 'names') names += `,${value}`;
    else if (arg === '-u' || arg === '--unquoted') quotes = false;
    else if (kind === undefined && arg !== '-q' && arg !== '--quiet') return undefined;
  }
  return undefined;
}

const arityOf = (colons: string): Arity => (colons === '' ? 'none' : colons === ':' ? 'required' : 'optional');

const lettersOf = (text: string): Pick<Call, 'letters' | 'endsEarly'> =>
  ({ endsEarly: text.startsWith('+'), letters: new Map(Array.from(text.replace(/^[-+]/u, '').matchAll(/([^:])(:{0,2})/gu), ([, letter, colons]) => [letter!, arityOf(colons!)])) });

const namesOf = (text: string): Call['names'] => new Map(text.split(/[\s,]+/u).filter((name) => name !== '').map((name) => [name.replace(/:+$/u, ''), arityOf(/:*$/u.exec(name)![0])]));

/** The words as they are printed, and whether all of them are right. */
function ordered({ letters, names, endsEarly, quotes, words }: Call): { readonly text: string; readonly isGood: boolean } {
  const shown = (word: string): string => (quotes ? ` '${word.replaceAll("'", "'\\''")}'` : ` ${word}`);
  const others: string[] = [];
  let options = '';
  let isGood = true;
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === '--' || (endsEarly && (word === '-' || !word.startsWith('-')))) {
      others.push(...words.slice(word === '--' ? index + 1 : index));
      break;
    }
    const value = (attached: string | undefined, arity: Arity): string | undefined => (arity === 'optional' ? attached ?? '' : attached ?? words[++index]);
    const take = (option: string, arity: Arity | undefined, attached: string | undefined): void => {
      const given = arity === undefined || arity === 'none' ? undefined : value(attached, arity);
      if (arity === undefined || (arity === 'none' ? attached !== undefined : given === undefined)) isGood = false;
      else options += ` ${option}${given === undefined ? '' : shown(given)}`;
    };
    if (word.startsWith('--')) {
      const [, name, attached] = /^--([^=]*)(?:=(.*))?$/su.exec(word)!;
      const meant = names.has(name!) ? [name!] : [...names.keys()].filter((each) => each.startsWith(name!));
      take(`--${meant[0]}`, meant.length === 1 ? names.get(meant[0]!) : undefined, attached);
    } else if (word.startsWith('-') && word.length > 1) {
      for (let at = 1; at < word.length; at++) {
        const arity = letters.get(word[at]!);
        const behind = word.slice(at + 1);
        take(`-${word[at]!}`, arity, arity === undefined || arity === 'none' || behind === '' ? undefined : behind);
        if (arity === 'required' || arity === 'optional') break;
      }
    } else others.push(word);
  }
  return { text: `${options} --${others.map(shown).join('')}\n`, isGood };
}
