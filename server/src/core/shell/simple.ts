import { BUILTINS, PROGRAMS } from './builtins.ts';
import { callProgram, emit } from './call.ts';
import { splitText } from './fields.ts';
import type { Interpreter } from './interpreter.ts';
import { runFile, runItself } from './child.ts';
import { isAlias, isChoice, type FunctionDefinition, type Meaning, type Single } from './meaning.ts';
import { programCall, wrapped } from './program.ts';
import { namesIn, recall } from './recall.ts';
import { redirected, redirectShell } from './redirect.ts';
import { replaying } from './replay.ts';
import { spanIn, type Source } from './source.ts';
import { EvaluationLimit } from './limit.ts';
import { type Frame, type Home, type Status } from './state.ts';
import type { Assignment, Element, SimpleCommand, Word } from './syntax/ast.ts';
import { isAssignment } from './syntax/command-parser.ts';
import type { ArrayValue, Field, Value } from './value.ts';
import { isUnknown } from './value.ts';
import { elementsOf, isArray, maySplit, positionalOf, scalarOf, type Positional } from './environment.ts';

/** Functions inside each other, beyond which nothing is followed. */
const DEEPEST = 60;
/** Calls of a function by itself that are followed each, where nobody knows how many there are. */
const MOST_AGAIN = 4;
/** Arguments of one command; more come of words that double themselves. */
const MOST_FIELDS = 50_000;

/** Builtins that do no more than print, look at their arguments, and set variables. */
const SETS_VARIABLES_ONLY: ReadonlySet<string> = new Set([':', 'true', 'false', 'echo', 'printf', 'seq', 'local', 'declare', 'typeset', 'readonly', 'let', 'test', '[', 'shift', 'return', 'break', 'continue', 'which', 'type', 'sleep', 'wait', 'cd', 'pwd']);

/** A simple command that is about to be run. */
export interface Running {
  readonly command: SimpleCommand;
  readonly source: Source;
  readonly home: Home;
  /** The variables on which its words depend, where they depend on nothing else. */
  readonly names: readonly string[] | undefined;
}

/** Runs a simple command: assignments, a builtin, a function, iptables, or a program of which nothing is known. */
export function runSimple(shell: Interpreter, command: SimpleCommand, source: Source): Status {
  shell.step();
  if (!shell.visit(command)) return 0;
  const names = shell.namespace === undefined && !shell.modes.noglob ? namesIn(command, source) : undefined;
  const again = names && recall(shell, command);
  if (again !== undefined) return emit(shell, again, source);
  const run = (): Status => runWords(shell, command, source, names);
  return callsFunction(shell, command) ? replaying(shell, command, source, run) : run();
}

/** Whether it is the call of a function and nothing more. */
function callsFunction({ environment }: Interpreter, { assignments, words, redirects }: SimpleCommand): boolean {
  const [name] = words;
  return assignments.length === 0 && redirects.length === 0 && name !== undefined && !isAssignment(name) && name.literal !== undefined && environment.meaning(name.literal) !== null;
}

function runWords(shell: Interpreter, command: SimpleCommand, source: Source, names: Running['names']): Status {
  const fields: Field[] = [];
  for (const word of command.words) {
    if (isAssignment(word)) fields.push({ text: word.assignment.name, ...spanIn(source, word) });
    else if (word.literal !== undefined) {
      const { start, end } = spanIn(source, word);
      fields.push({ text: word.literal, start, end });
    } else for (const field of shell.expander.fields(word as Word, source)) fields.push(field);
  }
  if (fields.length > MOST_FIELDS) throw new EvaluationLimit();
  if (shell.signal !== undefined) return Number(shell.status);
  if (fields.length === 0) {
    const { captures } = shell;
    for (const assignment of command.assignments) assign(shell, assignment, source);
    if (shell.signal !== undefined) return Number(shell.status);
    if (shell.captures === captures) return 0;
    const { status } = shell;
    return isUnknown(status) ? { origin: status.origin } : Number(status);
  }
  if (fields.length === 1 && fields[0]!.text === 'exec' && fields[0]!.unknown === undefined) {
    redirectShell(shell, command.redirects, source);
    return 0;
  }
  if (command.redirects.length === 0) return runFields(shell, fields, { command, source, home: homeOf(shell, command, source, fields), names });
  return redirected(shell, command.redirects, source, () => runFields(shell, fields, { command, source, home: homeOf(shell, command, source, fields), names }), isProgram(shell, fields[0]!));
}

