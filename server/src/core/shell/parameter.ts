import { idOf, isArray, isOpen, scalarOf, type Variable } from './environment.ts';
import type { Expander } from './expand.ts';
import { globOf } from './glob.ts';
import { inBashOrder } from './key-order.ts';
import { matchesPattern, patternSource } from './pattern.ts';
import { namesProgram } from './program.ts';
import type { Source } from './source.ts';
import { EvaluationLimit } from './limit.ts';
import type { ParameterPart, Word } from './syntax/ast.ts';
import { isUnknown, oneOf, partOf, type ArrayValue, type Field, type Unknown, type Value } from './value.ts';

/** Several values: `$@`, or an array's. */
export interface Several {
  readonly elements: readonly (Value | Field)[];
  /** Whether quotes join them to one: `*`. */
  readonly joins: boolean;
}

/** A word that stands in the parameter's place, with quotes of its own. */
export interface Replacement {
  readonly replacement: Word;
}

/** The script has unset it, or never had it. */
const UNSET = Symbol('unset');
/** The script never sets it: whoever calls it may. */
const ABSENT = Symbol('absent');

type Found = Value | Several | typeof UNSET | typeof ABSENT;

/** Variables that every shell has from the start, with what only the machine knows. */
const INHERITED = new Set([
  'HOME', 'PATH', 'PWD', 'OLDPWD', 'USER', 'LOGNAME', 'SHELL', 'HOSTNAME', 'UID', 'EUID', 'PPID', 'RANDOM', 'SECONDS', 'LINENO', 'BASH', 'BASH_SOURCE',
  'BASH_VERSION', 'BASH_VERSINFO', 'OSTYPE', 'HOSTTYPE', 'MACHTYPE', 'TERM', 'LANG', 'SHLVL', 'FUNCNAME',
]);
/** Names by which scripts keep the program: `$IPT`, `$ip6tables`, `$IPTABLES_V4`, `$IPTABLES_CMD`. */
const PROGRAM = /^_?ip(6?)t(?:ables)?(?:_?v?([46]))?(_restore)?(?:_(?:cmd|bin|path))?$/iu;

const NUMBER = /^\d+$/u;
/** Parameters that the shell sets itself, to what only the machine knows. */
const OF_SHELL = /^[$!-]$/u;

/** Expands `$NAME` and `${NAME…}`. */
export class ParameterExpansion {
  private readonly expander: Expander;

  constructor(expander: Expander) {
    this.expander = expander;
  }

  /** The value or values of a parameter where a list of words is asked for. */
  expand(part: ParameterPart, source: Source): Value | { readonly elements: readonly (Value | Field)[] } | Replacement {
    const found = this.operated(part, source);
    if (typeof found === 'object' && 'replacement' in found) return found;
    if (found === ABSENT) return this.absent(part.name);
    if (found === UNSET) return '';
    if (typeof found === 'string' || !('elements' in found)) return found;
    return found.joins && part.quoted ? this.join(found) : found;
  }

  /** The value of a parameter where there can be only one. */
  single(part: ParameterPart, source: Source): Value {
    const value = this.expand(part, source);
    if (typeof value === 'object' && 'replacement' in value) return this.expander.text(value.replacement, source);
    return typeof value === 'object' && 'elements' in value ? this.join({ elements: value.elements, joins: part.name === '*' }) : value;
  }

  private join({ elements, joins }: Several): Value {
    const values = elements.map(valueOf);
    const { sure: separators, doubtful } = this.expander.separators();
    if (joins && values.length > 1 && doubtful !== '') return { origin: '$IFS' };
    const unknown = values.find(isUnknown);
    return unknown === undefined ? values.join(joins ? separators.slice(0, 1) : ' ') : values.length === 1 ? unknown : partOf(unknown);
  }

