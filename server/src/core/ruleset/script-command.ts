import { stackOf } from '../netfilter.ts';
import type { Invocation } from '../shell/invocation.ts';
import type { Field } from '../shell/value.ts';
import type { Argument, LineContent, ShellCommand } from '../syntax/line.ts';

/** The argument that a field is in its line: `raw` is what stands there. */
export function argumentOf({ text, start, end, unknown }: Field, line: string, lineStart: number): Argument {
  const from = Math.min(start - lineStart, line.length);
  const to = Math.min(end - lineStart, line.length);
  const raw = line.slice(from, to);
  return {
    text, raw, start: from, end: to,
    ...(unknown !== undefined ? { unknown: unknown.origin } : raw !== text && comesFromElsewhere(raw, text) ? { evaluated: true as const } : {}),
  };
}

/** What stands on a line behind an offset, without blanks and joined line ends. */
export function restOf(text: string, offset: number): Argument | undefined {
  const behind = text.slice(offset);
  const start = offset + /^(?:\s|\\\r?\n|\\$)*/u.exec(behind)![0].length;
  const raw = text.slice(start).trimEnd();
  return raw === '' ? undefined : { text: raw, raw, start, end: start + raw.length };
}

/** Whether more than quotes stands between the text and its value. */
const comesFromElsewhere = (raw: string, value: string): boolean => /[$`{]/u.test(raw) || raw.replaceAll(/["'\\]|\r?\n/gu, '') !== value.replaceAll(/["'\\]/gu, '');

/** Every command of a command line, in the order of their first execution. */
export function commandsOf(content: Extract<LineContent, { kind: 'command' }>): readonly ShellCommand[] {
  const first = content.others?.length === 0 || content.others === undefined ? undefined : content.others;
  return first === undefined ? [content] : [content, ...first];
}

const firsts = new WeakMap<ShellCommand, readonly ShellCommand[]>();

/** Of the commands at each place of a command line the one that is executed first: a loop may run one thousands of times. */
export function firstCommandsOf(content: Extract<LineContent, { kind: 'command' }>): readonly ShellCommand[] {
  let found = firsts.get(content);
  if (found === undefined) {
    const byStart = new Map<number, ShellCommand>();
    for (const command of commandsOf(content)) if (!byStart.has(command.program.start)) byStart.set(command.program.start, command);
    firsts.set(content, found = [...byStart.values()]);
  }
  return found;
}

/** Whether two arguments are the same word at the same place of their line. */
export function sameArgument(a: Argument, b: Argument): boolean {
  return a === b || (a.text === b.text && a.start === b.start && a.end === b.end && a.raw === b.raw && a.unknown === b.unknown && a.evaluated === b.evaluated);
}

function sameArguments(a: readonly Argument[], b: readonly Argument[]): boolean {
  return a === b || (a.length === b.length && a.every((argument, index) => sameArgument(argument, b[index]!)));
}

/** Whether two commands are the same words at the same places of their line. */
export function sameCommand(a: ShellCommand, b: ShellCommand): boolean {
  return a === b || (a.family === b.family && a.namespace === b.namespace && sameArgument(a.program, b.program) && sameArguments(a.arguments, b.arguments) && (a.rest === b.rest || (a.rest !== undefined && b.rest !== undefined && sameArgument(a.rest, b.rest))));
}

/** The words of a run as a text of its own, for runs of one command; undefined where they do not all stand at it. */
export function wordsOf({ family, namespace, program, arguments: args }: Invocation): string | undefined {
  const words: string[] = [stackOf({ family, namespace })];
  for (const { text, unknown, handed } of [program, ...args]) {
    if (handed === true) return undefined;
    words.push(unknown === undefined ? text : `${text}\x01${unknown.origin}`);
  }
  return words.join('\0');
}

/** Whether two lines say the same. */
export function sameContent(a: LineContent, b: LineContent): boolean {
  if (a === b) return true;
  if (a.kind === 'command' && b.kind === 'command') {
    const [left, right] = [commandsOf(a), commandsOf(b)];
    return left.length === right.length && left.every((command, index) => sameCommand(command, right[index]!));
  }
  return a.kind === b.kind && a.kind !== 'shell' ? JSON.stringify(a) === JSON.stringify(b) : a.kind === b.kind;
}