/** Whether a command is a program of its own, and no part of the shell. */
function isProgram({ environment }: Interpreter, { text, unknown }: Field): boolean {
  if (unknown !== undefined) return false;
  return environment.meaning(text) === null && (!Object.hasOwn(BUILTINS, text) || (Object.hasOwn(PROGRAMS, text) && text !== 'echo' && text !== 'printf'));
}

/** A command whose arguments are those of the function around it, or that stands in one of another file, stands where the function is called. */
function homeOf(shell: Interpreter, command: SimpleCommand, source: Source, fields: readonly Field[]): Home {
  const frame = shell.frames.at(-1);
  if (frame?.home !== undefined && (frame.isBrought || fields.some(({ handed }) => handed === true))) return frame.home;
  const { start, end } = spanIn(source, command);
  return { source, start, end, name: spanIn(source, command.words[0]!) };
}

/** Runs a command by its words. */
export function runFields(shell: Interpreter, fields: readonly Field[], running: Running): Status {
  const [name] = fields;
  if (name!.unknown !== undefined || name!.text !== 'exec' || fields.length === 1) return runCommand(shell, fields, running);
  const status = runCommand(shell, fields, running);
  // The shell is no more, and has no time for its traps.
  shell.traps = new Map();
  shell.signal = { kind: 'exit' };
  return status;
}

