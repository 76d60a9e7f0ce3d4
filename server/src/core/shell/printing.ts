import type { Builtin } from './builtins.ts';
import { MOST_WORDS } from './braces.ts';
import type { Span } from '../text.ts';
import type { Interpreter } from './interpreter.ts';
import { fileInput } from './redirect.ts';
import type { Source } from './source.ts';
import { ansiEscape } from './syntax/ansi-escape.ts';
import type { Field } from './value.ts';

const unknownOf = (fields: readonly Field[]): Field['unknown'] => fields.find(({ unknown }) => unknown !== undefined)?.unknown;

const echo: Builtin = (shell, args, { source }) => {
  let index = 0;
  let escapes = false;
  let newline = true;
  for (; index < args.length && /^-[neE]+$/u.test(args[index]!.text); index++) {
    newline &&= !args[index]!.text.includes('n');
    escapes = /e[^E]*$/u.test(args[index]!.text) || (escapes && !args[index]!.text.includes('E'));
  }
  const words = args.slice(index);
  const unknown = unknownOf(words);
  if (unknown !== undefined) shell.print(unknown, 0, 0);
  else words.forEach((word, at) => {
    if (at > 0) shell.print(' ', word.start, word.start);
    const { start, end } = escapes ? word : insideQuotes(word, source);
    shell.print(escapes ? unescaped(word.text) : word.text, start, end);
  });
  if (newline) shell.print('\n', words.at(-1)?.end ?? 0, words.at(-1)?.end ?? 0);
  return 0;
};

/** Where the text of a word stands: inside its quotes, where it is what stands there. */
function insideQuotes({ text, start, end }: Field, source: Source): Span {
  const raw = source.broughtBy === undefined ? source.text.slice(start - source.start, end - source.start) : '';
  return raw === `"${text}"` || raw === `'${text}'` ? { start: start + 1, end: end - 1 } : { start, end };
}

function unescaped(text: string): string {
  let result = '';
  for (let i = 0; i < text.length;) {
    if (text[i] !== '\\') {
      result += text[i++]!;
      continue;
    }
    // `echo -e` and `printf %b` want a zero before octal digits, `printf` does without.
    const octal = /^\\0([0-7]{1,3})/u.exec(text.slice(i));
    const escape = octal === null ? ansiEscape(text, i) : { text: String.fromCharCode(Number.parseInt(octal[1]!, 8)), end: i + octal[0].length };
    result += escape.text;
    i = escape.end;
  }
  return result;
}

const printf: Builtin = (shell, args, { command, source }) => {
  const origin = shell.expander.origin(command, source);
  const variable = args[0]?.text === '-v' ? args[1]?.text ?? '' : undefined;
  const words = variable === undefined ? args : args.slice(2);
  const [format, ...rest] = words[0]?.text === '--' ? words.slice(1) : words;
  const unknown = unknownOf(args);
  const text = format === undefined || unknown !== undefined ? undefined : formatted(format.text, rest.map((field) => field.text));
  const value = text ?? unknown ?? { origin };
  if (variable === undefined) shell.print(value, format?.start ?? 0, args.at(-1)?.end ?? 0);
  else shell.environment.set(variable, value);
  return 0;
};

/** The format filled in, as often as there are arguments; undefined where it has more than `%s`, `%d`, `%b` and `%%`. */
function formatted(format: string, args: readonly string[]): string | undefined {
  const pieces = unescaped(format).split(/(%[a-z%])/u);
  if (pieces.some((piece, index) => (index % 2 === 1 ? !/^%[sdb%]$/u.test(piece) : piece.includes('%')))) return undefined;
  const takes = pieces.filter((piece, index) => index % 2 === 1 && piece !== '%%').length;
  let result = '';
  let next = 0;
  do {
    for (let index = 0; index < pieces.length; index++) {
      const piece = pieces[index]!;
      if (index % 2 === 0) result += piece;
      else if (piece === '%%') result += '%';
      else {
        const arg = args[next++] ?? '';
        if (piece === '%d' && !/^-?\d*$/u.test(arg)) return undefined;
        result += piece === '%d' ? arg === '' ? '0' : String(Number(arg)) : piece === '%b' ? unescaped(arg) : arg;
      }
    }
  } while (takes > 0 && next < args.length);
  return result;
}

const cat: Builtin = (shell, args, { command, source }) => {
  const files = args.filter(({ text }) => text === '-' || !text.startsWith('-'));
  const inputs = files.length === 0 ? [shell.input] : files.map((file) => (file.text === '-' ? shell.input : file.unknown === undefined ? fileInput(shell, file.text, file) : undefined));
  const origin = shell.expander.origin(command, source);
  for (const input of inputs) {
    if (input === undefined || (input.unknown !== undefined && input.pieces.length === 0)) shell.print(input?.unknown ?? { origin }, 0, 0);
    else copy(shell, input.pieces);
  }
  return inputs.every((input) => input?.unknown === undefined) ? 0 : { origin };
};

function copy(shell: Interpreter, pieces: readonly { readonly text: string; readonly start: number; readonly end: number; readonly unknown?: NonNullable<Field['unknown']> }[]): void {
  const { output } = shell;
  if (output === undefined) return;
  if (shell.certainty > output.certainty) shell.print({ origin: 'cat' }, 0, 0);
  else output.pieces.push(...pieces);
}

const seq: Builtin = (shell, args, { command, source }) => {
  const origin = shell.expander.origin(command, source);
  const numbers = args.map(({ text, unknown }) => (unknown === undefined && /^-?\d+$/u.test(text) ? Number(text) : undefined));
  const unknown = unknownOf(args);
  const [first, by, last] = numbers.length === 1 ? [1, 1, numbers[0]] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : numbers;
  const known = first !== undefined && by !== undefined && last !== undefined && by !== 0 && numbers.length <= 3;
  if (!known || (last - first) / by > MOST_WORDS) {
    shell.print(unknown ?? { origin }, 0, 0);
    return { origin };
  }
  const lines: string[] = [];
  for (let value = first; by > 0 ? value <= last : value >= last; value += by) lines.push(`${value}\n`);
  shell.print(lines.join(''), args[0]!.start, args.at(-1)!.end);
  return 0;
};

/** `expr A OPERATOR B` on integers. */
const expr: Builtin = (shell, args, { command, source }) => {
  const origin = shell.expander.origin(command, source);
  const plain = args.every(({ text, unknown }) => unknown === undefined && /^(-?\d+|[-+*/%()])$/u.test(text));
  const value = plain ? shell.expander.computed(args.map(({ text }) => text).join(' ')) : unknownOf(args) ?? { origin };
  shell.print(typeof value === 'bigint' ? `${value}\n` : value, args[0]?.start ?? 0, args.at(-1)?.end ?? 0);
  return typeof value === 'bigint' ? Number(value === 0n) : { origin };
};

/** Commands whose output is told by their arguments. */
export const PRINTING: Readonly<Record<string, Builtin>> = { echo, printf, cat, seq, expr };
