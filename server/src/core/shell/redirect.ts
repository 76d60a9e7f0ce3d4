import { placeOf } from './folder.ts';
import type { Interpreter } from './interpreter.ts';
import type { Span } from '../text.ts';
import { spanIn, type Source } from './source.ts';
import type { Status } from './state.ts';
import { Input, Output } from './stream.ts';
import type { Redirect, Word } from './syntax/ast.ts';
import { isUnknown, type Field, type Value } from './value.ts';

/** A file that output goes to. */
interface Written {
  readonly path: Value;
  readonly append: boolean;
  readonly output: Output;
}

/** Runs something with its input and output redirected; `isProgram`: whether that runs in a process of its own, which is where bash redirects it. */
export function redirected(shell: Interpreter, redirects: readonly Redirect[], source: Source, run: () => Status, isProgram = false): Status {
  if (redirects.length === 0) return run();
  const { input, output, errors, descriptors } = shell;
  let written: Written | undefined;
  for (const redirect of redirects) written = carryOut(shell, redirect, source) ?? written;
  const isUnset = shell.signal !== undefined;
  const status = isUnset ? Number(shell.status) : run();
  if (isUnset && isProgram && shell.isBash) shell.signal = undefined;
  shell.input = input;
  shell.output = output;
  shell.errors = errors;
  shell.descriptors = descriptors;
  if (written === undefined || isUnset) return status;
  write(shell, written.path, written.append, written.output);
  // Whether a file can be written to is the machine's affair, and expected.
  return status === 0 && !(typeof written.path === 'string' && written.path.startsWith('/dev/')) ? { origin: shell.expander.origin(spanOf(redirects), source), assumed: true } : status;
}

/** `exec 3<FILE`: the shell itself reads from it from here on. What comes later in the script depends on that, wherever it stands. */
export function redirectShell(shell: Interpreter, redirects: readonly Redirect[], source: Source): void {
  for (const redirect of redirects) if (isInput(redirect)) carryOut(shell, redirect, source);
  shell.isErratic = true;
}

const isInput = ({ operator }: Redirect): boolean => operator.startsWith('<') && operator !== '<>';

/** Carries out one redirection; answers the file that standard output is written to. */
function carryOut(shell: Interpreter, redirect: Redirect, source: Source): Written | undefined {
  const { operator, descriptor, target } = redirect;
  if (isInput(redirect)) {
    shell.readFrom(descriptor ?? 0, inputOf(shell, redirect, source));
    return undefined;
  }
  if (descriptor === 2) shell.errors = operator === '>&' && target.literal === '1' ? shell.output : undefined;
  if ((descriptor ?? 1) !== 1) return undefined;
  if (operator === '>&' && target.literal === '2') shell.output = shell.errors;
  else if (operator === '&>' || operator === '>&') shell.output = shell.errors = undefined;
  else if (operator === '>' || operator === '>>') {
    const output = new Output(shell.certainty);
    shell.output = output;
    return { path: pathOf(shell, redirect, source), append: operator === '>>', output };
  }
  return undefined;
}

const spanOf = (redirects: readonly Redirect[]): Span => ({ start: redirects[0]!.start, end: redirects.at(-1)!.end });

/** A path that has nothing unknown in it but the number of the shell. */
const OF_SHELL = /^"?(?:[\w./-]|\$\$|\$\{\$\})+"?$/u;

/** The path of a file; one that is named after the shell names the same file wherever it stands so in the script. */
function pathOf(shell: Interpreter, { target }: Redirect, source: Source): Value {
  const path = shell.expander.text(target, source);
  const text = source.text.slice(target.start, target.end);
  return isUnknown(path) && shell.children === 0 && OF_SHELL.test(text) ? text.replaceAll(/["{}]/gu, '') : path;
}

/** Keeps what a file holds, for who reads it further on. */
export function write(shell: Interpreter, written: Value, append: boolean, output: Output): void {
  const path = placeOf(shell, written);
  // Of a path that is not known it is still known when it is the same.
  if (isUnknown(path)) {
    if (path.candidates !== undefined) return;
  } else if (path.startsWith('/dev/') || path.startsWith('/proc/')) return;
  shell.environment.spoilRecordings();
  const before = append ? shell.files.get(path) : [];
  const { value } = output;
  if (before === undefined || 'origin' in before || isUnknown(value) || shell.certainty > 0) shell.files.set(path, { origin: isUnknown(path) ? path.origin : path });
  else shell.files.set(path, [...before, ...output.pieces]);
}

function inputOf(shell: Interpreter, redirect: Redirect, source: Source): Input {
  const { operator, target, start, end } = redirect;
  if (operator === '<&') return shell.inputAt(/^\d+$/u.test(target.literal ?? '') ? Number(target.literal) : NaN);
  if (operator === '<<') return hereDocument(shell, target, source);
  if (operator === '<<<') {
    const value = shell.expander.text(target, source);
    return isUnknown(value) ? new Input([], value) : new Input([{ text: `${value}\n`, ...spanIn(source, target) }]);
  }
  const [part] = target.parts;
  // `< <(…)` needs no file that others could read.
  if (target.parts.length === 1 && part?.kind === 'substitution' && part.file && source.text[part.start] === '<') return Input.of(shell.printedBy(part.body, source));
  return fileInput(shell, pathOf(shell, redirect, source), spanIn(source, { start, end }));
}

function hereDocument(shell: Interpreter, target: Word, source: Source): Input {
  const pieces = shell.expander.pieces(target, source);
  if (shell.signal === undefined || shell.isBash) return new Input(pieces);
  // dash leaves the text to a process of its own, which ends before it has written any.
  shell.signal = undefined;
  return new Input([]);
}

/** Whether nothing is known of a file: the script has not written it, and none stands beside it. */
export const isMissing = ({ files, readFile }: Interpreter, path: string): boolean =>
  !files.has(path) && path !== '/dev/null' && (path.startsWith('/dev/') || readFile(path) === undefined);

/** The file that a word names: by a name that is known, or by the same that the script has written it under; undefined for others. */
export function namedFile(shell: Interpreter, word: Field): Input | undefined {
  const place = placeOf(shell, word.unknown ?? word.text);
  if (!isUnknown(place)) return inputFrom(shell, place, word);
  shell.environment.spoilRecordings();
  return shell.files.has(place) ? inputFrom(shell, place, word) : undefined;
}

/** The text of a file that the script has written or that stands beside it. */
export const fileInput = (shell: Interpreter, path: Value, span: Span): Input => inputFrom(shell, placeOf(shell, path), span);

/** Whether a file is there for sure: it stands beside the script, which has not written to it. */
export function isBeside(shell: Interpreter, path: Value): boolean {
  const place = placeOf(shell, path);
  return !isUnknown(place) && !shell.files.has(place) && place !== '/dev/null' && inputFrom(shell, place, { start: 0, end: 0 }).unknown === undefined;
}

function inputFrom(shell: Interpreter, place: Value, span: Span): Input {
  const { environment } = shell;
  if (!isUnknown(place) && isMissing(shell, place)) {
    for (const recording of environment.recordings) recording.missFile(place);
    return new Input([], { origin: place });
  }
  environment.spoilRecordings();
  const written = shell.files.get(place);
  if (written !== undefined) return 'origin' in written ? new Input([], isUnknown(place) ? place : written) : new Input(written);
  if (isUnknown(place)) return new Input([], place);
  return new Input(place === '/dev/null' ? [] : [{ text: shell.readFile(place)!, start: span.start, end: span.end }]);
}
