import { isArray, isOpen, maySplit, positionalOf, scalarOf, type Environment, type OpenPositional, type Positional, type Variable } from './environment.ts';
import type { Interpreter } from './interpreter.ts';
import { alias, unalias } from './alias.ts';
import { SHELLS } from './child.ts';
import { FILTERS } from './filters.ts';
import { cd, pwd, realPath } from './folder.ts';
import { PRINTING } from './printing.ts';
import { getopt } from './getopt.ts';
import { getopts } from './getopts.ts';
import { mapfile } from './mapfile.ts';
import { readVariables } from './read.ts';
import { namedFile } from './redirect.ts';
import { tee } from './tee.ts';
import { xargs } from './xargs.ts';
import { expansionBehind } from './open-text.ts';
import { runText } from './run-text.ts';
import { assign, runFields, type Running } from './simple.ts';
import type { Frame, Signal, Status } from './state.ts';
import type { Part, Word } from './syntax/ast.ts';
import { isAssignment } from './syntax/command-parser.ts';
import { setBashOptions, setOptions } from './shell-options.ts';
import { trap } from './trap.ts';
import { comparisonOf, demandOf, test } from './test-command.ts';
import { isUnknown, joinedOf, oneOf, type Field, type Value } from './value.ts';

/** What a builtin, or a program that is as well known, does with its arguments. */
export type Builtin = (shell: Interpreter, args: readonly Field[], running: Running) => Status;

const number = (field: Field | undefined, otherwise: number): number | undefined =>
  (field === undefined ? otherwise : field.unknown === undefined && /^-?\d+$/u.test(field.text) ? Number(field.text) : undefined);

function leave(kind: 'exit' | 'return'): Builtin {
  return (shell, [status]) => {
    // Bash goes on where there is nothing to return from.
    if (kind === 'return' && shell.isBash && shell.frames.length + shell.filesRead === 0) return 2;
    if (status?.unknown !== undefined) shell.status = status.unknown;
    else if (status !== undefined) shell.status = String(number(status, 0) ?? 2);
    shell.signal = { kind };
    return isUnknown(shell.status) ? { origin: shell.status.origin } : Number(shell.status) & 255;
  };
}

function leaveLoop(kind: 'break' | 'continue'): Builtin {
  return (shell, [levels]) => {
    // A shell leaves no more loops than there are.
    if (shell.around > 0) shell.signal = { kind, levels: Math.min(number(levels, 1) ?? 1, shell.around) } satisfies Signal;
    return 0;
  };
}

/** `local`, `export`, `readonly`, `declare`. */
function declare(makesLocal: (options: string) => boolean, exports = false): Builtin {
  return (shell, args, { command, source }) => {
    const options = args.filter(({ text }) => /^[-+]/u.test(text)).map(({ text }) => text).join('');
    const frame = shell.frames.at(-1);
    const owner = frame !== undefined && makesLocal(options) ? frame : undefined;
    const given = args.flatMap((word) => valueGiven(word) ?? []);
    const plain = args.filter(({ text, unknown }) => unknown === undefined && /^[A-Za-z_]\w*$/u.test(text)).map(({ text }) => text);
    const names = [...plain, ...given.map(({ name }) => name)];
    const assigned = new Set([...command.words.flatMap((word) => (isAssignment(word) ? [word.assignment.name] : [])), ...given.map(({ name }) => name)]);
    if (!/[fFp]/u.test(options) && args.some((word) => word.unknown !== undefined && valueGiven(word) === undefined)) taintBy(shell, shell.expander.origin(command, source));
    for (const name of names) declareName(shell, name, owner, options, assigned.has(name));
    if (exports || /-\w*x/u.test(options)) for (const name of [...names, ...assigned]) shell.environment.export(name);
    for (const word of command.words) {
      if (!isAssignment(word)) continue;
      assign(shell, word.assignment, source);
      if (/-\w*n/u.test(options)) refer(shell, word.assignment.name, owner !== undefined, shell.expander.origin(command, source));
    }
    for (const { name, value } of given) shell.environment.set(name, value);
    return 0;
  };
}

