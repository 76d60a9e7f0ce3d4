import { fail, ok, type Parsed, type ValueType } from './value.ts';

/** A test has room for this many numbers in its location and as many values; a rule for as many tests. */
const MOST = 10;

const OPERATORS = ['&', '<<', '>>', '@'] as const;

/** One step on from the four bytes at the start: mask or shift what was read, or read elsewhere. */
export interface U32Step {
  readonly operator: (typeof OPERATORS)[number];
  readonly number: number;
}

/** Which four bytes are read, what is done with them, and between which numbers the result has to lie. */
export interface U32Test {
  readonly start: number;
  readonly steps: readonly U32Step[];
  readonly values: readonly { readonly from: number; readonly to: number }[];
}

/** Carries the first thing that is wrong out of the reader; never leaves this module. */
class Wrong extends Error {}

/** Reads tests from left to right; blanks may stand between all parts. */
class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  tests(): U32Test[] {
    const tests: U32Test[] = [];
    do {
      if (tests.length === MOST) throw new Wrong(`it has more than ${MOST} tests.`);
      tests.push(this.test());
    } while (this.take('&&'));
    if (!this.atEnd()) throw new Wrong(`${this.here()} stands where \`,\`, \`&&\` or the end is expected.`);
    return tests;
  }

  private test(): U32Test {
    const start = this.number();
    const steps: U32Step[] = [];
    for (let operator = this.operator(); operator !== undefined; operator = this.operator()) {
      if (steps.length === MOST - 1) throw new Wrong(`a location has more than ${MOST} numbers.`);
      const number = this.number();
      if (operator.length === 2 && number > 31) throw new Wrong(`a shift goes up to 31 bits, not ${number}.`);
      steps.push({ operator, number });
    }
    if (!this.take('=')) throw new Wrong(this.atEnd() ? 'a test ends with `=` and a value.' : `${this.here()} stands where an operator (\`&\`, \`<<\`, \`>>\`, \`@\`) or \`=\` is expected.`);
    const values = [this.value()];
    while (this.take(',')) {
      if (values.length === MOST) throw new Wrong(`a test has more than ${MOST} values.`);
      values.push(this.value());
    }
    return { start, steps, values };
  }

  private value(): U32Test['values'][number] {
    const from = this.number();
    return { from, to: this.take(':') ? this.number() : from };
  }

  private operator(): U32Step['operator'] | undefined {
    return OPERATORS.find((operator) => this.take(operator));
  }

  private number(): number {
    this.skip();
    const found = /^\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/u.exec(this.text.slice(this.at));
    if (found === null) throw new Wrong(this.atEnd() ? 'a number is missing at the end.' : `${this.here()} stands where a number is expected.`);
    this.at += found[0].length;
    const digits = found[1]!;
    const number = Number(/^0[0-7]/u.test(digits) ? `0o${digits.slice(1)}` : digits);
    if (number > 0xffffffff) throw new Wrong(`${digits} is above 0xffffffff.`);
    return number;
  }

  private take(word: string): boolean {
    this.skip();
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  private skip(): void {
    while (/\s/u.test(this.text[this.at] ?? '')) this.at++;
  }

  private atEnd(): boolean {
    this.skip();
    return this.at >= this.text.length;
  }

  private here(): string {
    return `\`${this.text.slice(this.at, this.at + 8)}\` at character ${this.at + 1}`;
  }
}

function read(text: string): Parsed<readonly U32Test[]> {
  try {
    const tests = new Reader(text).tests();
    const reversed = tests.flatMap(({ values }) => values).find(({ from, to }) => from > to);
    return ok(tests, reversed === undefined ? undefined : `The range ${hex(reversed.from)}:${hex(reversed.to)} is reversed: no value lies in it.`);
  } catch (error) {
    if (error instanceof Wrong) return fail(`\`${text}\`: ${error.message} A test looks like \`6 & 0xFF = 1\`; several are joined by \`&&\`.`);
    throw error;
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function printTest({ start, steps, values }: U32Test): string {
  const location = hex(start) + steps.map(({ operator, number }) => operator + hex(number)).join('');
  return `${location}=${values.map(({ from, to }) => (from === to ? hex(from) : `${hex(from)}:${hex(to)}`)).join(',')}`;
}

/** `LOCATION=VALUE[&&…]` of u32. */
export const u32Tests: ValueType<readonly U32Test[]> = {
  placeholder: 'LOCATION=VALUE[&&…]',
  parse: read,
  print: (tests) => `"${tests.map(printTest).join('&&')}"`,
  complete: () => [
    { text: '"6 & 0xFF = 1"', detail: 'the IPv4 protocol is ICMP' }, { text: '"4 & 0x3FFF = 0"', detail: 'not a fragment' },
    { text: '"0 >> 22 & 0x3C @ 0 >> 24 = 8"', detail: 'the first byte behind the IPv4 header is 8' },
  ],
  hover: (tests) => tests.map(describe).join('\n'),
};

function describe({ start, steps, values }: U32Test): string {
  const words = steps.map(({ operator, number }) => (operator === '@' ? `as an offset; from there, bytes ${number}–${number + 3}` : `${operator} ${hex(number)}`));
  return `- bytes ${start}–${start + 3} ${words.join(' ')} = ${values.map(({ from, to }) => (from === to ? hex(from) : `${hex(from)}…${hex(to)}`)).join(' or ')}`;
}
