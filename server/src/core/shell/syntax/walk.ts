import type { Assignment, Command, SimpleCommand, TestExpression, Word } from './ast.ts';
import { isAssignment } from './command-parser.ts';
import { isWithin, type Span } from '../../text.ts';

type FunctionCommand = Extract<Command, { kind: 'function' }>;

/** Every simple command inside a command, those of functions and substitutions among them. */
export function simpleCommandsIn(command: Command): SimpleCommand[] {
  // Most are no more than that, and a list that grows has room for many.
  if (command.kind === 'simple' && childrenOf(command).length === 0) return [command];
  const found: SimpleCommand[] = [];
  walk(command, (each) => {
    if (each.kind === 'simple') found.push(each);
  });
  return found;
}

/** The command and all that stand inside, but for those that are substituted. */
export function commandsIn(command: Command): Command[] {
  return [command, ...partsOf(command).flatMap(commandsIn)];
}

/** Every assignment inside a command, those of `export` and the like among them. */
export function assignmentsIn(command: Command): Assignment[] {
  return commandsIn(command).flatMap((each) => (each.kind === 'simple' ? [...each.assignments, ...each.words.flatMap((word) => (isAssignment(word) ? [word.assignment] : []))] : []));
}

/** Every function that a command defines. */
export function functionsIn(command: Command): FunctionCommand[] {
  const found: FunctionCommand[] = [];
  walk(command, (each) => {
    if (each.kind === 'function') found.push(each);
  });
  return found;
}

/** What of a list of commands a span begins with: whole ones, beside which there are others, or all of them; none where it begins with part of something. */
export type Share = 'some' | 'all' | 'none';

/** What a span of whole lines begins with. The command is whole lines of the script, too, before and behind which others may stand. */
export function shareOf(command: Command, span: Span): Share {
  if (!isWithin(command, span)) return shareInside(command, span);
  return startOf(command) === span.start ? 'some' : 'none';
}

/** Where the statement begins that is, or holds, the outermost loop around an offset inside of its function; undefined where there is none. */
export function loopAround(command: Command, offset: number): number | undefined {
  let [statement, found]: [Command, Command | undefined] = [command, undefined];
  for (let each: Command | undefined = command; each !== undefined;) {
    if (each.kind === 'function') found = undefined;
    else if (LOOPS.has(each.kind)) found ??= statement;
    const part: Command | undefined = partsOf(each).find(({ start, end }) => start <= offset && offset < end);
    if (part !== undefined && !JOINING.has(each.kind)) statement = part;
    each = part;
  }
  return found && startOf(found);
}

const LOOPS: ReadonlySet<Command['kind']> = new Set(['for', 'arithmetic-for', 'while']);

/** What makes one statement of several commands. */
const JOINING: ReadonlySet<Command['kind']> = new Set(['and', 'or', 'not', 'pipeline', 'background']);

function shareInside(command: Command, span: Span): Share {
  const touched = partsOf(command).filter((each) => startOf(each) < span.end && each.end > span.start);
  const [first] = touched;
  if (first === undefined) return 'none';
  if (touched.length === 1 && !isWithin(first, span)) return shareInside(first, span);
  if (startOf(first) !== span.start || !touched.every((each) => each.end <= span.end)) return 'none';
  switch (command.kind) {
    case 'sequence': return touched.length < command.commands.length ? 'some' : 'all';
    default: return !JOINING.has(command.kind) && touched.length === 1 ? 'all' : 'none';
  }
}

/** Where the first command of a list begins, or any other command. */
const startOf = (command: Command): number => (command.kind === 'sequence' && command.commands[0] !== undefined ? startOf(command.commands[0]) : command.start);

function walk(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const inner of childrenOf(command)) walk(inner, visit);
}

function childrenOf(command: Command): readonly Command[] {
  const substitutions = substitutionsIn(command);
  const parts = partsOf(command);
  return substitutions.length === 0 ? parts : [...substitutions, ...parts];
}

function partsOf(command: Command): readonly Command[] {
  switch (command.kind) {
    case 'sequence': case 'pipeline': return command.commands;
    case 'background': case 'not': return [command.command];
    case 'and': case 'or': return [command.left, command.right];
    case 'subshell': case 'group': case 'function': case 'for': case 'arithmetic-for': return [command.body];
    case 'if': return [...command.branches.flatMap(({ condition, body }) => [condition, body]), ...(command.otherwise === undefined ? [] : [command.otherwise])];
    case 'while': return [command.condition, command.body];
    case 'case': return command.clauses.map(({ body }) => body);
    case 'simple': case 'test': case 'arithmetic': case 'unfollowed': return NONE;
  }
}

/** The words of the command itself, in which commands may be substituted. */
function wordsOf(command: Command): readonly Word[] {
  switch (command.kind) {
    case 'simple': return simpleWords(command);
    case 'for': return command.words ?? NO_WORDS;
    case 'case': return [command.word];
    case 'test': return testWords(command.expression);
    case 'arithmetic': return [command.expression];
    default: return NO_WORDS;
  }
}

const NO_WORDS: readonly Word[] = [];

function simpleWords({ words, assignments, redirects }: SimpleCommand): readonly Word[] {
  const plain = words as readonly Word[];
  if (assignments.length === 0 && redirects.length === 0 && !words.some(isAssignment)) return plain;
  return [
    ...assignments.flatMap(({ value }) => valueWords(value)), ...redirects.map(({ target }) => target),
    ...words.flatMap((word) => (isAssignment(word) ? valueWords(word.assignment.value) : [word as Word])),
  ];
}

function testWords(expression: TestExpression): readonly Word[] {
  switch (expression.kind) {
    case 'and': case 'or': return [...testWords(expression.left), ...testWords(expression.right)];
    case 'not': return testWords(expression.operand);
    case 'unary': return [expression.operand];
    case 'binary': return [expression.left, expression.right];
  }
}

const NONE: readonly Command[] = [];

const valueWords = (value: Word | readonly { readonly value: Word }[]): readonly Word[] => ('parts' in value ? [value] : value.map((element) => element.value));

function substitutionsIn(command: Command): readonly Command[] {
  let found: Command[] | undefined;
  for (const { literal, parts } of wordsOf(command)) {
    if (literal === undefined) for (const part of parts) if (part.kind === 'substitution') (found ??= []).push(part.body);
  }
  return found ?? NONE;
}