/** Lets a name be what the options say, as a variable of a function if that is its owner. */
function declareName(shell: Interpreter, name: string, owner: Frame | undefined, options: string, isAssigned: boolean): void {
  const begins = owner !== undefined && makeLocal(shell.environment, owner, name) && !isAssigned;
  if (options.includes('A') && !isArray(shell.environment.get(name))) shell.environment.set(name, { elements: new Map(), associative: true });
  else if (begins && !shell.isBash) shell.environment.set(name, inherited(shell.environment, name));
  else if (begins && !owner.given.includes(name)) shell.environment.set(name, options.includes('a') ? { elements: new Map(), associative: false } : null);
  if (/[-+]\w*i/u.test(options)) shell.environment.setInteger(name, /-\w*i/u.test(options));
}

/** The value that a word such as `"NAME=$VALUE"` gives a variable; undefined where it gives none, or nobody knows to which. */
function valueGiven(word: Field): { readonly name: string; readonly value: Value } | undefined {
  const { text, unknown } = word;
  if (unknown !== undefined && maySplit(word)) return undefined;
  const [first = '', ...others] = unknown === undefined ? [text] : unknown.parts ?? [text.slice(1), unknown];
  const [, name, value] = (isUnknown(first) ? null : /^([A-Za-z_]\w*)=(.*)$/su.exec(first)) ?? [];
  if (name === undefined) return undefined;
  return { name, value: unknown?.parts === undefined ? unknown ?? value! : joinedOf([value!, ...others]) };
}

/** Forgets the values of variables where something sets one of which nobody knows the name. */
export function taintBy(shell: Interpreter, origin: string): void {
  shell.environment.taint(origin, shell.newEra());
}

/** What a variable of a function begins with: for dash with what it is outside, for others that are called `sh` with nothing. */
function inherited(environment: Environment, name: string): Variable {
  const variable = environment.get(name);
  const outside = variable === undefined && environment.isTainted ? { origin: `$${name}` } : scalarOf(variable);
  return outside === undefined || outside === '' ? null : oneOf([outside, ''], `local ${name}`);
}

/** Keeps what the variable is outside of the function; inside it is one of its own. Whether it was none yet. */
function makeLocal(environment: Environment, { locals, depth }: Frame, name: string): boolean {
  const isNew = environment.references.has(name) || !locals.has(name);
  if (environment.references.has(name)) environment.refer(name, undefined);
  else if (isNew) {
    // What it is belongs to what the call depends on.
    const value = environment.get(name);
    locals.set(name, environment.isChanged(name, depth) ? { value } : undefined);
  }
  if (isNew) environment.setInteger(name, false);
  return isNew;
}

/** `declare -n NAME=OTHER`: the name stands for the other variable from here on. */
function refer(shell: Interpreter, name: string, isLocal: boolean, origin: string): void {
  const target = scalarOf(shell.environment.get(name));
  const isKnown = typeof target === 'string' && /^[A-Za-z_]\w*$/u.test(target) && (isLocal || shell.certainty === 0);
  if (isKnown) shell.environment.refer(name, target);
  else taintBy(shell, origin);
}

const set: Builtin = (shell, args) => {
  const [letter, name, ...values] = args;
  // `set -A NAME VALUE…` of ksh and zsh.
  if (letter?.text === '-A' && name !== undefined) {
    const open = values.find((value) => value.unknown !== undefined && maySplit(value));
    shell.environment.set(name.text, open === undefined ? { elements: new Map(values.map(({ text, unknown }, index) => [index, unknown ?? text])), associative: false } : { origin: open.unknown!.origin });
    return 0;
  }
  const rest = setOptions(shell, args);
  if (rest !== undefined) shell.environment.positional = positionalOf(rest, maySplit);
  return 0;
};

const shopt: Builtin = (shell, args) => {
  setBashOptions(shell, args);
  return 0;
};

/** Parameters of which nobody knows which ones are left. */
const SHIFTED: OpenPositional = { origin: 'shift', many: true };

const shift: Builtin = (shell, [by], { command, source }) => {
  const { positional } = shell.environment;
  const count = number(by, 1);
  const origin = shell.expander.origin(command, source);
  if (count !== undefined && !isOpen(positional)) {
    if (count <= positional.length) shell.environment.positional = positional.slice(count);
    else if (!shell.isBash) perhapsEnd(shell, origin);
    return Number(count > positional.length);
  }
  shell.environment.positional = count === undefined || !isOpen(positional) ? SHIFTED : shifted(positional, count);
  // Where there are not so many, it fails.
  return count !== undefined && isOpen(positional) && count <= (positional.known ?? 0) ? 0 : { origin };
};

/** Does what ends dash, and not all others that are called `sh`. */
function perhapsEnd(shell: Interpreter, origin: string): void {
  shell.perhaps(origin, () => {
    shell.status = '2';
    shell.signal = { kind: 'exit' };
  });
}

