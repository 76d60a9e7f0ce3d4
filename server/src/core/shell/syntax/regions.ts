import type { Span } from '../../text.ts';
import type { Command } from './ast.ts';
import { commandsIn } from './walk.ts';

type If = Extract<Command, { kind: 'if' }>;

/**
 * The stretches of a text that belong together by their first lines, for each command of it that may go over lines:
 * functions, loops, branches, clauses, groups, arrays and here-documents, each without the line of the word that ends it.
 */
export function regionsIn(command: Command, text: string): readonly Span[] {
  return commandsIn(command).flatMap((each) => {
    switch (each.kind) {
      case 'simple': return [
        ...each.redirects.flatMap(({ operator, start, target }) => (operator === '<<' ? [{ start, end: target.end }] : [])),
        ...each.assignments.flatMap((assignment) => ('parts' in assignment.value ? [] : [closed(assignment, text)])),
      ];
      case 'function': case 'group': case 'subshell': case 'for': case 'arithmetic-for': case 'while': return [closed(each, text)];
      case 'case': return [closed(each, text), ...each.clauses.map(({ patterns, body }) => ({ start: patterns[0]?.start ?? body.start, end: body.end }))];
      case 'if': return branches(each, text);
      default: return [];
    }
  });
}

/** The command up to its last line, which is that of the word that ends it. */
const closed = ({ start, end }: Span, text: string): Span => ({ start, end: Math.max(start, text.lastIndexOf('\n', end - 1)) });

/** From `if`, and each `elif` and `else`, to the line before the next one. */
function branches(command: If, text: string): readonly Span[] {
  const bodies = [...command.branches.map(({ condition, body }) => ({ start: condition.start, end: body.end })), ...(command.otherwise === undefined ? [] : [command.otherwise])];
  const starts = bodies.map(({ start }, index) => (index === 0 ? command.start : wordBefore(start, bodies[index - 1]!.end, text)));
  return starts.map((start, index) => ({ start, end: index + 1 < starts.length ? Math.max(start, text.lastIndexOf('\n', starts[index + 1])) : closed(command, text).end }));
}

/** Where the `elif` or `else` stands between the end of a branch and the commands of the next. */
function wordBefore(start: number, from: number, text: string): number {
  const found = /(?:^|[\s;])(?=el(?:if|se)\b)/u.exec(text.slice(from, start + 1));
  return found === null ? start : from + found.index + found[0].length;
}
