import type { Builtin } from './builtins.ts';
import { MOST_WORDS } from './braces.ts';
import type { Span } from '../text.ts';
import type { Interpreter } from './interpreter.ts';
import { namedFile } from './redirect.ts';
import type { Source } from './source.ts';
import { ansiEscape } from './syntax/ansi-escape.ts';
import { partOf, type Field } from './value.ts';

function unknownOf(fields: readonly Field[]): Field['unknown'] {
  const found = fields.find(({ unknown }) => unknown !== undefined)?.unknown;
  return found && (fields.length === 1 ? found : partOf(found));
}

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

/** The format filled in, as often as there are arguments; undefined where it has more than strings and integers with a width. */
function formatted(format: string, args: readonly string[]): string | undefined {
  const pieces = unescaped(format).split(/(%[-0]*\d*(?:\.\d+)?[a-zA-Z%])/u);
  if (pieces.some((piece, index) => index % 2 === 0 && piece.includes('%'))) return undefined;
  const takes = pieces.filter((piece, index) => index % 2 === 1 && piece !== '%%').length;
  let result = '';
  let next = 0;
  do {
    for (let index = 0; index < pieces.length; index++) {
      const piece = pieces[index]!;
      const filled = index % 2 === 0 ? piece : piece === '%%' ? '%' : directive(piece, args[next++] ?? '');
      if (filled === undefined) return undefined;
      result += filled;
    }
  } while (takes > 0 && next < args.length);
  return result;
}

/** One argument as a directive of `printf` writes it; undefined where it can't, or in ways that are not known here. */
function directive(text: string, arg: string): string | undefined {
  const [, flags = '', width = '', precision, letter = ''] = /^%([-0]*)(\d*)(?:\.(\d+))?(.)$/u.exec(text) ?? [];
  const isText = letter === 's' || letter === 'b';
  const plain = isText || letter === 'c' ? textual(letter, arg) : integer(letter, arg);
  // Some shells count bytes.
  if (plain === undefined || (precision !== undefined && !isText) || (width + (precision ?? '') !== '' && /[^ -~]/u.test(plain))) return undefined;
  const cut = precision === undefined ? plain : plain.slice(0, Number(precision));
  if (flags.includes('-')) return cut.padEnd(Number(width));
  if (!flags.includes('0') || isText || letter === 'c') return cut.padStart(Number(width));
  return cut.startsWith('-') ? `-${cut.slice(1).padStart(Number(width) - 1, '0')}` : cut.padStart(Number(width), '0');
}

const textual = (letter: string, arg: string): string => (letter === 's' ? arg : letter === 'b' ? unescaped(arg) : arg.slice(0, 1));

function integer(letter: string, arg: string): string | undefined {
  if (!/^(?:-?(?:0|[1-9]\d{0,14})|0x[\da-fA-F]{1,12})?$/u.test(arg)) return undefined;
  const value = Number(arg);
  if (letter === 'd' || letter === 'i') return String(value);
  if (value < 0) return undefined;
  return { u: String(value), x: value.toString(16), X: value.toString(16).toUpperCase(), o: value.toString(8) }[letter];
}

const cat: Builtin = (shell, args, { command, source }) => {
  const files = args.filter(({ text }) => text === '-' || !text.startsWith('-'));
  const inputs = files.length === 0 ? [shell.input] : files.map((file) => (file.text === '-' ? shell.input : namedFile(shell, file)));
  const origin = shell.expander.origin(command, source);
  for (const input of inputs) {
    if (input === undefined || (input.unknown !== undefined && input.pieces.length === 0)) shell.print(input?.unknown ?? { origin }, 0, 0);
    else copy(shell, input.pieces);
  }
  return inputs.every((input) => input?.unknown === undefined) ? 0 : { origin };
};

/** Prints what was read. */
export function copy(shell: Interpreter, pieces: readonly { readonly text: string; readonly start: number; readonly end: number; readonly unknown?: NonNullable<Field['unknown']> }[]): void {
  const { output } = shell;
  if (output === undefined) return;
  if (shell.certainty > output.certainty) shell.print({ origin: 'cat' }, 0, 0);
  else output.pieces.push(...pieces);
}

const seq: Builtin = (shell, args, { command, source }) => {
  const origin = shell.expander.origin(command, source);
  const isPadded = args[0]?.text === '-w';
  const operands = isPadded ? args.slice(1) : args;
  const numbers = operands.map(({ text, unknown }) => (unknown === undefined && /^-?\d+$/u.test(text) ? Number(text) : undefined));
  const unknown = unknownOf(args);
  const [first, by, last] = numbers.length === 1 ? [1, 1, numbers[0]] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : numbers;
  const known = first !== undefined && by !== undefined && last !== undefined && by !== 0 && numbers.length <= 3 && (!isPadded || (first >= 0 && last >= 0));
  if (!known || (last - first) / by > MOST_WORDS) {
    shell.print(unknown ?? { origin }, 0, 0);
    return { origin };
  }
  const lines: string[] = [];
  // The words as they are written tell the width, leading zeros included.
  const width = isPadded ? Math.max(operands[0]!.text.length * Number(operands.length > 1), operands.at(-1)!.text.length, String(first).length) : 0;
  for (let value = first; by > 0 ? value <= last : value >= last; value += by) lines.push(`${String(value).padStart(width, '0')}\n`);
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

/** Where there is iptables there is Linux. */
const uname: Builtin = (shell, args, { command, source }) => {
  const origin = shell.expander.origin(command, source);
  const isName = args.length === 0 || (args.length === 1 && args[0]!.text === '-s');
  shell.print(isName ? 'Linux\n' : { origin }, 0, 0);
  return isName ? 0 : { origin };
};

/** Commands whose output is told by their arguments. */
export const PRINTING: Readonly<Record<string, Builtin>> = { echo, printf, cat, seq, expr, uname };
