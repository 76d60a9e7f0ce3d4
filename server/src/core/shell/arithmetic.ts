/** What an arithmetic expression reads and writes. */
export interface ArithmeticVariables {
  /** The text of a variable; the callee throws where it is not known. */
  get(name: string, index: bigint | undefined): string;
  set(name: string, index: bigint | undefined, value: bigint): void;
}

/** The expression can't be computed: bash would refuse it, too. */
export class ArithmeticError extends Error {}

const TOKEN = /\s*(?:((?:\d+#[0-9A-Za-z@_]+)|0[xX][0-9A-Fa-f]+|\d+)|([A-Za-z_]\w*)|(<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:,()[\]]))/uy;
const LEVELS: readonly (readonly string[])[] = [['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<', '>', '<=', '>='], ['<<', '>>'], ['+', '-'], ['*', '/', '%']];
/** Variables that stand for each other would go on for ever. */
const DEEPEST = 20;

/** Each may stand inside of the one before. */
const MOST_TOKENS = 250;

/** Computes a shell's arithmetic expression in 64 bits. */
export function computeArithmetic(expression: string, variables: ArithmeticVariables, depth = 0): bigint {
  if (depth > DEEPEST) throw new ArithmeticError('too deep');
  if (expression.trim() === '') return 0n;
  return new Computation(expression, variables, depth).whole();
}

interface Place {
  readonly name: string;
  readonly index: bigint | undefined;
}

class Computation {
  private readonly tokens: string[] = [];
  private readonly variables: ArithmeticVariables;
  private readonly depth: number;
  private next = 0;
  /** Inside the part of `&&`, `||`, `?:` that is not computed. */
  private idle = 0;

  constructor(expression: string, variables: ArithmeticVariables, depth: number) {
    this.variables = variables;
    this.depth = depth;
    const text = expression.trimEnd();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const found = TOKEN.exec(text);
      if (found === null) throw new ArithmeticError(`\`${expression}\` is no arithmetic expression`);
      this.tokens.push(found[1] ?? found[2] ?? found[3]!);
    }
    if (this.tokens.length > MOST_TOKENS) throw new ArithmeticError('too long');
  }

  whole(): bigint {
    const value = this.comma();
    if (this.next < this.tokens.length) throw new ArithmeticError('an operator is expected');
    return value;
  }

  private take(...tokens: readonly string[]): string | undefined {
    const token = this.tokens[this.next];
    if (token === undefined || !tokens.includes(token)) return undefined;
    this.next++;
    return token;
  }

  private expect(token: string): void {
    if (this.take(token) === undefined) throw new ArithmeticError(`\`${token}\` is expected`);
  }

  private comma(): bigint {
    let value = this.assignment();
    while (this.take(',') !== undefined) value = this.assignment();
    return value;
  }

  private assignment(): bigint {
    const start = this.next;
    const place = this.place();
    if (place !== undefined) {
      const operator = this.take('=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '^=', '|=');
      if (operator !== undefined) {
        const right = this.assignment();
        const value = operator === '=' ? right : this.binary(operator.slice(0, -1), this.read(place), right);
        return this.write(place, value);
      }
    }
    this.next = start;
    return this.conditional();
  }

  private conditional(): bigint {
    const condition = this.level(0);
    if (this.take('?') === undefined) return condition;
    const yes = this.quietly(condition === 0n, () => this.comma());
    this.expect(':');
    const no = this.quietly(condition !== 0n, () => this.assignment());
    return condition === 0n ? no : yes;
  }

  private quietly(idle: boolean, compute: () => bigint): bigint {
    if (idle) this.idle++;
    const value = compute();
    if (idle) this.idle--;
    return value;
  }

  private level(index: number): bigint {
    const operators = LEVELS[index];
    if (operators === undefined) return this.power();
    let left = this.level(index + 1);
    for (let operator = this.take(...operators); operator !== undefined; operator = this.take(...operators)) {
      const decided = (operator === '&&' && left === 0n) || (operator === '||' && left !== 0n);
      const right = this.quietly(decided, () => this.level(index + 1));
      left = this.binary(operator, left, right);
    }
    return left;
  }

  private power(): bigint {
    const base = this.unary();
    if (this.take('**') === undefined) return base;
    const exponent = this.power();
    if (exponent < 0n || exponent > 1000n) throw new ArithmeticError('the exponent is out of range');
    return BigInt.asIntN(64, base ** exponent);
  }

  private unary(): bigint {
    const step = this.take('++', '--');
    if (step !== undefined) {
      const place = this.place();
      if (place !== undefined) return this.write(place, this.read(place) + (step === '++' ? 1n : -1n));
      const value = this.unary();
      return value;
    }
    const operator = this.take('!', '~', '-', '+');
    if (operator === undefined) return this.postfix();
    const operand = this.unary();
    return operator === '!' ? truth(operand === 0n) : operator === '~' ? ~operand : operator === '-' ? BigInt.asIntN(64, -operand) : operand;
  }

  private postfix(): bigint {
    const place = this.place();
    if (place === undefined) return this.primary();
    const value = this.read(place);
    const step = this.take('++', '--');
    if (step !== undefined) this.write(place, value + (step === '++' ? 1n : -1n));
    return value;
  }

  private place(): Place | undefined {
    const name = this.tokens[this.next];
    if (name === undefined || !/^[A-Za-z_]/u.test(name)) return undefined;
    this.next++;
    let index: bigint | undefined;
    if (this.take('[') !== undefined) {
      index = this.comma();
      this.expect(']');
    }
    return { name, index };
  }

  private primary(): bigint {
    if (this.take('(') !== undefined) {
      const value = this.comma();
      this.expect(')');
      return value;
    }
    const token = this.tokens[this.next++];
    if (token === undefined || !/^\d/u.test(token)) throw new ArithmeticError('a number is expected');
    return numberOf(token);
  }

  private read({ name, index }: Place): bigint {
    if (this.idle > 0) return 0n;
    return computeArithmetic(this.variables.get(name, index), this.variables, this.depth + 1);
  }

  private write({ name, index }: Place, value: bigint): bigint {
    const wrapped = BigInt.asIntN(64, value);
    if (this.idle === 0) this.variables.set(name, index, wrapped);
    return wrapped;
  }

  private binary(operator: string, a: bigint, b: bigint): bigint {
    if (this.idle > 0) return 0n;
    switch (operator) {
      case '||': return truth(a !== 0n || b !== 0n);
      case '&&': return truth(a !== 0n && b !== 0n);
      case '|': return a | b;
      case '^': return a ^ b;
      case '&': return a & b;
      case '==': return truth(a === b);
      case '!=': return truth(a !== b);
      case '<': return truth(a < b);
      case '>': return truth(a > b);
      case '<=': return truth(a <= b);
      case '>=': return truth(a >= b);
      case '<<': return BigInt.asIntN(64, a << (b & 63n));
      case '>>': return a >> (b & 63n);
      default: return BigInt.asIntN(64, calculated(operator, a, b));
    }
  }
}

function calculated(operator: string, a: bigint, b: bigint): bigint {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (operator === '*') return a * b;
  if (b === 0n) throw new ArithmeticError('division by zero');
  return operator === '/' ? a / b : a % b;
}

const truth = (value: boolean): bigint => (value ? 1n : 0n);

function numberOf(token: string): bigint {
  const based = /^(\d+)#(.+)$/u.exec(token);
  if (based !== null) return inBase(Number(based[1]), based[2]!);
  if (/^0[xX]/u.test(token)) return BigInt.asIntN(64, BigInt(token));
  if (/^0\d/u.test(token)) return inBase(8, token.slice(1));
  return BigInt.asIntN(64, BigInt(token));
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_';

function inBase(base: number, digits: string): bigint {
  if (base < 2 || base > 64) throw new ArithmeticError(`\`${base}\` is no base`);
  let value = 0n;
  for (const digit of base <= 36 ? digits.toLowerCase() : digits) {
    const worth = DIGITS.indexOf(digit);
    if (worth === -1 || worth >= base) throw new ArithmeticError(`\`${digit}\` is no digit in base ${base}`);
    value = value * BigInt(base) + BigInt(worth);
  }
  return BigInt.asIntN(64, value);
}
