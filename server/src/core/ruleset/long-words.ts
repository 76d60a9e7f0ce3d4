import { WORDS_LIMIT, WORD_LIMIT } from '../syntax/limits.ts';
import { utf8Length } from '../text.ts';
import type { Reading } from './reading.ts';

/** Characters of a long word that a message shows. */
const SHOWN = 24;

const CODE = 'invalid-line';

/** Reports words of a ruleset's line that are too long or too many for iptables-restore, which then reads no option of it. */
export function refuseLongWords(reading: Reading): void {
  const { args } = reading;
  for (const { text, start, end } of args) {
    if (text.length * 3 <= WORD_LIMIT || utf8Length(text) <= WORD_LIMIT) continue;
    reading.problem(CODE, `The word that begins with \`${text.slice(0, SHOWN)}\` has ${utf8Length(text)} bytes; iptables-restore reads at most ${WORD_LIMIT}. Split it over several rules.`, { start, end });
  }
  if (args.length <= WORDS_LIMIT) return;
  reading.problem(CODE, `\`${args[WORDS_LIMIT]!.text}\` is word ${WORDS_LIMIT + 1} of this line, of which iptables-restore reads at most ${WORDS_LIMIT}; split it over several rules.`, { start: args[WORDS_LIMIT]!.start, end: args.at(-1)!.end });
}