  private operated(part: ParameterPart, source: Source): Found | Replacement {
    const { operator } = part;
    // The caller's variables are among those whose names begin so.
    if (part.prefix === '!' && operator === '@' && part.argument!.literal === '') return { origin: `\${!${part.name}*}` };
    const found = this.prefixed(part, source);
    if (operator !== undefined && /^:?[-=+?]$/u.test(operator)) return this.conditional(part, found, source);
    if (found === UNSET) this.meetUnset(part);
    if (operator === undefined) return found;
    if (found === ABSENT) return this.absent(part.name);
    if (operator === ':') return this.substring(part, found, source);
    if (found === UNSET) return '';
    if (typeof found === 'object' && 'elements' in found) return { ...found, elements: found.elements.map((each) => this.changed(part, valueOf(each), source)) };
    return this.changed(part, found, source);
  }

  private prefixed(part: ParameterPart, source: Source): Found {
    const { prefix, name } = part;
    if (prefix === undefined) return this.lookUp(part, source);
    if (prefix === '#') return this.length(part, source);
    if (part.index?.literal === '@' || part.index?.parts.some((each) => each.kind === 'text' && each.text === '@')) return this.keys(name);
    // Of a name that stands for another one, the other.
    const reference = this.expander.host.environment.references.get(name);
    if (reference !== undefined) return reference;
    const target = this.lookUp(part, source);
    if (typeof target !== 'string') return typeof target === 'object' && !('elements' in target) ? partOf(target) : absent(name);
    return /^\w+$/u.test(target) ? this.lookUp({ ...part, name: target, index: undefined } as unknown as ParameterPart, source) : absent(name);
  }

  /** A shell under `set -u` ends where it is to expand what is not set. */
  private meetUnset({ name }: ParameterPart): void {
    const { host } = this.expander;
    if (host.modes.nounset) host.endFor(name);
  }

  private length(part: ParameterPart, source: Source): Found {
    const found = this.lookUp(part, source);
    if (found === ABSENT) return absent(part.name);
    if (found === UNSET) {
      this.meetUnset(part);
      return '0';
    }
    if (typeof found === 'object' && 'elements' in found) return String(found.elements.length);
    return mapped(found, (text) => String([...text].length));
  }

  private keys(name: string): Found {
    const variable = this.expander.host.environment.get(name);
    if (variable === undefined) return absent(name);
    if (variable !== null && !isArray(variable) && isUnknown(variable)) return { origin: variable.origin };
    const keys = isArray(variable) ? [...ordered(variable).keys()].map(String) : variable === null ? [] : ['0'];
    return { elements: keys, joins: false };
  }

  private lookUp(part: ParameterPart, source: Source): Found {
    const { name } = part;
    const { host } = this.expander;
    if (name === '@' || name === '*') return this.allPositional(name);
    if (name === '#') {
      const { positional } = host.environment;
      return isOpen(positional) ? { origin: '$#' } : String(positional.length);
    }
    if (name === '?') return host.status;
    if (NUMBER.test(name)) return this.positional(Number(name));
    if (name === 'FUNCNAME') host.environment.spoilRecordings();
    if (name === 'FUNCNAME') return this.variable(functionNames(host.frames), part, source);
    // What a script itself says comes from the file that it is called by.
    if (name === 'BASH_SOURCE' && host.isBash) return source.broughtBy === undefined && (part.index === undefined || part.index.literal === '0') ? host.scriptName : absent(name);
    if (OF_SHELL.test(name)) return { origin: `$${name}` };
    return this.variable(host.environment.get(name), part, source);
  }

  private allPositional(name: string): Found {
    const { positional } = this.expander.host.environment;
    if (!isOpen(positional)) return { elements: positional, joins: name === '*' };
    return positional.words === undefined ? positional : { elements: positional.words, joins: name === '*' };
  }

  private positional(number: number): Found {
    if (number === 0) return this.expander.host.scriptName;
    const { positional } = this.expander.host.environment;
    const words = isOpen(positional) ? positional.words?.slice(0, positional.known) ?? [] : positional;
    const word = words[number - 1];
    return word === undefined ? isOpen(positional) ? ABSENT : UNSET : valueOf(word);
  }