/** Open positional parameters without the first few. */
function shifted({ origin, words, known = 0, shifted: before }: OpenPositional, count: number): Positional {
  const left = before === undefined ? SHIFTED : { origin, many: true, shifted: before + count } as const;
  return words === undefined || count > known ? left : { ...left, origin, words: words.slice(count), known: known - count };
}

const unset: Builtin = (shell, args, { command, source }) => {
  const isFunction = args.some(({ text }) => text === '-f');
  for (const { text, unknown } of args) {
    if (unknown !== undefined) taintBy(shell, shell.expander.origin(command, source));
    if (unknown !== undefined) continue;
    if (isFunction || (shell.environment.get(text) ?? null) === null) shell.environment.define(text, null);
    if (isFunction) continue;
    const element = /^(\w+)\[(.+)\]$/u.exec(text);
    const array = element === null ? undefined : shell.environment.get(element[1]!);
    if (element === null) {
      if (text.startsWith('-')) continue;
      shell.environment.set(text, null);
      shell.environment.setInteger(text, false);
    } else if (isArray(array)) {
      const elements = new Map(array.elements);
      elements.delete(array.associative ? element[2]! : Number(element[2]));
      shell.environment.set(element[1]!, { ...array, elements } satisfies Variable);
    }
  }
  return 0;
};

/** The words of a command of which some are not known, `eval set -- "$ARGS"`; undefined where the others are not plain words that begin with its name. */
function evaluatedWords(args: readonly Field[]): readonly Field[] | undefined {
  if (args[0]?.unknown !== undefined || args.some(({ text, unknown }) => unknown === undefined && !/^[\w@%+=:,./ -]*$/u.test(text))) return undefined;
  return args.flatMap(({ text, unknown, start, end }): Field[] =>
    // What is read again may be any number of words.
    (unknown === undefined ? text.split(' ').filter((word) => word !== '').map((word) => ({ text: word, start, end })) : [{ text: text.replaceAll('"', ''), unknown, start, end }]));
}

const evaluate: Builtin = (shell, args, running) => {
  const open = args.findIndex((arg) => arg.unknown !== undefined);
  const unknown = args[open]?.unknown;
  if (unknown === undefined) return runText(shell, args.map(({ text }) => text).join(' '), running.home) ?? { origin: 'eval' };
  const words = evaluatedWords(args);
  if (words !== undefined) return runFields(shell, words, running);
  const text = textWithNames(shell, running);
  const status = text === undefined ? undefined : runText(shell, text, running.home);
  if (status === undefined) shell.print(unknown, 0, 0);
  if (!BEGUN.test(beforeUnknown(args, open))) taintBy(shell, unknown.origin);
  else shell.environment.era = shell.newEra();
  return status ?? { origin: unknown.origin };
};

/** A text that says for what the words are that come behind it: the name of a command, or of the variable that they are for. */
const BEGUN = /^\s*(?:[A-Za-z_]\w*=|[\w./-]+\s)/u;

/** What is known of a text in front of what is not. */
function beforeUnknown(args: readonly Field[], open: number): string {
  const [first = ''] = args[open]!.unknown!.parts ?? [];
  return [...args.slice(0, open).map(({ text }) => text), isUnknown(first) ? '' : first].join(' ');
}

/** What `eval` reads, with the names of variables in the place of values that nobody knows; undefined where these come from elsewhere. */
function textWithNames(shell: Interpreter, { command, source }: Running): string | undefined {
  const [name, ...words] = command.words;
  if (name === undefined || isAssignment(name) || name.literal !== 'eval' || words.some(isAssignment)) return undefined;
  const pieces = (words as readonly Word[]).flatMap((word, index): (Part | ' ')[] => (index === 0 ? [...word.parts] : [' ', ...word.parts]));
  let text = '';
  for (const piece of pieces) {
    if (piece === ' ') text += piece;
    else if (piece.kind === 'text') text += piece.text;
    else if (piece.kind === 'parameter' && piece.operator === undefined && piece.prefix === undefined && piece.index === undefined) {
      const value = shell.expander.part(piece, source);
      text += isUnknown(value) ? expansionBehind(text, piece.name) : value;
    } else return undefined;
  }
  return text;
}

