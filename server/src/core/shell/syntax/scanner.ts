/** The text is no shell from here on; the parser that meets it gives up the command. */
export class ShellSyntaxError extends Error {
  readonly offset: number;
  readonly expected: string;

  constructor(offset: number, expected: string) {
    super(`${expected} expected`);
    this.offset = offset;
    this.expected = expected;
  }
}

/** Commands or expansions stand deeper inside each other, or more of them are joined, than anybody writes: to walk through them would take more room than there is. */
export class TooDeep extends Error {}

const DEEPEST = 150;

const NAME = /[A-Za-z_][A-Za-z0-9_]*/uy;

/** A place in a text, and the ways to look at what stands there. */
export class Scanner {
  text: string;
  /** Where the text ends for this scanner. */
  end: number;
  position: number;
  /** In how many commands and expansions it is. */
  protected depth = 0;

  constructor(text: string, position = 0, end = text.length) {
    this.text = text;
    this.position = position;
    this.end = end;
  }

  /** The character at the position, empty at the end. */
  get next(): string {
    return this.position < this.end ? this.text[this.position]! : '';
  }

  at(offset: number): string {
    const index = this.position + offset;
    return index < this.end ? this.text[index]! : '';
  }

  startsWith(token: string): boolean {
    return this.position + token.length <= this.end && this.text.startsWith(token, this.position);
  }

  /** Steps over the token if it stands here. */
  take(token: string): boolean {
    if (!this.startsWith(token)) return false;
    this.position += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) this.fail(`\`${token}\``);
  }

  /** Goes into a command or an expansion; whoever comes out of it says so by `depth`. */
  protected enter(): void {
    if (++this.depth > DEEPEST) throw new TooDeep();
  }

  fail(expected: string): never {
    throw new ShellSyntaxError(this.position, expected);
  }

  /** A variable's name, if one begins here. */
  name(): string | undefined {
    NAME.lastIndex = this.position;
    const found = NAME.exec(this.text);
    if (found === null || this.position >= this.end) return undefined;
    this.position += found[0].length;
    return found[0];
  }

  /** Length of a line break that a backslash joins over, at the position; 0 for none. */
  joinLength(): number {
    if (this.next !== '\\') return 0;
    if (this.at(1) === '\n') return 2;
    return this.at(1) === '\r' && this.at(2) === '\n' ? 3 : 0;
  }

  /** Whether a line ends here. A carriage return before the line feed belongs to the line's end. */
  atLineEnd(): boolean {
    return this.position >= this.end || this.next === '\n' || (this.next === '\r' && this.at(1) === '\n');
  }

  /** Steps over blanks, joined lines and a comment. */
  skipBlanks(): void {
    for (;;) {
      const join = this.joinLength();
      if (join > 0) this.position += join;
      else if (this.next === ' ' || this.next === '\t' || (this.next === '\r' && this.at(1) === '\n')) this.position++;
      else break;
    }
    if (this.next === '#') {
      const newline = this.text.indexOf('\n', this.position);
      this.position = newline === -1 || newline > this.end ? this.end : newline;
    }
  }
}
