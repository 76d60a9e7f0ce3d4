import type { Line } from '../syntax/line.ts';
import type { Span } from '../text.ts';
import type { Ruleset } from './model.ts';

/** The rulesets that a file holds, one for each family that it speaks for, or why they can't be read. */
export type ReadStart = (path: string) => readonly Ruleset[] | string;

/** Why a document does not start from what it, or a setting, names; a setting stands on no line. */
export interface StartProblem {
  readonly file: string;
  readonly line: Line | undefined;
  readonly span: Span;
  readonly message: string;
}

/** What the kernel holds before the first line. */
export interface Start {
  readonly rulesets: readonly Ruleset[];
  readonly problems: readonly StartProblem[];
}

export const EMPTY_START: Start = { rulesets: [], problems: [] };

/** A file named as the start, and the place where it is named. */
interface Named {
  readonly file: string;
  readonly line: Line | undefined;
  readonly span: Span;
}

/** The start that the comments of a text name, which stand on some lines, or `otherwise` where there is none. */
export function startOf(lines: readonly Line[], otherwise: readonly string[], read: ReadStart): Start {
  const named: Named[] = [];
  for (const line of lines) if (line.content.kind === 'start') named.push(...line.content.files.map(({ text, start, end }) => ({ file: text, line, span: { start, end } })));
  const chosen = named.length > 0 ? named : otherwise.map((file): Named => ({ file, line: undefined, span: { start: 0, end: 0 } }));
  return chosen.length === 0 ? EMPTY_START : readAll(chosen, read);
}

function readAll(named: readonly Named[], read: ReadStart): Start {
  const rulesets: Ruleset[] = [];
  const problems: StartProblem[] = [];
  for (const each of named) {
    const found = read(each.file);
    if (typeof found === 'string') problems.push({ ...each, message: `\`${each.file}\` can't be the start: ${found}.` });
    else if (found.length === 0) problems.push({ ...each, message: `\`${each.file}\` can't be the start: it holds no ruleset.` });
    else if (found.some(({ family }) => rulesets.some((other) => other.family === family))) {
      problems.push({ ...each, message: `\`${each.file}\` is one start too many: another file of its family is named before it.` });
    } else rulesets.push(...found);
  }
  return { rulesets, problems };
}
