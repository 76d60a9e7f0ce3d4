import type { Command, Part, SimpleCommand, Word } from './ast.ts';
import { isAssignment } from './command-parser.ts';

type FunctionCommand = Extract<Command, { kind: 'function' }>;

/** Every simple command inside a command, those of functions and substitutions among them. */
export function simpleCommandsIn(command: Command): SimpleCommand[] {
  const found: SimpleCommand[] = [];
  walk(command, (each) => {
    if (each.kind === 'simple') found.push(each);
  });
  return found;
}

/** Every function that a command defines. */
export function functionsIn(command: Command): FunctionCommand[] {
  const found: FunctionCommand[] = [];
  walk(command, (each) => {
    if (each.kind === 'function') found.push(each);
  });
  return found;
}

function walk(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const inner of childrenOf(command)) walk(inner, visit);
}

function childrenOf(command: Command): readonly Command[] {
  switch (command.kind) {
    case 'simple': return substitutionsOf(command);
    case 'sequence': case 'pipeline': return command.commands;
    case 'background': case 'not': return [command.command];
    case 'and': case 'or': return [command.left, command.right];
    case 'subshell': case 'group': case 'function': case 'for': case 'arithmetic-for': return [command.body];
    case 'if': return [...command.branches.flatMap(({ condition, body }) => [condition, body]), ...(command.otherwise === undefined ? [] : [command.otherwise])];
    case 'while': return [command.condition, command.body];
    case 'case': return command.clauses.map(({ body }) => body);
    case 'test': case 'arithmetic': return [];
  }
}

function substitutionsOf({ words, assignments }: SimpleCommand): readonly Command[] {
  if (assignments.length === 0 && words.every(({ literal, parts }) => literal !== undefined || !parts.some(isSubstitution)) && !words.some(isAssignment)) return NONE;
  const values = assignments.flatMap(({ value }) => valueWords(value));
  return substitutionsIn([...values, ...words.flatMap((word) => (isAssignment(word) ? valueWords(word.assignment.value) : [word as Word]))]);
}

const NONE: readonly Command[] = [];

const valueWords = (value: Word | readonly { readonly value: Word }[]): readonly Word[] => ('parts' in value ? [value] : value.map((element) => element.value));

function substitutionsIn(words: readonly Word[]): Command[] {
  const found: Command[] = [];
  for (const { literal, parts } of words) {
    if (literal === undefined) for (const part of parts) if (isSubstitution(part)) found.push(part.body);
  }
  return found;
}

const isSubstitution = (part: Part): part is Extract<Part, { kind: 'substitution' }> => part.kind === 'substitution';
