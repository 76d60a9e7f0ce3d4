import { basicExpression } from './basic-expression.ts';
import type { Builtin } from './builtins.ts';
import { matchExtended } from './extended-pattern.ts';
import { fileInput } from './redirect.ts';
import { ansiEscape } from './syntax/ansi-escape.ts';
import { partOf, type Unknown } from './value.ts';

/** What a program makes of what it reads; undefined where it does more than is known here. A number is a status, with nothing printed. */
type Change = (text: string) => string | number | undefined;

/** What a program does with its arguments: the files that it reads, or its input where it names none. */
interface Filter {
  readonly files: readonly string[];
  readonly change: Change;
}

/** Reads the arguments of a program; undefined where they ask for more than is known here. */
type ReadFilter = (args: readonly string[]) => Filter | undefined;

function filter(read: ReadFilter): Builtin {
  return (shell, args, { command, source, home }) => {
    const origin = shell.expander.origin(command, source);
    // What is not known may name a file all the same: it goes by a name that no text has.
    const unknowns = new Map<string, Unknown>(args.flatMap(({ unknown }, index) => (unknown === undefined ? [] : [[`\0${index}`, unknown] as const])));
    const given = read(args.map(({ text, unknown }, index) => (unknown === undefined ? text : `\0${index}`)));
    const known = given !== undefined && [...unknowns.keys()].every((name) => given.files.includes(name)) ? given : undefined;
    const inputs = known === undefined || known.files.length === 0 ? [shell.input] : known.files.map((file) => (file === '-' ? shell.input : fileInput(shell, unknowns.get(file) ?? file, home)));
    const text = inputs.every(({ unknown }) => unknown === undefined) ? inputs.flatMap((input) => input.lines()).join('') : undefined;
    const result = text === undefined ? undefined : known?.change(text);
    if (typeof result === 'number') return result;
    shell.print(result ?? { origin }, home.start, home.end);
    return result === undefined ? { origin } : 0;
  };
}

/** Lines with their ends, which the last one need not have. */
const endedLines = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/gu) ?? [];
const withoutEnd = (line: string): string => line.replace(/\n$/u, '');
const linesOf = (text: string): readonly string[] => endedLines(text).map(withoutEnd);
const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
type ChangeLines = (lines: readonly string[]) => readonly string[];

/** Of programs that end every line that they print. */
const ofLines = (change: ChangeLines): Change => (text) => joined(change(linesOf(text)));
/** Of programs that print lines with the ends that they have. */
const ofEndedLines = (change: ChangeLines): Change => (text) => change(endedLines(text)).join('');

/** Options and operands: letters with the value that `valued` letters take; undefined where an option is not one of `letters`. */
function options(args: readonly string[], letters: string, valued: string): { readonly given: ReadonlyMap<string, string>; readonly operands: readonly string[] } | undefined {
  const given = new Map<string, string>();
  const operands: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === '--') return { given, operands: [...operands, ...args.slice(index + 1)] };
    if (!arg.startsWith('-') || arg === '-') {
      operands.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at]!;
      if (valued.includes(letter)) {
        const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++index];
        if (value === undefined || given.has(letter)) return undefined;
        given.set(letter, value);
        break;
      }
      if (!letters.includes(letter)) return undefined;
      given.set(letter, '');
    }
  }
  return { given, operands };
}

/** `1,3-5,7-`: whether a place is in the list; undefined for no list. */
function placesIn(list: string): ((place: number) => boolean) | undefined {
  const ranges = list.split(',').map((range) => /^(\d*)(-?)(\d*)$/u.exec(range));
  if (ranges.some((range) => range === null || (range[1] === '' && range[3] === ''))) return undefined;
  const spans = ranges.map((range) => [Number(range![1] || 1), range![2] === '' ? Number(range![1]) : Number(range![3] || Infinity)] as const);
  return (place) => spans.some(([from, to]) => place >= from && place <= to);
}

