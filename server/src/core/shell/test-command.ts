import { isArray, scalarOf } from './environment.ts';
import { capturedBy, matchExtended } from './extended-pattern.ts';
import type { Comparison, Condition } from './invocation.ts';
import type { Expander } from './expand.ts';
import type { Source } from './source.ts';
import type { TestExpression, Word } from './syntax/ast.ts';
import { equal, isUnknown, type Field, type Value } from './value.ts';

/** Three-valued: what depends on the machine or on an unknown value can't be told. */
export type Truth = boolean | 'unknown';

/** Whether a file is there for sure. */
export type IsBeside = (path: Value) => boolean;

const NUMERIC: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '-eq': (a, b) => a === b, '-ne': (a, b) => a !== b, '-lt': (a, b) => a < b, '-le': (a, b) => a <= b, '-gt': (a, b) => a > b, '-ge': (a, b) => a >= b,
};
const BINARY = new Set(['=', '==', '!=', '<', '>', '-nt', '-ot', '-ef', ...Object.keys(NUMERIC)]);

const not = (truth: Truth): Truth => (truth === 'unknown' ? truth : !truth);
const and = (a: Truth, b: Truth): Truth => (a === false || b === false ? false : a === 'unknown' || b === 'unknown' ? 'unknown' : true);
const or = (a: Truth, b: Truth): Truth => not(and(not(a), not(b)));
const truthOf = (answer: ReturnType<typeof equal>): Truth => (typeof answer === 'boolean' ? answer : 'unknown');

/** What `[ … ]` says of its arguments; undefined where they are no test, which bash answers with status 2. */
export function test(fields: readonly Field[], isBeside: IsBeside): Truth | undefined {
  const reading = new Arguments(fields.map(({ text, unknown }): Value => unknown ?? text), isBeside);
  if (fields.length === 0) return false;
  const truth = reading.or();
  return truth === undefined || !reading.atEnd ? undefined : truth;
}

/** Which argument of the script a test compares with a text, where it does nothing else; `words`: VALUE OPERATOR VALUE. */
export function demandOf([left, operator, right, ...rest]: readonly Value[]): Condition['argument'] {
  if (rest.length > 0 || typeof operator !== 'string' || !/^(?:==?|!=)$/u.test(operator) || left === undefined || right === undefined) return undefined;
  const [unknown, value] = isUnknown(left) ? [left, right] : [right, left];
  if (!isUnknown(unknown) || isUnknown(value) || unknown.argument === undefined || !/^[\w.:/-]+$/u.test(value)) return undefined;
  return { place: unknown.argument, value };
}

/** What a test compares, where it compares one value that nobody knows with a text. */
export function comparisonOf(values: readonly Value[]): Comparison | undefined {
  const [first, ...rest] = values;
  if (first === '!' && rest.length > 0) return turned(comparisonOf(rest));
  if (values.length === 1) return compared(first!, '', false);
  if (values.length === 2 && (first === '-n' || first === '-z')) return compared(rest[0]!, '', first === '-z');
  const [operator, last] = rest;
  if (values.length !== 3 || typeof operator !== 'string' || !/^(?:==?|!=)$/u.test(operator)) return undefined;
  return isUnknown(first!) ? compared(first, last!, operator !== '!=') : compared(last!, first!, operator !== '!=');
}

const compared = (subject: Value, text: Value, holds: boolean): Comparison | undefined => (isUnknown(subject) && subject.id !== undefined && typeof text === 'string' ? { subject: subject.id, text, holds } : undefined);

/** The comparison behind `!`. */
export const turned = (comparison: Comparison | undefined): Comparison | undefined => comparison && { ...comparison, holds: !comparison.holds };

class Arguments {
  private readonly values: readonly Value[];
  private readonly isBeside: IsBeside;
  private next = 0;

  constructor(values: readonly Value[], isBeside: IsBeside) {
    this.values = values;
    this.isBeside = isBeside;
  }

  get atEnd(): boolean {
    return this.next >= this.values.length;
  }

  or(): Truth | undefined {
    let left = this.and();
    while (left !== undefined && this.take('-o')) {
      const right = this.and();
      left = right === undefined ? undefined : or(left, right);
    }
    return left;
  }

  private and(): Truth | undefined {
    let left = this.term();
    while (left !== undefined && this.take('-a')) {
      const right = this.term();
      left = right === undefined ? undefined : and(left, right);
    }
    return left;
  }

  private take(token: string): boolean {
    if (this.values[this.next] !== token) return false;
    this.next++;
    return true;
  }

  private term(): Truth | undefined {
    const rest = this.values.length - this.next;
    if (rest === 0) return undefined;
    const [first, second, third] = this.values.slice(this.next, this.next + 3);
    if (typeof second === 'string' && BINARY.has(second) && third !== undefined) {
      this.next += 3;
      return compare(second, first!, third);
    }
    if (first === '!' && rest > 1) {
      this.next++;
      const operand = this.term();
      return operand === undefined ? undefined : not(operand);
    }
    if (first === '(' && rest > 2) return this.group();
    if (typeof first === 'string' && /^-[a-zA-Z]$/u.test(first) && second !== undefined && second !== '-a' && second !== '-o') {
      this.next += 2;
      return unary(first, second, this.isBeside);
    }
    this.next++;
    return not(truthOf(equal(first!, '')));
  }