/** `exec sudo "$0" "$@"`: the same once more, by somebody for whom what was asked before is answered otherwise. */
const ONCE_MORE = /^(?:exec\s+)?(?:sudo|doas|pkexec)\s(?:[^;&|]*["\s])?\$(?:0|\{0\}|BASH_SOURCE|\{BASH_SOURCE(?:\[0\])?\})"?(?:\s+"?\$(?:[@*]|\{[@*]\})"?)?$/u;

function runCommand(shell: Interpreter, fields: readonly Field[], running: Running): Status {
  const [name] = fields;
  const { unknown } = name!;
  const texts = unknown && shell.textsOf(unknown);
  if (texts?.some((text) => shell.environment.meaning(text) !== null) === true) return runOneOf(shell, texts, fields, running);
  return runMeaning(shell, unknown === undefined ? shell.environment.meaning(name!.text) : null, fields, running);
}

/** Runs a command whose first word is one of some, of which one is a function at least. */
function runOneOf(shell: Interpreter, texts: readonly string[], [name, ...others]: readonly Field[], running: Running): Status {
  const { start, end, unknown } = name!;
  const { origin } = unknown!;
  const run = (text: string): Status => {
    const words = (maySplit(name!) ? splitText(text, shell.expander.separators()) : [text]).map((word): Field => ({ text: word, start, end }));
    return words.length + others.length === 0 ? 0 : runFields(shell, [...words, ...others], running);
  };
  if (texts.length === 1) return run(texts[0]!);
  const ends: Status[] = [];
  shell.fork(texts.map((text) => ({ condition: { origin }, run: () => {
    const status = run(text);
    if (shell.signal === undefined) ends.push(status);
  } })));
  return oneStatus(ends, origin);
}

/** Runs what the first word stands for. */
function runMeaning(shell: Interpreter, meaning: Meaning, fields: readonly Field[], running: Running): Status {
  return runEach(shell, meaning, (single) => {
    if (single === null || isAlias(single)) return runNoFunction(shell, fields, running);
    return withAssignments(shell, running, () => callFunction(shell, fields[0]!.text, single, positionalOf(fields.slice(1)), running.home, running.command.assignments.map((each) => each.name)));
  });
}

/** Runs something with what a name stands for: where nobody knows what that is, with all that it may be. */
export function runEach(shell: Interpreter, meaning: Meaning, run: (single: Single) => Status): Status {
  if (!isChoice(meaning)) return run(meaning);
  const ends: Status[] = [];
  shell.choose(meaning.ways.map((way) => ({ condition: way.condition, run: () => {
    const status = runEach(shell, way.meaning, run);
    if (shell.signal === undefined) ends.push(status);
  } })));
  return oneStatus(ends, meaning.ways[0]!.condition.origin);
}

/** The status of a command that ends in one of these ways; `origin` names why nobody knows in which. */
export function oneStatus(ends: readonly Status[], origin: string): Status {
  const [first] = ends;
  if (typeof first === 'number' && ends.every((end) => end === first)) return first;
  const isAssumed = ends.length > 0 && ends.every((end) => (typeof end === 'number' ? end === 0 : end.assumed === true && end.succeeded !== false));
  return { origin, ...(isAssumed && { assumed: true }) };
}

/** A name that no command has, as `$IPT` with several words in it is one where it is quoted or `IFS` does not split it; folders may have blanks in theirs. */
const NO_COMMAND = /^$|^[^/.].*\s|\s[^/]*$/u;

/** The status of a command that the shell does not find. */
const NOT_FOUND = 127;

function runNoFunction(shell: Interpreter, fields: readonly Field[], running: Running): Status {
  const [name] = fields;
  if (name!.unknown === undefined && NO_COMMAND.test(name!.text)) return NOT_FOUND;
  const call = programCall(fields);
  if (call !== undefined) return running.command.assignments.length === 0 ? callProgram(shell, fields, call, running) : withAssignments(shell, running, () => callProgram(shell, fields, call, running));
  const builtin = name!.unknown === undefined && Object.hasOwn(BUILTINS, name!.text) ? BUILTINS[name!.text] : undefined;
  if (builtin !== undefined && !SETS_VARIABLES_ONLY.has(name!.text)) shell.environment.spoilRecordings();
  if (builtin !== undefined) return withAssignments(shell, running, () => builtin(shell, fields.slice(1), running), fields);
  const { command, source } = running;
  const origin = shell.expander.origin(command, source);
  if (ONCE_MORE.test(source.text.slice(command.start, command.end))) return { origin, assumed: true };
  const { index, namespace } = wrapped(fields);
  const run = (): Status | undefined => shell.inNamespace(namespace, () => runElse(shell, fields.slice(index), running, origin));
  return withVariables(shell, fields.slice(0, index), run) ?? unknownProgram(shell, fields, origin);
}

/** Runs what a program such as `env` is handed, with the variables that it is told to set. */
function withVariables<T>(shell: Interpreter, words: readonly Field[], run: () => T): T {
  const given = words.flatMap(({ text, unknown }) => {
    const name = /^([A-Za-z_]\w*)=/u.exec(text)?.[1];
    return name === undefined ? [] : [{ name, value: unknown === undefined ? text.slice(name.length + 1) : { origin: unknown.origin }, before: shell.environment.get(name) }];
  });
  for (const { name, value } of given) {
    shell.environment.set(name, value);
    shell.environment.export(name);
  }
  const result = run();
  for (const { name, before } of given) shell.environment.set(name, before);
  return result;
}

/** Where systems keep the programs that are known by their names alone. */
const SYSTEM_FOLDER = /^\/(?:usr\/(?:local\/)?)?s?bin\/(?=[^/]+$)/u;

/** Runs what a program such as `sudo` is handed, as far as it is known; the script itself, or a file beside it. */
function runElse(shell: Interpreter, fields: readonly Field[], running: Running, origin: string): Status | undefined {
  const [name, ...args] = fields;
  const isItself = name?.unknown?.origin === '$0';
  const program = name?.unknown === undefined ? name?.text.replace(SYSTEM_FOLDER, '') : undefined;
  const isKnown = program !== undefined && Object.hasOwn(PROGRAMS, program);
  if (isItself || isKnown) shell.environment.spoilRecordings();
  if (isItself) return runItself(shell, args, origin);
  if (program === undefined) return undefined;
  if (isKnown) return PROGRAMS[program]!(shell, args, running);
  return runFile(shell, fields, running.home);
}

function unknownProgram(shell: Interpreter, [, ...args]: readonly Field[], origin: string): Status {
  const { environment } = shell;
  // `config_get NAME …`: functions set the variables that they are given the names of.
  if (environment.hasForeign) environment.era = shell.newEra();
  if (environment.hasForeign) for (const { text, unknown } of args) if (unknown === undefined && environment.get(text) !== undefined) environment.set(text, { origin });
  shell.print({ origin }, 0, 0);
  return { origin };
}

/** Builtins before which variables are set to stay, but in bash. */
const SPECIAL: ReadonlySet<string> = new Set([':', '.', 'break', 'continue', 'eval', 'exec', 'exit', 'export', 'readonly', 'return', 'set', 'shift', 'trap', 'unset']);

/** Variables set before a command hold for that command; `words`: those of a builtin. */
function withAssignments(shell: Interpreter, { command, source }: Running, run: () => Status, words: readonly Field[] = []): Status {
  if (command.assignments.length === 0) return run();
  const [builtin, ...args] = words.map(({ text }) => text);
  const stays = (name: string): boolean => builtin !== undefined && SPECIAL.has(builtin) && (!shell.isBash || ((builtin === 'export' || builtin === 'readonly') && args.includes(name)));
  const before = command.assignments.flatMap(({ name }) => (stays(name) ? [] : [[name, shell.environment.get(name)] as const]));
  for (const assignment of command.assignments) {
    assign(shell, assignment, source);
    shell.environment.export(assignment.name);
  }
  const status = shell.signal === undefined ? run() : Number(shell.status);
  for (const [name, value] of before) shell.environment.set(name, value);
  return status;
}

/** Runs a function with these arguments. */
export function callFunction(shell: Interpreter, name: string, definition: FunctionDefinition, args: Positional, home: Home | undefined, given: Frame['given'] = []): Status {
  const run = (positional: Positional): Status => runFunction(shell, name, definition, positional, home, given);
  const first = shell.frames.find(({ body }) => body === definition.body);
  if (first === undefined || shell.questions <= first.questions) return run(args);
  // Nobody knows how often it calls itself, and each time it may do so in several places.
  shell.environment.spoilRecordings();
  if (++first.again <= MOST_AGAIN) return run(args);
  const status = { origin: 'a function that calls itself' };
  if (first.isGuess) return status;
  first.isGuess = true;
  shell.uncertain(status.origin, () => { run({ origin: '$@', many: true }); });
  first.isGuess = false;
  return status;
}

function runFunction(shell: Interpreter, name: string, { body, source }: FunctionDefinition, args: Positional, home: Home | undefined, given: Frame['given']): Status {
  // A shell that goes on like this comes to the end of its stack.
  if (shell.frames.length >= DEEPEST) throw new EvaluationLimit();
  const { around } = shell;
  shell.around = 0;
  const frame: Frame = {
    name, body, home, isBrought: source.broughtBy !== undefined, given, depth: shell.environment.depth, locals: new Map(), questions: shell.questions, again: 0, isGuess: false,
  };
  shell.frames.push(frame);
  let status: Status = 0;
  try {
    shell.environment.within(args, () => { shell.withoutErrorTrap(() => { shell.confined(() => { status = shell.leavable('return', () => runBody(shell, body, source)); }); }); });
  } finally {
    shell.frames.pop();
    shell.around = around;
  }
  for (const [local, before] of frame.locals) {
    if (before === undefined) shell.environment.putBack(local);
    else shell.environment.set(local, before.value);
  }
  return status;
}

function runBody(shell: Interpreter, body: FunctionDefinition['body'], source: Source): Status {
  const status = shell.run(body, source);
  if (shell.signal?.kind !== 'return') return status;
  shell.signal = undefined;
  return isUnknown(shell.status) ? { origin: shell.status.origin } : Number(shell.status);
}

/** Carries out an assignment. */
export function assign(shell: Interpreter, { name, index, append, value }: Assignment, source: Source): void {
  const { environment, expander } = shell;
  if (!('parts' in value)) {
    assignArray(shell, name, append, value, source);
    return;
  }
  const text = expander.text(value, source);
  const before = environment.get(name);
  if (index !== undefined) assignElement(shell, name, expander.text(index, source), append, text);
  else if (append && isArray(before)) expander.setElement(name, 0, assigned(shell, name, before.elements.get(0) ?? '', text));
  else environment.set(name, assigned(shell, name, append ? scalarOf(before) ?? (before === undefined ? { origin: `$${name}` } : '') : undefined, text));
}

/** The value that a variable gets by a text, behind what it has `before`; of an integer what arithmetic makes of it. */
function assigned(shell: Interpreter, name: string, before: Value | undefined, text: Value): Value {
  if (before !== undefined && isUnknown(before)) return { origin: before.origin };
  if (isUnknown(text)) return before === undefined ? text : { origin: text.origin };
  if (!shell.environment.integers.has(name)) return (before ?? '') + text;
  const number = shell.expander.computed(before === undefined || before === '' ? text : `${before} + (${text === '' ? 0 : text})`);
  return typeof number === 'bigint' ? String(number) : number;
}

function assignArray(shell: Interpreter, name: string, append: boolean, value: readonly Element[], source: Source): void {
  const { environment, expander } = shell;
  const before = environment.get(name);
  const associative = isArray(before) && before.associative;
  const elements = elementsOf(append ? before ?? null : null);
  if (elements === undefined) return;
  let next = append ? Math.max(-1, ...[...elements.keys()].map(Number)) + 1 : 0;
  for (const element of value) {
    if (element.index === undefined) {
      for (const field of expander.fields(element.value, source)) {
        // Nobody knows how many elements that makes.
        if (field.unknown !== undefined && maySplit(field)) {
          environment.set(name, { origin: field.unknown.origin });
          return;
        }
        elements.set(next++, assigned(shell, name, undefined, field.unknown ?? field.text));
      }
      continue;
    }
    const key = expander.text(element.index, source);
    const text = assigned(shell, name, undefined, expander.text(element.value, source));
    if (associative && !isUnknown(key)) elements.set(key, text);
    else {
      next = isUnknown(key) ? next : keyOf(shell, key, next);
      elements.set(next++, text);
    }
  }
  if (elements.size > MOST_FIELDS) throw new EvaluationLimit();
  environment.set(name, { elements, associative } satisfies ArrayValue);
}

function keyOf(shell: Interpreter, key: string, fallback: number): number {
  const number = shell.expander.computed(key);
  return typeof number === 'bigint' ? Number(number) : fallback;
}

function assignElement(shell: Interpreter, name: string, index: Value, append: boolean, text: Value): void {
  const { environment, expander } = shell;
  const before = environment.get(name);
  const key = isUnknown(index) || (isArray(before) && before.associative) ? index : expander.computed(index);
  if (typeof key === 'object') {
    environment.set(name, { origin: key.origin });
    return;
  }
  const place = typeof key === 'bigint' ? Number(key) : key;
  expander.setElement(name, place, assigned(shell, name, append ? elementsOf(before ?? null)?.get(place) ?? '' : undefined, text));
}
