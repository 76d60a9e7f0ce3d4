import type { Span } from '../text.ts';
import { sameVariable, type Variable } from './environment.ts';
import type { Interpreter } from './interpreter.ts';
import { sameConditions, type Invocation } from './invocation.ts';
import type { Source } from './source.ts';
import type { Part, SimpleCommand, Word } from './syntax/ast.ts';
import { isAssignment } from './syntax/command-parser.ts';
import type { Unknown } from './value.ts';

/** A call of iptables as a command made it the last time, and all that it depended on. */
interface Remembered {
  readonly names: readonly string[];
  readonly values: readonly (Variable | undefined)[];
  readonly doubt: Unknown | undefined;
  invocation: Invocation;
}

/** A command has one as long as its text stays, through all evaluations of its script. */
const remembered = new WeakMap<SimpleCommand, Remembered>();
const dependencies = new WeakMap<SimpleCommand, readonly string[] | null>();

/** The variables on which the words of a command depend, where they depend on nothing else. */
export function namesIn(shell: Interpreter, command: SimpleCommand, source: Source): readonly string[] | undefined {
  if (shell.frames.length > 0 || source.broughtBy !== undefined) return undefined;
  let names = dependencies.get(command);
  if (names === undefined) dependencies.set(command, names = dependenciesOf(command) ?? null);
  return names ?? undefined;
}

/** The call that a command makes again because nothing has changed that it depends on. */
export function recall(shell: Interpreter, command: SimpleCommand): Invocation | undefined {
  const known = remembered.get(command);
  if (known === undefined || !holds(shell, known)) return undefined;
  const conditions = shell.conditionsWith(known.doubt);
  const { invocation } = known;
  if (invocation.reached !== shell.reached || !sameConditions(invocation.conditions, conditions)) known.invocation = { ...invocation, conditions, reached: shell.reached };
  return known.invocation;
}

/** Keeps a call with the values that these variables have; the call as it is kept. */
export function remember(shell: Interpreter, call: Pick<Remembered, 'names' | 'doubt' | 'invocation'>, source: Source): Invocation {
  const { names, doubt } = call;
  const invocation = countedFrom(source, call.invocation);
  remembered.set(invocation.command, { names, values: names.map((name) => shell.environment.get(name)), doubt, invocation });
  return invocation;
}

/** The call with spans that count from its source, which edits move. */
function countedFrom(source: Source, invocation: Invocation): Invocation {
  const moved = <T extends Span>(span: T): T => ({ ...span, start: span.start - source.start, end: span.end - source.start });
  const { home, name, program } = invocation;
  return { ...invocation, base: source, home: moved(home), name: moved(name), program: moved(program), arguments: invocation.arguments.map(moved) };
}

function holds({ environment }: Interpreter, { names, values, invocation }: Remembered): boolean {
  for (let index = 0; index < names.length; index++) {
    const now = environment.get(names[index]!);
    const before = values[index];
    if (now !== before && (now === undefined || before === undefined || !sameVariable(now, before))) return false;
  }
  const { name } = invocation;
  return name.unknown !== undefined || environment.function(name.text) === undefined;
}

function dependenciesOf({ assignments, words, redirects }: SimpleCommand): readonly string[] | undefined {
  if (assignments.length > 0 || redirects.length > 0 || words.length === 0) return undefined;
  const names = new Set<string>();
  for (const word of words) if (isAssignment(word) || !addNames(names, word)) return undefined;
  // What is expanded is split.
  return names.size === 0 ? [] : [...names, 'IFS'];
}

function addNames(names: Set<string>, { parts }: Word): boolean {
  return parts.every((part) => addName(names, part));
}

/** `$NAME`, or one with a word in its place. */
function addName(names: Set<string>, part: Part): boolean {
  if (part.kind === 'text') return true;
  if (part.kind !== 'parameter' || part.prefix !== undefined || part.index !== undefined || !/^[A-Za-z_]\w*$/u.test(part.name)) return false;
  if (part.operator !== undefined && !/^:?[-+]$/u.test(part.operator)) return false;
  names.add(part.name);
  return part.argument === undefined || addNames(names, part.argument);
}
