import type { Interpreter } from './interpreter.ts';
import type { Span } from '../text.ts';
import { spanIn, type Source } from './source.ts';
import type { Status } from './state.ts';
import { Input, Output } from './stream.ts';
import type { Redirect, SubstitutionPart, Word } from './syntax/ast.ts';
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
  const { input, output } = shell;
  let written: Written | undefined;
  for (const redirect of redirects) written = carryOut(shell, redirect, source) ?? written;
  const isUnset = shell.signal !== undefined;
  const status = isUnset ? Number(shell.status) : run();
  if (isUnset && isProgram && shell.isBash) shell.signal = undefined;
  shell.input = input;
  shell.output = output;
  if (written === undefined || isUnset) return status;
  write(shell, written.path, written.append, written.output);
  // Whether a file can be written to is the machine's affair, and expected.
  return status === 0 && !(typeof written.path === 'string' && written.path.startsWith('/dev/')) ? { origin: shell.expander.origin(spanOf(redirects), source), assumed: true } : status;
}

/** Carries out one redirection, of standard input or output; answers the file that is written to. */
function carryOut(shell: Interpreter, redirect: Redirect, source: Source): Written | undefined {
  const { operator, descriptor } = redirect;
  const isInput = operator.startsWith('<') && operator !== '<>';
  if ((descriptor ?? (isInput ? 0 : 1)) !== (isInput ? 0 : 1)) return undefined;
  if (isInput) shell.input = inputOf(shell, redirect, source);
  else if (operator === '&>' || operator === '>&') shell.output = undefined;
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
export function write(shell: Interpreter, path: Value, append: boolean, output: Output): void {
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
  if (operator === '<<') return hereDocument(shell, target, source);
  if (operator === '<<<') {
    const value = shell.expander.text(target, source);
    return isUnknown(value) ? new Input([], value) : new Input([{ text: `${value}\n`, ...spanIn(source, target) }]);
  }
  const [part] = target.parts;
  if (operator === '<' && target.parts.length === 1 && part?.kind === 'substitution' && part.file && source.text[part.start] === '<') return substituted(shell, part, source);
  return fileInput(shell, pathOf(shell, redirect, source), spanIn(source, { start, end }));
}

function hereDocument(shell: Interpreter, target: Word, source: Source): Input {
  const pieces = shell.expander.pieces(target, source);
  if (shell.signal === undefined || shell.isBash) return new Input(pieces);
  // dash leaves the text to a process of its own, which ends before it has written any.
  shell.signal = undefined;
  return new Input([]);
}

/** What the commands of `< <(…)` print. */
function substituted(shell: Interpreter, { body }: SubstitutionPart, source: Source): Input {
  const { output } = shell;
  const printed = new Output(shell.certainty);
  shell.output = printed;
  shell.apart(() => { shell.run(body, source); });
  shell.output = output;
  return Input.of(printed);
}

/** Whether nothing is known of a file: the script has not written it, and none stands beside it. */
export const isMissing = ({ files, readFile }: Interpreter, path: string): boolean =>
  !files.has(path) && path !== '/dev/null' && (path.startsWith('/dev/') || readFile(path) === undefined);

/** The file that a word names: by a name that is known, or by the same that the script has written it under; undefined for others. */
export function namedFile(shell: Interpreter, word: Field): Input | undefined {
  const { unknown } = word;
  if (unknown === undefined) return fileInput(shell, word.text, word);
  shell.environment.spoilRecordings();
  return shell.files.has(unknown) ? fileInput(shell, unknown, word) : undefined;
}

/** The text of a file that the script has written or that stands beside it. */
export function fileInput(shell: Interpreter, path: Value, span: { readonly start: number; readonly end: number }): Input {
  const { environment } = shell;
  if (!isUnknown(path) && isMissing(shell, path)) {
    for (const recording of environment.recordings) recording.missFile(path);
    return new Input([], { origin: path });
  }
  environment.spoilRecordings();
  const written = shell.files.get(path);
  if (written !== undefined) return 'origin' in written ? new Input([], isUnknown(path) ? path : written) : new Input(written);
  if (isUnknown(path)) return new Input([], path);
  return new Input(path === '/dev/null' ? [] : [{ text: shell.readFile(path)!, start: span.start, end: span.end }]);
}