  private group(): Truth | undefined {
    this.next++;
    const inner = this.or();
    return this.take(')') ? inner : undefined;
  }
}

/** Tests that a file passes which a script can read. */
const OF_FILES: ReadonlySet<string> = new Set(['-a', '-e', '-f', '-r']);

function unary(operator: string, operand: Value, isBeside: IsBeside): Truth {
  const empty = truthOf(equal(operand, ''));
  if (operator === '-z' || operator === '-n') return operator === '-z' ? empty : not(empty);
  // All others ask the machine.
  return OF_FILES.has(operator) && isBeside(operand) ? true : 'unknown';
}

function compare(operator: string, left: Value, right: Value): Truth | undefined {
  if (operator === '=' || operator === '==') return truthOf(equal(left, right));
  if (operator === '!=') return not(truthOf(equal(left, right)));
  if (operator === '<' || operator === '>') return comesBefore(...(operator === '<' ? [left, right] as const : [right, left] as const));
  const numeric = NUMERIC[operator];
  if (numeric === undefined) return 'unknown';
  if (isUnknown(left) || isUnknown(right)) return truthOf(equal(left, right, (a, b) => compareNumbers(a, b, numeric) === true));
  return compareNumbers(left, right, numeric);
}

function compareNumbers(left: string, right: string, holds: (a: bigint, b: bigint) => boolean): boolean | undefined {
  const number = /^\s*[-+]?\d+\s*$/u;
  return number.test(left) && number.test(right) ? holds(BigInt(left.trim()), BigInt(right.trim())) : undefined;
}

/** Whether one text comes before the other in the order of the alphabet; of other characters each language has its own. */
function comesBefore(a: Value, b: Value): Truth {
  const isPlain = (value: Value): value is string => !isUnknown(value) && /^[0-9a-z]*$/u.test(value);
  return isPlain(a) && isPlain(b) ? a < b : 'unknown';
}

/** What `[[ … ]]` says. */
export function testExpression(expression: TestExpression, expander: Expander, source: Source): Truth {
  switch (expression.kind) {
    case 'and': return lazily(testExpression(expression.left, expander, source), false, () => testExpression(expression.right, expander, source), and);
    case 'or': return lazily(testExpression(expression.left, expander, source), true, () => testExpression(expression.right, expander, source), or);
    case 'not': return not(testExpression(expression.operand, expander, source));
    case 'unary': return expression.operator === '-v' ? isSet(expression.operand, expander, source) : unary(expression.operator, expander.text(expression.operand, source), (path) => expander.host.isBeside(path));
    case 'binary': return binary(expression, expander, source);
  }
}

/** `-v NAME` */
function isSet(operand: Word, expander: Expander, source: Source): Truth {
  const name = expander.text(operand, source);
  const variable = isUnknown(name) || !/^[A-Za-z_]\w*$/u.test(name) ? undefined : expander.host.environment.get(name);
  // What is not known may be that it is not set.
  return variable === undefined || (variable !== null && !isArray(variable) && isUnknown(variable)) ? 'unknown' : variable !== null && scalarOf(variable) !== undefined;
}

const lazily = (left: Truth, decisive: boolean, right: () => Truth, combine: typeof and): Truth => (left === decisive ? left : combine(left, right()));

function binary({ operator, left, right }: Extract<TestExpression, { kind: 'binary' }>, expander: Expander, source: Source): Truth {
  const value = expander.text(left, source);
  if (operator === '=' || operator === '==' || operator === '!=') {
    const same = truthOf(expander.fits(value, expander.pattern(right, source, true)));
    return operator === '!=' ? not(same) : same;
  }
  if (operator === '=~') {
    // What is quoted there is literal, which the value does not tell any more.
    const isPlain = !expander.host.modes.nocasematch && !/["'\\]/u.test(source.text.slice(right.start, right.end));
    const expression = expander.text(right, source);
    const match = !isPlain || isUnknown(value) || isUnknown(expression) ? undefined : matchExtended(value, expression);
    const captured = match === undefined ? undefined : match === null ? [] : capturedBy(match, expression as string);
    expander.host.environment.set('BASH_REMATCH', captured === undefined ? { origin: expander.origin({ start: left.start, end: right.end }, source) } : { elements: new Map(captured.entries()), associative: false });
    return match === undefined ? 'unknown' : match !== null;
  }
  if (!Object.hasOwn(NUMERIC, operator)) return compare(operator, value, expander.text(right, source)) ?? 'unknown';
  if (isUnknown(value)) return 'unknown';
  const other = expander.text(right, source);
  if (isUnknown(other)) return 'unknown';
  const a = expander.computed(value);
  const b = expander.computed(other);
  return typeof a === 'bigint' && typeof b === 'bigint' ? NUMERIC[operator]!(a, b) : 'unknown';
}