  /** The value of a parameter that the script never sets. */
  private absent(name: string): Unknown {
    if (name === 'PWD') return this.expander.host.calledIn;
    const { positional, era } = this.expander.host.environment;
    const shifted = /^[1-9]\d*$/u.test(name) && isOpen(positional) ? positional.shifted : undefined;
    if (shifted !== undefined) return { ...absent(name), argument: shifted + Number(name), id: idOf(String(shifted + Number(name)), '') };
    return era === undefined || INHERITED.has(name) || !/^[A-Za-z_]\w*$/u.test(name) ? absent(name) : { ...absent(name), id: idOf(name, era) };
  }

  private variable(variable: Variable | undefined, part: ParameterPart, source: Source): Found {
    if (variable === undefined) return ABSENT;
    const index = part.index === undefined ? undefined : this.expander.text(part.index, source);
    if (index === '@' || index === '*') {
      if (isArray(variable)) return { elements: [...ordered(variable).values()], joins: index === '*' };
      return variable === null ? { elements: [], joins: index === '*' } : variable;
    }
    if (index === undefined) return scalarOf(variable) ?? UNSET;
    if (isUnknown(index)) return { origin: index.origin };
    if (isArray(variable)) return this.element(variable, index);
    if (variable === null) return UNSET;
    // What is not known may well be an array.
    return isUnknown(variable) ? { origin: variable.origin } : index === '0' ? variable : UNSET;
  }

  private element({ elements, associative }: ArrayValue, index: string): Found {
    if (associative) return elements.get(index) ?? UNSET;
    const number = this.expander.computed(index);
    if (typeof number !== 'bigint') return { origin: number.origin };
    const size = Math.max(-1, ...[...elements.keys()].map(Number)) + 1;
    return elements.get(number < 0n ? size + Number(number) : Number(number)) ?? UNSET;
  }

  /** `:-`, `:=`, `:+`, `:?` and their forms without the colon. */
  private conditional(part: ParameterPart, found: Found, source: Source): Found | Replacement {
    const operator = part.operator!.at(-1)!;
    // An empty default is for `set -u`, and changes nothing.
    const isGuard = (operator === '-' || operator === '=') && isEmpty(part.argument);
    if (found === ABSENT) {
      if (operator === '?' || isGuard || INHERITED.has(part.name)) return this.absent(part.name);
      if (operator === '+' || this.isOpen(part.name)) return this.perhapsSet(part, source);
    }
    if (isUnset(found)) return this.lacking(part, operator, source);
    if (isUnknownValue(found)) {
      const empties = found.beside === undefined ? found.candidates?.map((each) => each === '') : [false];
      if (isGuard) return found;
      // It may be not set just as well as empty.
      if (empties === undefined || new Set(empties).size > 1) return this.eitherWay(part, found, source);
      if (empties[0]!) return this.lacking(part, operator, source);
    }
    if (found === '' && part.operator!.startsWith(':')) return this.lacking(part, operator, source);
    return operator === '+' ? replacement(part) : found;
  }

  /** What comes in the place of nothing. */
  private lacking(part: ParameterPart, operator: string, source: Source): Value | Replacement {
    if (operator === '+') return '';
    if (operator === '?') {
      this.expander.host.endFor(part.name);
      return '';
    }
    if (operator === '-') return replacement(part);
    const value = this.argument(part, source);
    this.expander.host.environment.set(part.name, value);
    return value;
  }

  /** Whether something of which nothing is known may have set a parameter that the script never sets; its caller is taken not to. */
  private isOpen(name: string): boolean {
    const { isTainted, positional } = this.expander.host.environment;
    return NUMBER.test(name) ? isOpen(positional) && positional.shifted === undefined : isTainted;
  }

