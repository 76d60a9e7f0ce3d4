import type { TestExpression, Word } from './ast.ts';
import { WordParser, makeWord } from './word-parser.ts';

const UNARY = /-[a-zA-Z](?=\s)/uy;
const BINARY = /(?:==|=~|!=|=|<|>|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef)(?=\s))/uy;

/** Reads what stands between `[[` and `]]`. */
export abstract class TestParser extends WordParser {
  /** The expression; `]]` is stepped over. */
  protected testExpression(): TestExpression {
    const expression = this.testOr();
    this.skipTestBlanks();
    this.expect(']]');
    return expression;
  }

  private skipTestBlanks(): void {
    for (;;) {
      this.skipBlanks();
      if (this.next !== '\n') return;
      this.position++;
    }
  }

  private testOr(): TestExpression {
    const left = this.testAnd();
    this.skipTestBlanks();
    if (!this.take('||')) return left;
    this.enter();
    const right = this.testOr();
    this.depth--;
    return { kind: 'or', left, right };
  }

  private testAnd(): TestExpression {
    const left = this.testTerm();
    this.skipTestBlanks();
    if (!this.take('&&')) return left;
    this.enter();
    const right = this.testAnd();
    this.depth--;
    return { kind: 'and', left, right };
  }

  private testTerm(): TestExpression {
    this.skipTestBlanks();
    this.enter();
    const term = this.termHere();
    this.depth--;
    return term;
  }

  private termHere(): TestExpression {
    if (this.next === '!' && /\s/u.test(this.at(1))) {
      this.position++;
      return { kind: 'not', operand: this.testTerm() };
    }
    if (this.take('(')) {
      const inner = this.testOr();
      this.skipTestBlanks();
      this.expect(')');
      return inner;
    }
    return this.testPrimary();
  }

  private testPrimary(): TestExpression {
    UNARY.lastIndex = this.position;
    const unary = UNARY.exec(this.text)?.[0];
    const start = this.position;
    if (unary !== undefined) {
      this.position += unary.length;
      this.skipTestBlanks();
      const operand = this.startsWith(']]') ? undefined : this.word();
      if (operand !== undefined) return { kind: 'unary', operator: unary, operand };
      this.position = start;
    }
    const left = this.word() ?? this.fail('a word');
    this.skipTestBlanks();
    BINARY.lastIndex = this.position;
    const operator = BINARY.exec(this.text)?.[0];
    if (operator === undefined) return { kind: 'unary', operator: '-n', operand: left };
    this.position += operator.length;
    this.skipTestBlanks();
    const right = operator === '=~' ? this.expressionWord() : this.pattern() ?? this.fail('a word');
    return { kind: 'binary', operator, left, right };
  }

  /** A regular expression, in which parentheses and bars are ordinary. */
  private expressionWord(): Word {
    const start = this.position;
    let depth = 0;
    const parts = this.parts({
      quoted: false,
      ends: () => {
        if (this.next === '(') depth++;
        else if (this.next === ')') depth--;
        return this.next === '' || (depth <= 0 && /\s/u.test(this.next));
      },
    });
    return makeWord(parts, start, this.position);
  }
}