const cut: ReadFilter = (args) => {
  const read = options(args, 's', 'dfc');
  const list = read?.given.get('f') ?? read?.given.get('c');
  const isIn = list === undefined ? undefined : placesIn(list);
  if (read === undefined || isIn === undefined || (read.given.has('f') && read.given.has('c'))) return undefined;
  const delimiter = read.given.get('d') ?? '\t';
  if ([...delimiter].length !== 1) return undefined;
  const kept = <T>(parts: readonly T[]): T[] => parts.filter((_, index) => isIn(index + 1));
  const change = (line: string): readonly string[] => {
    if (read.given.has('c')) return [kept([...line]).join('')];
    if (!line.includes(delimiter)) return read.given.has('s') ? [] : [line];
    return [kept(line.split(delimiter)).join(delimiter)];
  };
  return { files: read.operands, change: ofLines((lines) => lines.flatMap(change)) };
};

/** The characters of one of the sets of `tr`; undefined where it has classes other than of letters and digits. */
function trSet(set: string): readonly string[] | undefined {
  const named = set.replaceAll('[:lower:]', 'a-z').replaceAll('[:upper:]', 'A-Z').replaceAll('[:digit:]', '0-9');
  if (/\[[:=]|[:=]\]|\*\]/u.test(named)) return undefined;
  const characters: string[] = [];
  for (let i = 0; i < named.length;) {
    const escape = named[i] === '\\' ? ansiEscape(named, i) : undefined;
    const from = escape?.text ?? named[i]!;
    i = escape?.end ?? i + 1;
    if (named[i] !== '-' || i + 1 >= named.length || named[i + 1] === '\\') characters.push(from);
    else {
      for (let code = from.codePointAt(0)!; code <= named.codePointAt(i + 1)!; code++) characters.push(String.fromCodePoint(code));
      i += 2;
    }
  }
  return characters;
}

const tr: ReadFilter = (args) => {
  const read = options(args, 'dsc', '');
  if (read === undefined) return undefined;
  const { given, operands } = read;
  const [first, second] = operands.map(trSet);
  if (first === undefined || (operands.length > 1 && second === undefined)) return undefined;
  const isIn = (character: string): boolean => first.includes(character) !== given.has('c');
  if (given.has('d')) return operands.length > 1 || given.has('s') ? undefined : { files: [], change: (text) => [...text].filter((character) => !isIn(character)).join('') };
  if (given.has('c')) return undefined;
  const squeezed = second ?? first;
  if (second === undefined ? !given.has('s') : second.length === 0) return undefined;
  const change = (character: string): string => {
    const index = second === undefined ? -1 : first.lastIndexOf(character);
    return index === -1 ? character : second![Math.min(index, second!.length - 1)]!;
  };
  return {
    files: [], change: (text) => {
      const changed = [...text].map(change);
      return (given.has('s') ? changed.filter((character, index) => character !== changed[index - 1] || !squeezed.includes(character)) : changed).join('');
    },
  };
};

/** `-n 3`, `-3`: of `head` and `tail` the number of lines, with its sign. */
function lineCount(args: readonly string[]): { readonly count: string; readonly operands: readonly string[] } | undefined {
  const [first = '', ...rest] = args;
  const short = /^-(\d+)$/u.exec(first);
  const read = short === null ? options(args, '', 'n') : { given: new Map([['n', short[1]!]]), operands: rest };
  const count = read?.given.get('n') ?? '10';
  // Of several files each gets a heading.
  return read === undefined || read.operands.length > 1 || !/^\+?\d+$/u.test(count) ? undefined : { count, operands: read.operands };
}

const head: ReadFilter = (args) => {
  const read = lineCount(args);
  return read && { files: read.operands, change: ofEndedLines((lines) => lines.slice(0, Number(read.count))) };
};

const tail: ReadFilter = (args) => {
  const read = lineCount(args);
  if (read === undefined) return undefined;
  const count = Number(read.count);
  return { files: read.operands, change: ofEndedLines((lines) => (read.count.startsWith('+') ? lines.slice(Math.max(0, count - 1)) : count === 0 ? [] : lines.slice(-count))) };
};

