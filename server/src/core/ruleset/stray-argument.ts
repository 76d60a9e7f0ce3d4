import { VERDICTS, type Family } from '../netfilter.ts';
import { findMatch, findTarget } from '../extensions/catalogue.ts';
import type { Problem } from '../extensions/definition.ts';
import type { Argument } from '../syntax/line.ts';
import { cover } from '../text.ts';

/** What is known of a word that stands where an option is expected. */
export interface StrayArgument {
  readonly argument: Argument;
  readonly before: Argument | undefined;
  readonly family: Family;
  /** Whether there would be an option of that name at this place. */
  readonly isOption: (name: string) => boolean;
}

/** Says what the word was probably meant to be, and how to write that. */
export function explainStrayArgument(stray: StrayArgument): Problem {
  const { argument, before } = stray;
  const span = { start: argument.start, end: argument.end };
  const { text } = argument;
  if (before !== undefined && isListWithBlank(before, text)) {
    const newText = `${before.text}${text}`;
    return {
      code: 'unexpected-argument', span, message: `\`${text}\` is cut off from its list by a blank; write \`${newText}\`.`,
      fix: { title: `Write ${newText}`, span: cover(before, argument), newText, safe: false },
    };
  }
  const option = meantOption(stray);
  if (option === undefined) {
    return { code: 'unexpected-argument', span, message: `\`${text}\` stands where an option is expected; write the option that it belongs to in front of it, or leave it out.` };
  }
  return {
    code: 'unexpected-argument', span, message: `\`${text}\` stands where an option is expected; did you mean \`${option}\`?`,
    fix: { title: `Write ${option}`, span, newText: option, safe: false },
  };
}

/** `NEW, ESTABLISHED` and `NEW ,ESTABLISHED`; an option with a value stands before it. */
const isListWithBlank = (before: Argument, text: string): boolean =>
  !before.text.startsWith('-') && before.text !== '!' && (/[^,],$/u.test(before.text) || /^,[^,]/u.test(text)) && before.raw === before.text;

/** The word with what it seems to lack: `-j` before a target, `-m` before a match, the dashes of an option. */
function meantOption({ argument: { text }, family, isOption }: StrayArgument): string | undefined {
  if (isOption(text)) return `--${text}`;
  if (VERDICTS.has(text) || findTarget(text, family) !== undefined) return `-j ${text}`;
  return findMatch(text, family) === undefined ? undefined : `-m ${text}`;
}