  /** Of a parameter that may be set. A name of iptables is taken to stay one. */
  private perhapsSet(part: ParameterPart, source: Source): Value {
    const { environment } = this.expander.host;
    const origin = source.text.slice(part.start, part.end);
    const operator = part.operator!;
    const argument = this.perhapsArgument(part, source, origin);
    if (operator.endsWith('+')) return oneOf(['', argument], origin);
    // Of `$1` it may be another one the next time.
    const era = NUMBER.test(part.name) ? undefined : environment.era;
    const value: Value = programOf(argument, origin) ?? { origin, ...(era !== undefined && typeof argument === 'string' && { id: idOf(`${part.name}${operator}${argument}`, era) }) };
    if (operator.endsWith('=')) environment.set(part.name, value);
    return value;
  }

  /** The value may be empty or not: one of what both would give. */
  private eitherWay(part: ParameterPart, found: Unknown, source: Source): Value {
    const { origin, candidates, program } = found;
    // Where it is empty, the shell ends.
    if (part.operator!.endsWith('?')) return candidates === undefined ? found : oneOf(candidates.filter((each) => each !== ''), origin);
    const argument = this.perhapsArgument(part, source, origin);
    const plus = part.operator!.endsWith('+');
    const value = candidates === undefined ? (plus ? undefined : programOf(argument, origin)) ?? { origin, ...(program === undefined ? {} : { program }) } : oneOf(candidates.flatMap((each): readonly Value[] => (each !== '' ? [plus ? argument : each] : !part.operator!.startsWith(':') ? ['', argument] : [plus ? '' : argument])), origin);
    if (part.operator!.endsWith('=')) this.expander.host.environment.set(part.name, value);
    return value;
  }

  /** The word behind the operator, where nobody knows whether it is expanded. */
  private perhapsArgument(part: ParameterPart, source: Source, origin: string): Value {
    if (part.argument?.parts.some(({ kind }) => kind === 'substitution' || kind === 'arithmetic') !== true) return this.argument(part, source);
    let argument: Value | undefined;
    this.expander.host.perhaps(origin, () => { argument = this.argument(part, source); });
    return argument ?? { origin };
  }

  private argument(part: ParameterPart, source: Source): Value {
    return part.argument === undefined ? '' : this.expander.text(part.argument, source);
  }

  private substring(part: ParameterPart, found: Found, source: Source): Found {
    const offset = this.expander.arithmetic(part.argument!, source);
    const length = part.second === undefined ? undefined : this.expander.arithmetic(part.second, source);
    if (typeof offset !== 'bigint') return { origin: offset.origin };
    if (length !== undefined && typeof length !== 'bigint') return { origin: length.origin };
    if (typeof found === 'object' && 'elements' in found) {
      const variable = this.expander.host.environment.get(part.name);
      if (isArray(variable) && !variable.associative) return { ...found, elements: cutSparse(ordered(variable), Number(offset), length === undefined ? undefined : Number(length)) };
      if (isArray(variable)) return { ...found, elements: cutKeyed(found.elements, Number(offset), length === undefined ? undefined : Number(length)) };
      const elements = part.name === '@' || part.name === '*' ? [this.expander.host.scriptName, ...found.elements] : found.elements;
      return { ...found, elements: cut(elements, Number(offset), length === undefined ? undefined : Number(length)) };
    }
    if (found === UNSET) return '';
    return mapped(found as Value, (text) => cut([...text], Number(offset), length === undefined ? undefined : Number(length)).join(''));
  }

