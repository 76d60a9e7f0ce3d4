import { sameVariable, type Variable } from './environment.ts';
import type { Interpreter } from './interpreter.ts';
import { sameConditions, type Invocation } from './invocation.ts';
import type { Source } from './source.ts';
import type { Part, SimpleCommand, Word } from './syntax/ast.ts';
import { isAssignment } from './syntax/command-parser.ts';
import type { Unknown } from './value.ts';

/** A call of iptables as a command once made it, and all that it depended on. */
interface Remembered {
  readonly names: readonly string[];
  readonly values: readonly (Variable | undefined)[];
  readonly isTainted: boolean;
  readonly doubt: Unknown | undefined;
  readonly invocation: Invocation;
}

/** The calls that a command made in its last runs, in their order, and which of them comes next in an evaluation. */
interface Calls {
  readonly made: Remembered[];
  evaluation: number;
  next: number;
}

/** Calls of one command that are remembered, and that are looked at for one that it makes again. */
const MOST_CALLS = 2000;
const MOST_TRIED = 16;

/** A command has them as long as its text stays, through all evaluations of its script; those that the script never comes to apart. */
const remembered = { reached: new WeakMap<SimpleCommand, Calls>(), unreached: new WeakMap<SimpleCommand, Calls>() };
const dependencies = new WeakMap<SimpleCommand, readonly string[] | null>();

const NO_NAMES: readonly string[] = [];

/** The variables on which the words of a command depend, where they depend on nothing else. */
export function namesIn(command: SimpleCommand, source: Source): readonly string[] | undefined {
  if (source.broughtBy !== undefined) return undefined;
  let names = dependencies.get(command);
  if (names === undefined) dependencies.set(command, names = dependenciesOf(command) ?? null);
  return names ?? undefined;
}

/** The call that a command makes again because nothing has changed that it depends on. */
export function recall(shell: Interpreter, command: SimpleCommand): Invocation | undefined {
  const [own, others] = shell.reached ? [remembered.reached, remembered.unreached] : [remembered.unreached, remembered.reached];
  const calls = own.get(command);
  let alike: Remembered | undefined;
  if (calls !== undefined) {
    turnTo(calls, shell);
    const { made, next } = calls;
    // Mostly a script does what it did, in the same order.
    for (let tried = 0; tried < made.length && tried < MOST_TRIED; tried++) {
      const place = (next + tried) % made.length;
      const known = made[place]!;
      if (!holds(shell, known)) continue;
      alike ??= known;
      if (known.invocation.ends !== shell.endsAtFailure || !sameConditions(known.invocation.conditions, shell.conditionsWith(known.doubt))) continue;
      calls.next = place + 1;
      return known.invocation;
    }
  }
  alike ??= others.get(command)?.made.slice(0, MOST_TRIED).find((known) => holds(shell, known));
  if (alike === undefined) return undefined;
  const invocation = { ...alike.invocation, ends: shell.endsAtFailure, conditions: shell.conditionsWith(alike.doubt), reached: shell.reached };
  keep(shell, { ...alike, invocation });
  return invocation;
}

/** Keeps a call with the values that these variables have. */
export function remember(shell: Interpreter, names: readonly string[], doubt: Unknown | undefined, invocation: Invocation): void {
  keep(shell, { names, values: names.map((name) => shell.environment.get(name)), isTainted: shell.environment.isTainted, doubt, invocation });
}

/** Puts a call in the place of the one that was expected next: there are never more than one evaluation makes. */
function keep(shell: Interpreter, call: Remembered): void {
  const { command, reached } = call.invocation;
  const own = reached ? remembered.reached : remembered.unreached;
  const calls = own.get(command);
  if (calls === undefined) {
    own.set(command, { made: [call], evaluation: shell.evaluation, next: 1 });
    return;
  }
  turnTo(calls, shell);
  if (calls.next >= MOST_CALLS) calls.next = 0;
  calls.made[calls.next++] = call;
}

/** Begins with the first call in an evaluation that has not come to the command yet. */
function turnTo(calls: Calls, { evaluation }: Interpreter): void {
  if (calls.evaluation === evaluation) return;
  calls.evaluation = evaluation;
  calls.next = 0;
}

function holds({ environment, modes: { nounset } }: Interpreter, { names, values, isTainted, invocation }: Remembered): boolean {
  if (isTainted !== environment.isTainted) return false;
  for (let index = 0; index < names.length; index++) {
    const now = environment.get(names[index]!);
    const before = values[index];
    if (nounset && now === null) return false;
    if (now !== before && (now === undefined || before === undefined || !sameVariable(now, before))) return false;
  }
  const { name } = invocation;
  return name.unknown !== undefined || environment.meaning(name.text) === null;
}

function dependenciesOf({ assignments, words, redirects }: SimpleCommand): readonly string[] | undefined {
  if (assignments.length > 0 || redirects.length > 0 || words.length === 0) return undefined;
  const names = new Set<string>();
  for (const word of words) if (isAssignment(word) || !addNames(names, word)) return undefined;
  // What is expanded is split.
  return names.size === 0 ? NO_NAMES : [...names, 'IFS'].slice();
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
