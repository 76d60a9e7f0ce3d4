import { ArithmeticError, computeArithmetic } from './arithmetic.ts';
import { expandBraces } from './braces.ts';
import { elementsOf, isArray, scalarOf, type Environment } from './environment.ts';
import { BLANKS, FieldBuilder, type Separators } from './fields.ts';
import { ParameterExpansion } from './parameter.ts';
import { escapePattern, isQuick, matchesPattern } from './pattern.ts';
import { spanIn, type Source } from './source.ts';
import type { Command, Part, SubstitutionPart, Word } from './syntax/ast.ts';
import type { Modes } from './state.ts';
import { equal, isUnknown, joinedOf, oneOf, type Field, type Piece, type Unknown, type Value } from './value.ts';

/** What expansion needs of the evaluation that it is part of. */
export interface ExpansionHost {
  readonly environment: Environment;
  /** The functions that are being run, the innermost last. */
  readonly frames: readonly { readonly name: string }[];
  /** `$?` */
  readonly status: Value;
  readonly modes: Pick<Modes, 'nounset' | 'noglob' | 'extglob' | 'nocasematch'>;
  readonly isBash: boolean;
  /** `$0` */
  readonly scriptName: Value;
  /** `$PWD` where no `cd` has set it. */
  readonly calledIn: Unknown;
  /** Whether a file is there for sure. */
  isBeside(path: Value): boolean;
  /** Ends the shell because of a parameter that is not set, or empty where that is as bad. */
  endFor(name: string): void;
  /** What a command prints, without the line ends behind it. */
  capture(body: Command, source: Source, origin: string): Value;
  /** Does something where nobody knows whether it happens, for the reason that `origin` names. */
  perhaps(origin: string, run: () => void): void;
  /** The name of a file that holds what a command prints. */
  provide(body: Command, source: Source, origin: string): Unknown;
}

/** In arithmetic that sets no variable there is none of these. */
const SETS = /=|\+\+|--/u;
/** Longest origin that is shown whole. */
const LONGEST_ORIGIN = 60;

/** A value that is longer is no firewall's. */
const LONGEST_TEXT = 1 << 20;

/** Thrown out of arithmetic that meets something unknown. Made once: an error notes where it was made, which takes longer than the arithmetic. */
const UNKNOWN_OPERAND = new Error('an operand is not known');

/** Expands words the way bash does, with unknown values where the script does not tell. */
export class Expander {
  readonly host: ExpansionHost;
  /** The operand that arithmetic was stopped by. */
  private operand: Unknown | undefined;
  private readonly parameters: ParameterExpansion;

  constructor(host: ExpansionHost) {
    this.host = host;
    this.parameters = new ParameterExpansion(this);
  }

  /** The arguments that a word becomes. */
  fields(word: Word, source: Source): Field[] {
    const span = spanIn(source, word);
    if (word.literal !== undefined) return [{ text: word.literal, start: span.start, end: span.end }];
    const words = expandBraces(word);
    const raw = this.raw(word, source);
    if (words === undefined) return [{ text: raw, ...span, unknown: { origin: this.origin(word, source) } }];
    if (words.length === 1) return this.split(words[0]!, source, raw);
    return words.flatMap((each) => this.split(each, source, raw));
  }

  private split(word: Word, source: Source, raw: string): Field[] {
    const builder = new FieldBuilder(spanIn(source, word), raw, this.separators(), !this.host.modes.noglob);
    word.parts.forEach((part, index) => {
      this.addPart(builder, part, source, index === 0);
    });
    return builder.finish();
  }

  private addPart(builder: FieldBuilder, part: Part, source: Source, first: boolean): void {
    if (part.kind === 'text') {
      if (part.quoted) builder.quoted(part.text);
      else if (first && part.text.startsWith('~')) builder.quoted({ origin: part.text });
      else builder.plain(part.text);
      return;
    }
    const expanded = part.kind === 'parameter' ? this.parameters.expand(part, source) : this.part(part, source);
    if (typeof expanded === 'object' && 'replacement' in expanded) this.addReplacement(builder, expanded.replacement, part.quoted, source);
    else if (typeof expanded === 'object' && 'elements' in expanded) builder.elements(expanded.elements, part.quoted);
    else if (part.quoted) builder.quoted(expanded);
    else builder.split(expanded);
  }

  /** The word of `${NAME:-WORD}`: what it does not quote is split. */
  private addReplacement(builder: FieldBuilder, { parts }: Word, quoted: boolean, source: Source): void {
    if (quoted && parts.length === 0) builder.quoted('');
    for (const part of parts) {
      if (part.kind !== 'text') this.addPart(builder, quoted ? { ...part, quoted } : part, source, false);
      else if (part.quoted || quoted) builder.quoted(part.text);
      else builder.split(part.text);
    }
  }

  /** The characters that are in `IFS` for sure, and those of which nobody knows; of an unknown one those that it has at the start. */
  separators(): Separators {
    const value = scalarOf(this.host.environment.get('IFS'));
    if (typeof value === 'string') return { sure: value, doubtful: '' };
    const [first = '', ...others] = value?.candidates ?? [BLANKS];
    const sure = [...first].filter((each) => others.every((other) => other.includes(each))).join('');
    return { sure, doubtful: [first, ...others].join('').replaceAll(/./gsu, (each) => (sure.includes(each) ? '' : each)) };
  }