  private changed(part: ParameterPart, value: Value, source: Source): Value {
    const operator = part.operator!;
    const pattern = this.expander.pattern(part.argument!, source);
    if (isUnknown(pattern)) return { origin: pattern.origin };
    if (operator.startsWith('/')) {
      const replacement = part.second === undefined ? '' : this.expander.text(part.second, source);
      if (isUnknown(replacement)) return { origin: replacement.origin };
      // Whether `&` stands for what was found depends on the release of the shell.
      if (replacement.includes('&')) return { origin: `\${${part.name}${operator}…}` };
      if (this.expander.host.modes.nocasematch) return { origin: `\${${part.name}${operator}…}` };
      return mapped(value, (text) => replaced(text, operator, pattern, replacement));
    }
    const path = operator === '%' ? pathTrimmed(value, pattern) : undefined;
    if (path !== undefined) return path;
    if (/^[#%]/u.test(operator)) return mapped(value, (text) => trimmed(text, operator, pattern));
    if (/^[\^,]/u.test(operator) && pattern === '') return mapped(value, (text) => recased(text, operator));
    return (operator === '@' ? mapped(value, TRANSFORMED[String(pattern)]) : undefined) ?? { origin: `\${${part.name}${operator}…}` };
  }
}

const isUnset = (found: Found): boolean => found === UNSET || found === ABSENT || (typeof found === 'object' && 'elements' in found && found.elements.length === 0);

/** A value for which a name of iptables, or of what runs it, stands as a default; undefined for other words. */
const programOf = (argument: Value, origin: string): Unknown | undefined => (typeof argument === 'string' && namesProgram(argument) ? { origin, candidates: [argument] } : undefined);

const isUnknownValue = (found: Found): found is Unknown => typeof found === 'object' && !('elements' in found);

const isEmpty = (word: Word | undefined): boolean => word === undefined || word.literal === '' || word.parts.length === 0;

const replacement = ({ argument }: ParameterPart): Value | Replacement => (argument === undefined ? '' : { replacement: argument });

const valueOf = (element: Value | Field): Value => (typeof element === 'object' && 'start' in element ? element.unknown ?? element.text : element);

/** A parameter that the script never sets: whoever calls the script may. */
function absent(name: string): Unknown {
  const origin = `$${name}`;
  const program = PROGRAM.exec(name);
  if (program === null) return { origin };
  const six = program[1] === '6' || program[2] === '6' ? '6' : '';
  return { origin, program: `ip${six}tables${program[3] === undefined ? '' : '-restore'}` };
}

/** What `${NAME@LETTER}` makes of a text; of quoted ones only those that one kind of quotes can hold. */
const TRANSFORMED: Readonly<Record<string, ((text: string) => string) | undefined>> = {
  U: (text) => text.toUpperCase(), L: (text) => text.toLowerCase(), u: (text) => text.slice(0, 1).toUpperCase() + text.slice(1),
  Q: (text) => `'${text.replaceAll("'", "'\\''")}'`,
};

/** `FUNCNAME`: the functions that are being run, the innermost first; outside of them there is none. */
function functionNames(frames: readonly { readonly name: string }[]): Variable {
  if (frames.length === 0) return null;
  return { elements: new Map([...frames.map(({ name }) => name).reverse(), 'main'].entries()), associative: false };
}

/** The value, or each of those that it may have, changed; undefined where nothing is known that changes it. */
function mapped(value: Value, change: (text: string) => string): Value;
function mapped(value: Value, change: ((text: string) => string) | undefined): Value | undefined;
function mapped(value: Value, change: ((text: string) => string) | undefined): Value | undefined {
  if (change === undefined) return undefined;
  if (!isUnknown(value)) return change(value);
  return value.candidates === undefined ? { origin: value.origin } : oneOf(value.candidates.map(change), value.origin);
}

/** The elements in the order in which a shell lists them. */
function ordered({ elements, associative }: ArrayValue): ReadonlyMap<number | string, Value> {
  if (!associative) return new Map([...elements].sort(([a], [b]) => Number(a) - Number(b)));
  return new Map(inBashOrder([...elements.keys()] as string[]).map((key) => [key, elements.get(key)!]));
}

function cut<T>(items: readonly T[], offset: number, length: number | undefined): readonly T[] {
  const start = offset < 0 ? items.length + offset : offset;
  if (start < 0) return [];
  const end = length === undefined ? items.length : length < 0 ? items.length + length : start + length;
  return items.slice(start, Math.max(start, end));
}

/** Elements that have keys, which count from 1; the offset 0 is that of the first as well. */
function cutKeyed<T>(items: readonly T[], offset: number, length: number | undefined): readonly T[] {
  const start = offset < 0 ? items.length + 1 + offset : offset;
  return start < 0 ? [] : cut(items, Math.max(0, start - 1), length);
}

/** Elements from an index on, which need not be as many as there are before it. */
function cutSparse(elements: ReadonlyMap<number | string, Value>, offset: number, length: number | undefined): readonly Value[] {
  const keys = [...elements.keys()].map(Number);
  const start = offset < 0 ? (keys.at(-1) ?? -1) + 1 + offset : offset;
  return start < 0 ? [] : keys.filter((key) => key >= start).slice(0, length).map((key) => elements.get(key)!);
}

/** Steps that a pattern may take to be looked for in one text. */
const MOST_STEPS = 2e7;

/** The text with what the pattern describes replaced: all of it (`//`), the first (`/`), what it begins with (`/#`) or ends with (`/%`). */
function replaced(text: string, operator: string, pattern: string, replacement: string): string {
  if (pattern === '' && (operator === '/' || operator === '//')) return text;
  const glob = globOf(pattern);
  if (glob === undefined) return replacedByGroups(text, operator, pattern, replacement);
  const characters = [...text];
  if (operator === '/%') {
    const length = lengthsOf(characters, pattern, false).at(-1);
    return length === undefined ? text : characters.slice(0, characters.length - length).join('') + replacement;
  }
  let result = '';
  let steps = 0;
  for (let at = 0; ;) {
    const length = glob.beginnings(characters, at).at(-1);
    const isFound = length !== undefined && (length > 0 || characters.length === 0 || operator === '/#');
    result += isFound ? replacement : characters[at] ?? '';
    at += isFound ? length : 1;
    if (operator === '/#' || at >= characters.length || (isFound && operator === '/')) return result + characters.slice(at).join('');
    steps += glob.size * (characters.length - at);
    if (steps > MOST_STEPS) throw new EvaluationLimit();
  }
}

/** Texts in which groups are looked for at every place. */
const LONGEST_FOR_GROUPS = 4000;

function replacedByGroups(text: string, operator: string, pattern: string, replacement: string): string {
  if (text.length > LONGEST_FOR_GROUPS) throw new EvaluationLimit();
  const body = patternSource(pattern);
  const source = operator === '/#' ? `^(?:${body})` : operator === '/%' ? `(?:${body})$` : body;
  return text.replace(new RegExp(source, operator === '//' ? 'gu' : 'u'), () => replacement);
}

/** The text without its shortest or longest beginning (`#`) or end (`%`) that the pattern describes. */
function trimmed(text: string, operator: string, pattern: string): string {
  const front = operator.startsWith('#');
  const characters = [...text];
  const found = lengthsOf(characters, pattern, front).at(operator.length === 2 ? -1 : 0);
  return found === undefined ? text : (front ? characters.slice(found) : characters.slice(0, characters.length - found)).join('');
}

/** How many characters the beginnings or ends have that the pattern describes, in ascending order. */
function lengthsOf(characters: readonly string[], pattern: string, front: boolean): readonly number[] {
  const glob = globOf(pattern);
  if (glob !== undefined) return front ? glob.beginnings(characters) : glob.backwards.beginnings([...characters].reverse());
  if (characters.length > LONGEST_FOR_GROUPS) throw new EvaluationLimit();
  const lengths = Array.from({ length: characters.length + 1 }, (_, length) => length);
  return lengths.filter((length) => matchesPattern((front ? characters.slice(0, length) : characters.slice(characters.length - length)).join(''), pattern));
}

/** A path into the script's folder without its shortest end that the pattern describes; undefined where that may reach beyond. */
function pathTrimmed(value: Value, pattern: string): Unknown | undefined {
  if (!isUnknown(value) || value.beside === undefined) return undefined;
  const beside = trimmed(value.beside, '%', pattern);
  return beside === value.beside ? undefined : { origin: value.origin, beside };
}

function recased(text: string, operator: string): string {
  const change = (some: string): string => (operator.startsWith('^') ? some.toUpperCase() : some.toLowerCase());
  return operator.length === 2 ? change(text) : change(text.slice(0, 1)) + text.slice(1);
}
