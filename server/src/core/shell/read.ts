import type { Builtin } from './builtins.ts';
import { hasAny, splitText } from './fields.ts';
import type { Interpreter } from './interpreter.ts';
import type { Input } from './stream.ts';
import type { Field } from './value.ts';

/** How `read` is called. */
interface Call {
  readonly names: readonly string[];
  readonly isRaw: boolean;
  readonly array: string | undefined;
  readonly delimiter: string;
  /** The most characters that it takes. */
  readonly most: number;
  readonly input: Input;
}

/** `read NAME…`: of known input the next line, cut at `IFS`; else the names are unknown. */
export const readVariables: Builtin = (shell, args, { command, source }) => {
  const { names, isRaw, array, delimiter, most, input } = readCall(shell, args);
  if (input.unknown !== undefined || Number.isNaN(most)) {
    const origin = input.unknown === undefined || input.unknown.origin === 'standard input' ? shell.expander.origin(command, source) : input.unknown.origin;
    for (const name of array === undefined ? names.length === 0 ? ['REPLY'] : names : [array]) shell.environment.set(name, { origin });
    return { origin };
  }
  const read = input.next(delimiter, most);
  const text = read === undefined ? '' : isRaw ? read.text : unescaped(input, read.text, delimiter);
  const targets = array === undefined ? names : [array];
  if (targets.length > 0 && hasAny(text, shell.expander.separators().doubtful)) for (const name of targets) shell.environment.set(name, { origin: '$IFS' });
  else if (array !== undefined) shell.environment.set(array, { associative: false, elements: new Map(splitText(text, shell.expander.separators()).map((word, index) => [index, word])) });
  else if (names.length === 0) shell.environment.set('REPLY', text);
  else setNames(shell, names, text);
  return read?.isWhole === true ? 0 : 1;
};

/** Options of `read` that take a value. */
const VALUED = 'adinNptu';

function readCall(shell: Interpreter, args: readonly Field[]): Call {
  const names: string[] = [];
  const given = new Map<string, string>();
  for (let index = 0; index < args.length; index++) {
    const { text } = args[index]!;
    if (!text.startsWith('-') || names.length > 0) {
      names.push(text);
      continue;
    }
    for (let at = 1; at < text.length; at++) {
      const letter = text[at]!;
      if (!VALUED.includes(letter)) {
        given.set(letter, '');
        continue;
      }
      given.set(letter, at + 1 < text.length ? text.slice(at + 1) : args[++index]?.text ?? '');
      break;
    }
  }
  const [most, descriptor] = [given.get('n'), given.get('u')];
  return {
    names, isRaw: given.has('r'), array: given.get('a'), delimiter: given.get('d')?.slice(0, 1) ?? '\n',
    // `-N` does not end at the delimiter.
    most: given.has('N') || given.has('i') ? NaN : most === undefined ? Infinity : /^[1-9]\d{0,8}$/u.test(most) ? Number(most) : NaN,
    input: descriptor === undefined ? shell.input : shell.inputAt(Number(descriptor)),
  };
}

/** The text without its backslashes, of which one at its end joins the next line. */
function unescaped(input: Input, line: string, delimiter: string): string {
  let text = line;
  for (let joined = /(?:^|[^\\])(?:\\\\)*\\$/u; delimiter === '\n' && joined.test(text);) text = text.slice(0, -1) + (input.next('\n')?.text ?? '');
  return text.replaceAll('\\\n', '').replace(/\\(.)/gu, '$1');
}

function setNames(shell: Interpreter, names: readonly string[], line: string): void {
  const { sure: separators } = shell.expander.separators();
  const blanks = [...separators].filter((character) => /\s/u.test(character)).join('');
  const others = [...separators].filter((character) => !/\s/u.test(character)).join('');
  const strip = (text: string): string => trimEnd(trimStart(text, blanks), blanks);
  let rest = strip(line);
  names.forEach((name, index) => {
    if (index === names.length - 1) {
      shell.environment.set(name, rest);
      return;
    }
    let end = 0;
    while (end < rest.length && !separators.includes(rest[end]!)) end++;
    shell.environment.set(name, rest.slice(0, end));
    rest = trimStart(rest.slice(end), blanks);
    if (rest !== '' && others.includes(rest[0]!) && separators !== '') rest = trimStart(rest.slice(1), blanks);
  });
}

function trimStart(text: string, characters: string): string {
  let start = 0;
  while (start < text.length && characters.includes(text[start]!)) start++;
  return text.slice(start);
}

function trimEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}
