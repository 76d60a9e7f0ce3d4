import { VERDICTS, type Family } from '../netfilter.ts';
import { findMatch, findTarget } from '../extensions/catalogue.ts';
import type { Problem } from '../extensions/definition.ts';
import type { Argument } from '../syntax/line.ts';
import { cover } from '../text.ts';
import { looksLikeOption, type GivenValue } from './reading.ts';

/** What is known of a word that stands where an option is expected. */
export interface StrayArgument {
  readonly argument: Argument;
  readonly before: Argument | undefined;
  /** The value that it stands behind. */
  readonly given: GivenValue | undefined;
  /** The words behind it. */
  readonly rest: readonly Argument[];
  readonly family: Family;
  /** Whether there would be an option of that name at this place. */
  readonly isOption: (name: string) => boolean;
}

/** What is wrong with a word, and how many words that goes for. */
export interface StrayWords {
  readonly problem: Problem;
  readonly words: number;
}

/** Says what the word was probably meant to be, and how to write that. */
export function explainStrayArgument(stray: StrayArgument): StrayWords {
  return continuedText(stray) ?? continuedList(stray) ?? { problem: explainAlone(stray), words: 1 };
}

/** `--comment allow ssh`, `--comment 'allow ssh'`: a text with a blank that no double quotes keep together. */
function continuedText({ argument, given, rest }: StrayArgument): StrayWords | undefined {
  if (given?.type.placeholder !== 'TEXT' || given.argument.raw.startsWith('"')) return undefined;
  const end = rest.findIndex(({ text }) => looksLikeOption(text));
  const behind = [argument, ...rest.slice(0, end === -1 ? rest.length : end)];
  const words = [given.argument, ...behind].map(({ text }) => text).join(' ').replace(/^['\u2018\u201c]|['\u2019\u201d]$/gu, '').replaceAll('\\ ', ' ');
  const newText = `"${words.replaceAll('"', '\\"')}"`;
  return {
    words: behind.length,
    problem: {
      code: 'unexpected-argument', span: cover(argument, behind.at(-1)!), message: `\`${argument.text}\` is cut off from its text by a blank; a text with blanks stands in double quotes: \`${newText}\`.`,
      fix: { title: `Write ${newText}`, span: cover(given.argument, behind.at(-1)!), newText, safe: false },
    },
  };
}

/** `--ctstate NEW ESTABLISHED`: a list with blanks for its commas. */
function continuedList({ argument, given, rest }: StrayArgument): StrayWords | undefined {
  if (given === undefined || given.argument.raw !== given.argument.text || /,$|^,/u.test(`${given.argument.text} ${argument.text}`)) return undefined;
  const isValue = (text: string): boolean => {
    const parsed = given.type.parse(text, given.context);
    return parsed.ok && parsed.warning === undefined;
  };
  let list = given.argument.text;
  // A list knows empty elements; a free text takes them.
  if (given.type.parse(`${list},`, given.context).ok) return undefined;
  let words = 0;
  for (const { text } of [argument, ...rest]) {
    if (looksLikeOption(text) || !isValue(`${list},${text}`)) break;
    list = `${list},${text}`;
    words++;
  }
  const last = [argument, ...rest][words - 1];
  if (last === undefined) return undefined;
  return {
    words,
    problem: {
      code: 'unexpected-argument', span: cover(argument, last), message: `\`${argument.text}\` is cut off from its list by a blank; a list has commas alone: write \`${list}\`.`,
      fix: { title: `Write ${list}`, span: cover(given.argument, last), newText: list, safe: false },
    },
  };
}

function explainAlone(stray: StrayArgument): Problem {
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