  /** The value of a word where it is not split: an assignment, the word of `case`, a file. */
  text(word: Word, source: Source): Value {
    if (word.literal !== undefined) return word.literal;
    return this.joined(word, source, (text) => text);
  }

  /** The word as a pattern: what stands in quotes is escaped, and so are groups where there are none. */
  pattern(word: Word, source: Source, hasGroups = this.host.modes.extglob): Value {
    const pattern = this.joined(word, source, (text, quoted) => (quoted ? escapePattern(text) : hasGroups ? text : text.replaceAll('(', '\\(')));
    return isUnknown(pattern) || isQuick(pattern) ? pattern : { origin: this.origin(word, source) };
  }

  /** Whether the value is what the pattern describes, as `case` and `[[ … ]]` ask it. */
  fits(value: Value, pattern: Value): boolean | Unknown {
    const as = this.host.modes.nocasematch ? (text: string): string => text.toLowerCase() : (text: string): string => text;
    return equal(value, pattern, (text, wanted) => matchesPattern(as(text), as(wanted)));
  }

  private joined(word: Word, source: Source, write: (text: string, quoted: boolean) => string): Value {
    let length = 0;
    const values: Value[] = [];
    for (const part of word.parts) {
      const value = this.part(part, source);
      values.push(isUnknown(value) ? value : write(value, part.quoted));
      length += isUnknown(value) ? 0 : value.length;
      if (length > LONGEST_TEXT) return { origin: this.origin(word, source) };
    }
    return joinedOf(values);
  }

  /** The text of a here-document in pieces, each with where it stands. */
  pieces(word: Word, source: Source): Piece[] {
    return word.parts.map((part): Piece => {
      const { start, end } = spanIn(source, part);
      const value = this.part(part, source);
      return isUnknown(value) ? { text: source.text.slice(part.start, part.end), start, end, unknown: value } : { text: value, start, end };
    });
  }

  /** The value of one part where it is not split. */
  part(part: Part, source: Source): Value {
    switch (part.kind) {
      case 'text': return part.text;
      case 'alias': return part.value;
      case 'parameter': return this.parameters.single(part, source);
      case 'arithmetic': {
        const value = this.arithmetic(part.expression, source);
        return typeof value === 'bigint' ? String(value) : value;
      }
      case 'substitution': return this.substitution(part, source);
    }
  }

  private substitution(part: SubstitutionPart, source: Source): Value {
    const origin = this.origin(part, source);
    if (!part.file) return this.host.capture(part.body, source, origin);
    return source.text[part.start] === '<' ? this.host.provide(part.body, source, origin) : { origin };
  }

  /** The value of an arithmetic expression. */
  arithmetic(expression: Word, source: Source): bigint | Unknown {
    const text = this.text(expression, source);
    if (!isUnknown(text)) return this.computed(text);
    const { origin, candidates } = text;
    if (candidates === undefined || candidates.some((each) => SETS.test(each))) return { origin };
    const value = oneOf(candidates.map((each) => {
      const number = this.computed(each);
      return typeof number === 'bigint' ? String(number) : number;
    }), origin);
    return isUnknown(value) ? value : BigInt(value);
  }

  /** The value of an arithmetic expression that is already text. */
  computed(text: string): bigint | Unknown {
    const { environment } = this.host;
    try {
      return computeArithmetic(text, {
        get: (name, index) => this.number(name, index),
        set: (name, index, value) => {
          if (index === undefined) environment.set(name, String(value));
          else this.setElement(name, Number(index), String(value));
        },
      });
    } catch (error) {
      if (error === UNKNOWN_OPERAND) return { origin: this.operand!.origin };
      if (error instanceof ArithmeticError) return { origin: `$((${text.trim()}))` };
      throw error;
    }
  }

  private number(name: string, index: bigint | undefined): string {
    const { host } = this;
    const variable = host.environment.get(name);
    const value = index !== undefined && isArray(variable) ? variable.elements.get(Number(index)) ?? '' : scalarOf(variable);
    if (value === undefined && variable !== undefined && host.modes.nounset && host.isBash) host.endFor(name);
    if (value !== undefined && isUnknown(value)) this.operand = value;
    else if (value === undefined && variable === undefined) this.operand = { origin: `$${name}` };
    else return value ?? '';
    throw UNKNOWN_OPERAND;
  }

  /** Sets one element of an array, which the variable becomes if it was none. */
  setElement(name: string, key: number | string, value: Value): void {
    const { environment } = this.host;
    const before = environment.get(name) ?? null;
    const elements = elementsOf(before);
    if (elements === undefined) return;
    elements.set(key, value);
    environment.set(name, { elements, associative: isArray(before) && before.associative });
  }

  /** How messages name what a word or part of the script comes from. */
  origin(node: { readonly start: number; readonly end: number }, source: Source): string {
    const text = source.text.slice(node.start, node.end).replace(/\s+/gu, ' ').trim();
    return text.length <= LONGEST_ORIGIN ? text : `${text.slice(0, LONGEST_ORIGIN - 1)}…`;
  }

  private raw(word: Word, source: Source): string {
    return source.text.slice(word.start, word.end);
  }
}