const sort: ReadFilter = (args) => {
  const read = options(args, 'nru', '');
  if (read === undefined) return undefined;
  const { given, operands } = read;
  const isNumeric = given.has('n');
  return {
    files: operands, change: (text) => {
      const lines = linesOf(text);
      // How other lines are sorted depends on the language.
      if (!lines.every((line) => (isNumeric ? /^(?:0|[1-9]\d{0,14})$/u : /^[0-9a-z]*$/u).test(line))) return undefined;
      const sorted = lines.toSorted((a, b) => (isNumeric ? Number(a) - Number(b) : a < b ? -1 : Number(a > b)));
      if (given.has('r')) sorted.reverse();
      return joined(given.has('u') ? [...new Set(sorted)] : sorted);
    },
  };
};

const uniq: ReadFilter = (args) => (args.length > 0 ? undefined : { files: [], change: ofLines((lines) => lines.filter((line, index) => line !== lines[index - 1])) });

const wc: ReadFilter = (args) => {
  const [letter, ...rest] = args;
  if (rest.length > 0 || (letter !== '-l' && letter !== '-w')) return undefined;
  return { files: [], change: (text) => `${letter === '-l' ? text.split('\n').length - 1 : text.split(/\s+/u).filter((word) => word !== '').length}\n` };
};

/** An expression of `grep` or `sed`: whether a line has it; undefined where it is read by rules that are not known here. */
function finder(pattern: string, kind: 'basic' | 'extended' | 'fixed', ignoresCase = false): ((line: string) => boolean) | undefined {
  const fold = (text: string): string => (ignoresCase ? text.toLowerCase() : text);
  if (kind === 'fixed') return (line) => fold(line).includes(fold(pattern));
  if (kind === 'extended') return matchExtended('', pattern) === undefined || ignoresCase ? undefined : (line) => matchExtended(line, pattern) !== null;
  const expression = basicExpression(pattern);
  const folded = expression && new RegExp(expression.source, ignoresCase ? 'sui' : 'su');
  return folded && ((line) => folded.test(line));
}

const grep: ReadFilter = (args) => {
  const read = options(args, 'vqEFic', 'e');
  if (read === undefined) return undefined;
  const { given, operands } = read;
  const [pattern, ...files] = given.has('e') ? [given.get('e')!, ...operands] : operands;
  const found = pattern === undefined || files.length > 1 || pattern.includes('\n') ? undefined : finder(pattern, given.has('F') ? 'fixed' : given.has('E') ? 'extended' : 'basic', given.has('i'));
  if (found === undefined) return undefined;
  return {
    files, change: (text) => {
      const lines = linesOf(text).filter((line) => found(line) !== given.has('v'));
      if (given.has('q')) return Number(lines.length === 0);
      if (given.has('c')) return lines.length === 0 ? undefined : `${lines.length}\n`;
      return lines.length === 0 ? 1 : joined(lines);
    },
  };
};

