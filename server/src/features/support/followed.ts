import type { RulesetDocument } from '../../core/ruleset/document.ts';
import { runOfLine } from '../../core/ruleset/demands.ts';
import type { Ruleset } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';

/**
 * A document as it is asked: a script that nobody calls in a certain way as it is run with its first argument `run`, with
 * the same lines at the same numbers.
 */
export interface Followed {
  readonly document: RulesetDocument;
  readonly run: string | undefined;
}

/** The document as whoever asks at a line of it means it: where the line does what it does with an argument alone, the script is run with that. */
export const followedAt = (document: RulesetDocument, row: number | undefined): Followed => followed(document, row === undefined ? undefined : runOfLine(document, row));

/** The document as it is run with a first argument; as it stands without one, or where it says itself with which. */
export function followed(document: RulesetDocument, run: string | undefined): Followed {
  if (run === undefined || document.arguments !== undefined) return { document, run: undefined };
  const ruleset = document.ruleset();
  const known = latest.get(document);
  if (known?.run === run && known.ruleset === ruleset) return known;
  const made = { document: document.runWith(run, undefined), run, ruleset };
  latest.set(document, made);
  return made;
}

/** The run of each document that was asked for last, and the ruleset of the text that it was made of. */
const latest = new WeakMap<RulesetDocument, Followed & { readonly ruleset: Ruleset }>();

/** The line of the document that shows what is said of a line of a run, or of a file that it starts from; undefined where none does. */
export function shownAt(document: RulesetDocument, line: Line): Line | undefined {
  if (line.file !== undefined) return document.startLine;
  return document.owns(line) ? line : document.lineAt(line.number)?.line;
}
