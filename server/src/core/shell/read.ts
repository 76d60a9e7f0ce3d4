import type { Builtin } from './builtins.ts';
import { FieldBuilder } from './fields.ts';
import type { Interpreter } from './interpreter.ts';

/** `read NAME…`: of known input the next line, cut at `IFS`; else the names are unknown. */
export const readVariables: Builtin = (shell, args, { command, source }) => {
  const names: string[] = [];
  let raw = false;
  let array: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const { text } = args[index]!;
    if (/^-r?a$/u.test(text)) array = args[++index]?.text;
    else if (/^-[a-z]*[dinNptua]$/u.test(text)) index++;
    else if (!text.startsWith('-')) names.push(text);
    raw ||= /^-[a-z]*r/u.test(text);
  }
  if (array !== undefined) names.splice(0, names.length, array);
  if (names.length === 0) names.push('REPLY');
  const plain = args.every(({ text }) => !text.startsWith('-') || /^-(?:r|r?a)$/u.test(text));
  if (shell.input.unknown !== undefined || !plain) {
    const origin = shell.input.unknown?.origin === 'standard input' || shell.input.unknown === undefined ? shell.expander.origin(command, source) : shell.input.unknown.origin;
    for (const name of names) shell.environment.set(name, { origin });
    return { origin };
  }
  const line = nextLine(shell, raw);
  if (array === undefined) setNames(shell, names, line ?? '');
  else shell.environment.set(array, { associative: false, elements: new Map(splitWords(shell, line ?? '').map((word, index) => [index, word])) });
  return line === undefined ? 1 : 0;
};

function nextLine(shell: Interpreter, raw: boolean): string | undefined {
  let line = shell.input.line();
  if (raw || line === undefined) return line;
  for (let joined = /(?:^|[^\\])(?:\\\\)*\\$/u; joined.test(line);) line = line.slice(0, -1) + (shell.input.line() ?? '');
  return line.replace(/\\(.)/gu, '$1');
}

/** The words between the characters of `IFS`, as many as there are. */
function splitWords(shell: Interpreter, line: string): readonly string[] {
  const builder = new FieldBuilder({ start: 0, end: 0 }, '', shell.expander.separators(), false);
  builder.split(line);
  return builder.finish().map(({ text }) => text);
}

function setNames(shell: Interpreter, names: readonly string[], line: string): void {
  const separators = shell.expander.separators();
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
