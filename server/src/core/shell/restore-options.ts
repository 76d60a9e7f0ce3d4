import type { Field } from './value.ts';

/** How an iptables-restore is called. */
export interface RestoreOptions {
  /** Whether it reads a ruleset at all: not where it is asked for help, and not where it refuses its arguments. */
  readonly reads: boolean;
  /** With what it ends where it reads nothing. */
  readonly status: number;
  /** Whether it only tries what it reads. */
  readonly test: boolean;
  /** Whether tables keep what they hold. */
  readonly noflush: boolean;
  /** The one table that it loads, where it loads but one. */
  readonly table: string | undefined;
  /** The file that it is given instead of its input. */
  readonly file: Field | undefined;
}

/** By their letters; `needs`: a value, `number`: a number as the next word, if one stands there. */
const OPTIONS: Readonly<Record<string, { readonly name: string; readonly value?: 'needs' | 'number' }>> = {
  b: { name: 'binary' }, c: { name: 'counters' }, v: { name: 'verbose' }, V: { name: 'version' }, t: { name: 'test' }, h: { name: 'help' }, n: { name: 'noflush' },
  M: { name: 'modprobe', value: 'needs' }, T: { name: 'table', value: 'needs' }, w: { name: 'wait', value: 'number' }, W: { name: 'wait-interval', value: 'number' },
};

interface Given {
  readonly letter: string;
  /** Undefined where it has none of its own. */
  readonly value: string | undefined;
}

/** The options that one word holds; undefined where it is none. */
function given(text: string): readonly Given[] | undefined {
  if (text.startsWith('--')) {
    const [name = '', value] = text.slice(2).split(/=(.*)/su);
    const meant = Object.keys(OPTIONS).filter((letter) => OPTIONS[letter]!.name.startsWith(name));
    const letter = meant.find((each) => OPTIONS[each]!.name === name) ?? (meant.length === 1 ? meant[0]! : '?');
    return [{ letter, value }];
  }
  if (!/^-./u.test(text)) return undefined;
  const valued = /[MT]/u.exec(text)?.index ?? text.length;
  const rest = text.slice(valued + 1);
  return [...text.slice(1, valued + 1)].map((letter, index) => ({ letter, value: index === valued - 1 && rest !== '' ? rest : undefined }));
}

/** Reads the arguments of an iptables-restore as it reads them itself (seen in 1.8.9). */
export function readRestoreOptions(args: readonly Field[]): RestoreOptions {
  const letters = new Set<string>();
  const files: Field[] = [];
  let table: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const { text, unknown } = args[index]!;
    if (text === '--' && unknown === undefined) {
      files.push(...args.slice(index + 1));
      break;
    }
    const options = unknown === undefined ? given(text) : undefined;
    if (options === undefined) files.push(args[index]!);
    for (const { letter, value } of options ?? []) {
      letters.add(letter);
      const takes = OPTIONS[letter]?.value;
      const next = args[index + 1]?.text;
      const isBehind = value === undefined && (takes === 'needs' || (takes === 'number' && /^\d+$/u.test(next ?? '')));
      if (isBehind) index++;
      if (letter === 'T') table = value ?? next;
    }
  }
  return readSo(letters, table, files);
}

function readSo(letters: ReadonlySet<string>, table: string | undefined, files: readonly Field[]): RestoreOptions {
  const has = (letter: string): boolean => letters.has(letter);
  const isWellCalled = files.length < 2 && [...letters].every((letter) => Object.hasOwn(OPTIONS, letter));
  return {
    reads: !has('h') && !has('V') && isWellCalled, status: isWellCalled ? 0 : 1,
    test: has('t'), noflush: has('n'), table, file: files[0],
  };
}