/** `s/X/Y/g`, `/X/d`, `2d` and, of `-n`, `2p`. */
function sedCommand(script: string, isQuiet: boolean, isExtended: boolean): ChangeLines | undefined {
  const numbered = /^(\d+)([dp])$/u.exec(script);
  if (numbered !== null) {
    const line = Number(numbered[1]);
    if (isQuiet) return numbered[2] === 'p' ? (lines) => lines.slice(line - 1, line) : undefined;
    return numbered[2] === 'd' ? (lines) => lines.filter((_, index) => index !== line - 1) : undefined;
  }
  if (isQuiet) return undefined;
  const removed = /^\/((?:[^/\\]|\\.)*)\/d$/u.exec(script);
  if (removed !== null) {
    const found = finder(removed[1]!, isExtended ? 'extended' : 'basic');
    return found && ((lines) => lines.filter((line) => !found(withoutEnd(line))));
  }
  const replaced = /^s([/|,#:;!@])((?:(?!\1)[^\\]|\\.)*)\1((?:(?!\1)[^\\&\n])*)\1(g?)$/u.exec(script);
  // Of several ways to match, the longest counts there.
  if (replaced === null || (isExtended && /[\\|(){}+?]/u.test(replaced[2]!))) return undefined;
  const expression = basicExpression(replaced[2]!);
  // Programs count empty places in ways of their own.
  if (expression === undefined || (replaced[4] === 'g' && expression.test(''))) return undefined;
  const global = new RegExp(expression.source, replaced[4] === 'g' ? 'sug' : 'su');
  return (lines) => lines.map((line) => {
    const text = withoutEnd(line);
    return text.replace(global, () => replaced[3]!) + line.slice(text.length);
  });
}

const sed: ReadFilter = (args) => {
  const read = options(args, 'nEr', 'e');
  if (read === undefined) return undefined;
  const { given, operands } = read;
  const [script, ...files] = given.has('e') ? [given.get('e')!, ...operands] : operands;
  const change = script === undefined ? undefined : sedCommand(script.trim(), given.has('n'), given.has('E') || given.has('r'));
  return change && { files, change: ofEndedLines(change) };
};

/** `awk '{print $2}'`, with or without `-F`. */
const awk: ReadFilter = (args) => {
  const read = options(args, '', 'F');
  const [program = '', ...files] = read?.operands ?? [];
  const printed = /^\s*\{\s*print\s+\$(\d+|NF)\s*;?\s*\}\s*$/u.exec(program)?.[1];
  const separator = read?.given.get('F') ?? ' ';
  if (printed === undefined || !/^[ ,:;/=@_-]$/u.test(separator)) return undefined;
  const partsOf = (line: string): readonly string[] => (separator === ' ' ? line.split(/[ \t]+/u).filter((part) => part !== '') : line === '' ? [] : line.split(separator));
  return {
    files, change: ofLines((lines) => lines.map((line) => {
      const parts = partsOf(line);
      const place = printed === 'NF' ? parts.length : Number(printed);
      return place === 0 ? line : parts[place - 1] ?? '';
    })),
  };
};

/** A program that prints what it makes of its operands; `place`: what it makes of a path into the script's folder. */
function ofOperands(make: (operands: readonly string[]) => string | undefined, place: (path: string) => string | undefined = () => undefined): Builtin {
  return (shell, args, { command, source, home }) => {
    const origin = shell.expander.origin(command, source);
    const [operand, ...others] = args.filter(({ text }) => text !== '--');
    const inFolder = others.length > 0 || operand?.unknown?.beside === undefined ? undefined : place(operand.unknown.beside);
    if (inFolder !== undefined) {
      shell.print({ origin, beside: inFolder }, home.start, home.end);
      return 0;
    }
    const words = args.map(({ text }) => text);
    const plain = args.every(({ text, unknown }) => unknown === undefined && !text.startsWith('-'));
    const made = plain ? make(words) : undefined;
    const unknown = args.find((arg) => arg.unknown !== undefined)?.unknown;
    shell.print(made !== undefined ? `${made}\n` : unknown === undefined ? { origin } : partOf(unknown), home.start, home.end);
    return made === undefined ? { origin } : 0;
  };
}

const withoutSlashes = (path: string): string => path.replace(/(?!^)\/+$/u, '');

function baseName([path, suffix, ...rest]: readonly string[]): string | undefined {
  if (path === undefined || rest.length > 0) return undefined;
  const plain = withoutSlashes(path);
  const name = plain === '/' ? plain : plain.slice(plain.lastIndexOf('/') + 1);
  return suffix !== undefined && name.endsWith(suffix) && name !== suffix ? name.slice(0, name.length - suffix.length) : name;
}

function folderName([path, ...rest]: readonly string[]): string | undefined {
  if (path === undefined || rest.length > 0) return undefined;
  const plain = withoutSlashes(path);
  const end = plain.lastIndexOf('/');
  return end === -1 ? '.' : withoutSlashes(plain.slice(0, end) || '/');
}

/** Programs that make text of text, in the forms in which every release of them does the same. */
export const FILTERS: Readonly<Record<string, Builtin>> = {
  cut: filter(cut), tr: filter(tr), head: filter(head), tail: filter(tail), sort: filter(sort), uniq: filter(uniq), wc: filter(wc), grep: filter(grep), egrep: filter((args) => grep(['-E', ...args])), fgrep: filter((args) => grep(['-F', ...args])),
  sed: filter(sed), awk: filter(awk), gawk: filter(awk), mawk: filter(awk), basename: ofOperands(baseName), dirname: ofOperands(folderName, (path) => (path === '' ? undefined : path.slice(0, path.lastIndexOf('/')))),
};
