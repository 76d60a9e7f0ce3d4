/** Two words of 32 bits, which are added up each for itself. */
export interface Sum {
  high: number;
  low: number;
}

const FLOAT = new Float64Array(1);
const WORDS = new Uint32Array(FLOAT.buffer);

/** Kinds of values, which no two kinds of text share. */
const KIND = { whole: 1, number: 2, text: 3, other: 4, list: 5, map: 6, record: 7, end: 8 } as const;

/** Boils plain data down to 64 bits; what differs anywhere has another sum but for one chance in 2^64. Properties that are undefined count as absent. */
export class Digest {
  private high = 0x2c1b3c6d;
  private low = 0x297a2d39;

  get sum(): Sum {
    return { high: finished(this.high ^ Math.imul(this.low, 0x85ebca6b)), low: finished(this.low ^ Math.imul(this.high, 0xc2b2ae35)) };
  }

  add(value: unknown): this {
    if (typeof value === 'number') this.number(value);
    else if (typeof value === 'string') this.text(KIND.text, value);
    else if (typeof value !== 'object' || value === null) this.text(KIND.other, String(value));
    else if (Array.isArray(value)) this.list(KIND.list, value);
    else if (value instanceof Map || value instanceof Set) this.list(KIND.map, [...value.entries()].flat());
    else this.record(value as Readonly<Record<string, unknown>>);
    return this;
  }

  private number(value: number): void {
    if ((value | 0) === value) {
      this.word(KIND.whole);
      this.word(value);
      return;
    }
    FLOAT[0] = value;
    this.word(KIND.number);
    this.word(WORDS[0]!);
    this.word(WORDS[1]!);
  }

  private text(kind: number, text: string): void {
    this.word(kind);
    this.word(text.length);
    for (let index = 0; index < text.length; index++) this.word(text.charCodeAt(index));
  }

  private list(kind: number, values: readonly unknown[]): void {
    this.word(kind);
    this.word(values.length);
    for (const value of values) this.add(value);
  }

  private record(record: Readonly<Record<string, unknown>>): void {
    this.word(KIND.record);
    for (const key in record) {
      const value = record[key];
      if (value === undefined) continue;
      this.text(KIND.text, key);
      this.add(value);
    }
    this.word(KIND.end);
  }

  private word(word: number): void {
    this.high = Math.imul(this.high ^ word, 0x9e3779b1);
    this.high ^= this.high >>> 15;
    this.low = Math.imul(this.low ^ word, 0x85ebca77);
    this.low ^= this.low >>> 13;
  }
}

function finished(word: number): number {
  const mixed = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  return Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b) | 0;
}
