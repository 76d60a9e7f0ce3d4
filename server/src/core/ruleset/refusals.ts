import type { Line } from '../syntax/line.ts';
import type { RulesetDocument } from './document.ts';
import type { Ruleset } from './model.ts';

/** A line that iptables would not carry out, or of which nobody can say what it does. */
export interface Refusal {
  readonly line: Line;
  readonly message: string;
}

/** What fails when a document is loaded or run into this ruleset of its own, in the order of its lines. */
export function refusalsOf(document: RulesetDocument, ruleset: Ruleset): readonly Refusal[] {
  const failed = ruleset.failures.map(({ line, status, message }) => ({ line, message: status === undefined ? message : `exit status ${status}: ${message}` }));
  if (document.kind === 'script') {
    const { broken: unread } = document;
    if (unread?.goesOn === false) failed.push({ line: unread.line, message: 'A shell can\'t read this, and ends here at the latest; what stands behind it is followed all the same.' });
    return failed.sort(byLine);
  }
  const refused = ruleset.problems.filter(({ line, accepted }) => line.content.kind !== 'command' && accepted !== true);
  const broken = ruleset.family === document.family ? document.lines.flatMap((line) => brokenRule(document, line)) : [];
  return [...failed, ...refused, ...broken].sort(byLine);
}

const byLine = (a: Refusal, b: Refusal): number => a.line.number - b.line.number;

function brokenRule(document: RulesetDocument, line: Line): readonly Refusal[] {
  const bound = line.content.kind === 'rule' ? document.boundRule(line) : undefined;
  if (bound === undefined) return [];
  return bound.problems.filter(({ accepted }) => accepted !== true).map(({ message }) => ({ line, message }));
}
