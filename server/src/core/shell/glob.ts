import { bracket } from './bracket.ts';

/** What takes one character, or, undefined, any number of any. */
type Taker = ((character: string) => boolean) | undefined;

/**
 * A shell pattern without groups, told in as many steps as there are characters times parts of the pattern, whatever both are: all
 * ways to take a text are gone at once.
 */
export class Glob {
  private readonly takers: readonly Taker[];

  constructor(takers: readonly Taker[]) {
    this.takers = takers;
  }

  /** How many parts it has. */
  get size(): number {
    return this.takers.length;
  }

  /** The pattern that describes texts which are read backwards. */
  get backwards(): Glob {
    return new Glob([...this.takers].reverse());
  }

  /** How many characters the beginnings have that it describes, of those from a place on, in ascending order. */
  beginnings(characters: readonly string[], from = 0): readonly number[] {
    const { takers } = this;
    const lengths: number[] = [];
    let ways = this.withAny(new Uint8Array(takers.length + 1).fill(1, 0, 1));
    for (let at = from; ; at++) {
      if (ways[takers.length] === 1) lengths.push(at - from);
      if (at === characters.length || !ways.includes(1)) return lengths;
      const next = new Uint8Array(takers.length + 1);
      for (const [place, taker] of takers.entries()) {
        if (ways[place] === 0) continue;
        if (taker === undefined) next[place] = 1;
        else if (taker(characters[at]!)) next[place + 1] = 1;
      }
      ways = this.withAny(next);
    }
  }

  /** The ways with those on which what takes any number takes none. */
  private withAny(ways: Uint8Array): Uint8Array {
    for (const [place, taker] of this.takers.entries()) if (ways[place] === 1 && taker === undefined) ways[place + 1] = 1;
    return ways;
  }
}

/** A pattern in which a backslash escapes; undefined where it has groups such as `@(a|b)`. */
export function globOf(pattern: string): Glob | undefined {
  if (/(?<!\\)[?*+@!]\(/u.test(pattern)) return undefined;
  const takers: Taker[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    if (character === '*') {
      // Two in a row take what one does.
      if (takers.length === 0 || takers.at(-1) !== undefined) takers.push(undefined);
    } else if (character === '?') takers.push(() => true);
    else if (character === '[') {
      const rest = characters.slice(at).join('');
      const set = bracket(rest, 0);
      const one = set && new RegExp(`^${set.source}$`, 'su');
      takers.push(one === undefined ? (each) => each === '[' : (each) => one.test(each));
      if (set !== undefined) at += [...rest.slice(0, set.end)].length;
    } else {
      const literal = character === '\\' && at + 1 < characters.length ? characters[++at]! : character;
      takers.push((each) => each === literal);
    }
  }
  return new Glob(takers);
}
