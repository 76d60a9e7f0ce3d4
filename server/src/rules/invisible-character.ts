import { BYTE_ORDER_MARK } from '../core/ruleset/kind.ts';
import type { Line } from '../core/syntax/line.ts';
import { defineRule, type Report, type TextEdit } from './rule.ts';
import { replace } from './support/edits.ts';
import { page } from './support/page.ts';

/** Blanks and invisible characters that iptables takes for letters, and stretches in quotes, where they are text like any other. */
const RULESET = /"(?:\\.|[^"\\])*"|(?![ \t\n\0])[\p{Z}\p{Cc}\p{Cf}]/gu;
/** The same for a command line, whose shell knows single quotes and comments too. */
const COMMAND = /"(?:\\.|[^"\\])*"|'[^']*'|(?<=\s)#.*|(?![ \t\n\0]|\r\n)[\p{Z}\p{Cc}\p{Cf}]/gu;

/** Those that look like a blank; the others take up no room. */
const BLANK = /[\p{Z}\v\f\r\u0085]/u;

/** Names in Unicode of those that are met most. */
const NAMES: Readonly<Record<string, string>> = {
  '\v': 'vertical tab', '\f': 'form feed', '\r': 'carriage return', '\u00a0': 'no-break space', '\u00ad': 'soft hyphen', '\u200b': 'zero-width space', '\u200c': 'zero-width non-joiner',
  '\u200d': 'zero-width joiner', '\u200e': 'left-to-right mark', '\u200f': 'right-to-left mark', '\u202f': 'narrow no-break space',
  '\u2060': 'word joiner', '\u3000': 'ideographic space', '\ufeff': 'byte order mark',
};

export default defineRule({
  code: 'invisible-character',
  severity: 'error',
  docs: page({
    what: 'Finds blanks that are none, such as the no-break space (shown as ⍽ in the example), and characters of no width in lines that iptables '
      + 'refuses. One finding stands for all errors of its line.',
    why: 'They come along when a rule is copied from a web page or a chat. iptables parts words at spaces and tabs only; anything '
      + 'else belongs to a word, so that the message is about a word that looks right.',
    example: ['-A INPUT -p tcp --dport⍽22 -j ACCEPT'],
    instead: ['-A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Safe: nothing else can have been meant. Text in quotes stays as it is.',
  }),
  explainErrors(line) {
    const { text, number, content } = line;
    const places = Array.from(text.matchAll(content.kind === 'command' ? COMMAND : RULESET), ({ 0: character, index }) => ({ character, at: index }))
      .filter(({ character }) => !/^["'#]/u.test(character));
    // Lines of blanks alone and a byte order mark at the start of a file have messages of their own.
    return places.length === 0 || text.trim() === '' || (number === 0 && text.startsWith(BYTE_ORDER_MARK)) ? undefined : explain(line, places);
  },
});

interface Place {
  readonly character: string;
  readonly at: number;
}

function explain(line: Line, places: readonly Place[]): Report {
  const [{ character, at }] = places as [Place];
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  const named = NAMES[character] === undefined ? `character ${code}` : `${NAMES[character]} (${code})`;
  const others = places.length === 1 ? '' : `, the first of ${places.length} such characters`;
  const instead = plain(line, places[0]!).newText === ' ' ? 'write a plain blank' : 'remove it';
  return {
    line, span: { start: at, end: at + character.length },
    message: `${where(line, at, at + character.length)} stands a ${named}${others}, which iptables takes for a letter; ${instead}.`,
    fixes: [{ title: instead === 'remove it' ? 'Remove what can\'t be seen' : 'Write plain blanks', safe: true, edits: places.map((place) => plain(line, place)) }],
  };
}

function where({ text }: Line, start: number, end: number): string {
  const before = /\S+$/u.exec(text.slice(0, start))?.[0];
  const behind = /^\S+/u.exec(text.slice(end))?.[0];
  if (before !== undefined && behind !== undefined) return `Between \`${before}\` and \`${behind}\``;
  if (before !== undefined) return `Behind \`${before}\``;
  return `Before \`${behind ?? text.trim()}\``;
}

function plain(line: Line, { character, at }: Place): TextEdit {
  return replace(line, { start: at, end: at + character.length }, BLANK.test(character) && !isAtEdge(line.text, at, character.length) ? ' ' : '');
}

/** Whether nothing but blanks stands on one side: many a line takes none there. */
const isAtEdge = (text: string, at: number, length: number): boolean => text.slice(0, at).trim() === '' || text.slice(at + length).trim() === '';
