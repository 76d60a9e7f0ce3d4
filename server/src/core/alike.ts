/** Words that are kept, and the length of the longest; a longer one is hardly ever said twice. */
const MOST = 20_000;
const LONGEST = 24;

const words = new Map<string, string>();

/** The word, or one that was said before and is the same: the lines of a file say few words, each thousands of times. */
export function oneOfAlike(word: string): string {
  if (word.length > LONGEST) return word;
  const known = words.get(word);
  if (known !== undefined) return known;
  if (words.size === MOST) words.clear();
  words.set(word, word);
  return word;
}
