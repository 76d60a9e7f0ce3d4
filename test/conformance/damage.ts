import type { Random } from '../kernel/random.ts';

/** A text that was changed in one place, and how. */
export interface Damaged {
  readonly text: string;
  readonly what: string;
}

/** Changes one line of the ruleset: a word, or the whole of it. Some changes leave it right. */
export function damage(text: string, random: Random): Damaged {
  const lines = text.trimEnd().split('\n');
  const at = random.below(lines.length);
  if (random.chance(0.12)) return ofLines(lines, at, random);
  const before = lines[at]!;
  const words = before.match(/"[^"]*"|\S+/gu);
  if (words === null) return ofLines(lines, at, random);
  const how = random.pick(Object.keys(OF_WORDS));
  const after = OF_WORDS[how]!({ words, at: random.below(words.length), others: text.match(/\S+/gu)!, random }).join(' ');
  return { text: `${lines.with(at, after).join('\n')}\n`, what: `${how}: ${before} → ${after}` };
}

/** Takes the line away, writes it twice, or changes its place with another. */
function ofLines(lines: readonly string[], at: number, random: Random): Damaged {
  const how = random.pick(['line away', 'line twice', 'lines swapped']);
  const other = random.below(lines.length);
  const changed = how === 'line away' ? lines.toSpliced(at, 1) : how === 'line twice' ? lines.toSpliced(at, 0, lines[at]!)
    : lines.with(at, lines[other]!).with(other, lines[at]!);
  return { text: `${changed.join('\n')}\n`, what: `${how}: ${lines[at]!}${how === 'lines swapped' ? ` ↔ ${lines[other]!}` : ''}` };
}

interface Place {
  readonly words: readonly string[];
  readonly at: number;
  /** Words from all of the ruleset. */
  readonly others: readonly string[];
  readonly random: Random;
}

const LIMITS = ['0', '1', '-1', '32', '33', '64', '128', '129', '255', '256', '65535', '65536', '4294967295', '4294967296', '0x', '08', '99999999999999999999'];

const OF_WORDS: Readonly<Record<string, (place: Place) => readonly string[]>> = {
  'word away': ({ words, at }) => words.toSpliced(at, 1),
  'word twice': ({ words, at }) => words.toSpliced(at, 0, words[at]!),
  'words swapped': ({ words, at }) => (at + 1 < words.length ? words.with(at, words[at + 1]!).with(at + 1, words[at]!) : words),
  'other word': ({ words, at, others, random }) => words.with(at, random.pick(others)),
  'word more': ({ words, at, others, random }) => words.toSpliced(at, 0, random.pick(others)),
  'letter away': ({ words, at, random }) => changeLetter(words, at, random, () => ''),
  'letter twice': ({ words, at, random }) => changeLetter(words, at, random, (letter) => letter + letter),
  'other letter': ({ words, at, random }) => changeLetter(words, at, random, () => random.pick([...'aeiostx0159-_.,:/!+="'])),
  'other case': ({ words, at }) => words.with(at, words[at] === words[at]!.toUpperCase() ? words[at].toLowerCase() : words[at]!.toUpperCase()),
  'other number': ({ words, at, random }) => words.with(at, words[at]!.replace(/\d+/u, () => random.pick(LIMITS))),
  'a ! more': ({ words, at }) => words.toSpliced(at, 0, '!'),
  'cut off': ({ words, at }) => words.slice(0, at + 1),
  'joined by =': ({ words, at }) => (at + 1 < words.length ? [...words.slice(0, at), `${words[at]!}=${words[at + 1]!}`, ...words.slice(at + 2)] : words),
};

function changeLetter(words: readonly string[], at: number, random: Random, change: (letter: string) => string): readonly string[] {
  const letters = [...words[at]!];
  const place = random.below(letters.length);
  return words.with(at, letters.with(place, change(letters[place]!)).join(''));
}
