import { plainPlaces } from '../syntax/plain-rule.ts';
import type { Span } from '../text.ts';
import type { Places } from './places.ts';

/** Places as numbers of words, which are the same in every plain rule of a shape. */
export class WordPlaces implements Places {
  private readonly first: number;
  private readonly named: number;
  private readonly given: readonly number[];

  /** `first` is the word of the `!` or the option. */
  constructor(first: number, named: number, given: readonly number[]) {
    this.first = first;
    this.named = named;
    this.given = given;
  }

  span(text: string): Span {
    const places = plainPlaces(text);
    return { start: places[2 * this.first]!, end: places[2 * (this.given.at(-1) ?? this.named) + 1]! };
  }

  name(text: string): Span {
    return word(plainPlaces(text), this.named);
  }

  values(text: string): readonly Span[] {
    const places = plainPlaces(text);
    return this.given.map((number) => word(places, number));
  }
}

const word = (places: readonly number[], number: number): Span => ({ start: places[2 * number]!, end: places[2 * number + 1]! });