/** Libraries of distributions that leave a script's own variables alone. */
const HARMLESS = /^\/(?:lib\/lsb|etc\/(?:rc\.d\/)?init\.d|usr\/lib\/lsb)\/|^\/etc\/(?:os-release|lsb-release|rc\.status|rc\.conf)$/u;

const sourceFile: Builtin = (shell, [file, ...args], running) => {
  const input = file?.text === '/dev/stdin' ? shell.input : file && namedFile(shell, file);
  const origin = `${running.command.words[0]!.literal ?? '.'} ${file?.text ?? ''}`;
  const text = input === undefined || input.unknown !== undefined ? undefined : input.pieces.map((piece) => piece.text).join('');
  if (text !== undefined) {
    const { positional } = shell.environment;
    if (args.length > 0) shell.environment.positional = positionalOf(args);
    shell.filesRead++;
    let isRead = true;
    let status: Status = 0;
    shell.confined(() => {
      status = shell.leavable('return', () => {
        const ended = runText(shell, text, running.home);
        isRead = ended !== undefined;
        if (shell.signal?.kind === 'return') shell.signal = undefined;
        return ended ?? 0;
      });
    });
    shell.filesRead--;
    if (args.length > 0) shell.environment.positional = positional;
    if (isRead) return status;
  }
  shell.environment.hasForeign = true;
  if (!HARMLESS.test(file?.text ?? '')) taintBy(shell, origin);
  return { origin, assumed: true };
};

/** `which iptables`, `command -v iptables`: some path of the program. */
const which: Builtin = (shell, args) => {
  const name = args.find(({ text }) => !text.startsWith('-'));
  const origin = `which ${name?.text ?? ''}`;
  shell.print(name === undefined || name.unknown !== undefined ? { origin } : { origin, program: name.text }, 0, 0);
  return { origin, assumed: true };
};

const command: Builtin = (shell, args, running) => {
  const asks = args[0]?.text === '-v' || args[0]?.text === '-V';
  if (asks) return which(shell, args, running);
  const name = args.find(({ text }) => text !== '-p');
  const builtin = name?.unknown === undefined && Object.hasOwn(BUILTINS, name?.text ?? '') ? BUILTINS[name!.text] : undefined;
  return builtin?.(shell, args.slice(args.indexOf(name!) + 1), running) ?? { origin: 'command' };
};

const letCommand: Builtin = (shell, args) => {
  let status: Status = 1;
  for (const { text, unknown } of args) status = shell.arithmeticStatus(unknown ?? shell.expander.computed(text));
  return status;
};

const testCommand: Builtin = (shell, args, { command: whole, source }) => {
  const values = args.map(({ text, unknown }) => unknown ?? text);
  return shell.truth(test(args, (path) => shell.isBeside(path)), whole, source, demandOf(values), args.some((arg) => arg.unknown !== undefined && maySplit(arg)) ? undefined : comparisonOf(values));
};

const bracket: Builtin = (shell, args, running) => (args.at(-1)?.text === ']' ? testCommand(shell, args.slice(0, -1), running) : 2);

const nothing: Builtin = () => 0;

/** What waits in the background runs when the script has gone on, or never: it is no part of what the script leaves behind. */
const sleep: Builtin = (shell) => {
  if (shell.inBackground) shell.reached = false;
  return 0;
};

/** `wait PROCESS`: how that ends, nobody notes. */
const wait: Builtin = (shell, args, { command, source }) => (args.length === 0 ? 0 : { origin: shell.expander.origin(command, source) });

/** Programs that are no part of a shell, so that others can run them. */
export const PROGRAMS: Readonly<Record<string, Builtin>> = { ...PRINTING, ...FILTERS, ...SHELLS, xargs, tee, getopt, readlink: realPath, realpath: realPath };

export const BUILTINS: Readonly<Record<string, Builtin>> = {
  ...PROGRAMS,
  ':': nothing, true: nothing, false: () => 1,
  exit: leave('exit'), return: leave('return'), break: leaveLoop('break'), continue: leaveLoop('continue'),
  local: declare(() => true), declare: declare((options) => !options.includes('g')), typeset: declare((options) => !options.includes('g')),
  export: declare(() => false, true), readonly: declare(() => false),
  set, shift, unset, eval: evaluate, source: sourceFile, '.': sourceFile, read: readVariables, mapfile, readarray: mapfile, getopts, let: letCommand,
  test: testCommand, '[': bracket, which, type: which, command, builtin: command, trap, shopt, alias, unalias, cd, pwd, umask: nothing, sleep, wait,
};
