import { beyond, type Departing } from './departure.ts';
import type { Condition } from './invocation.ts';
import { aliasName, nameOfAlias, oneMeaning, sameMeaning, type Meaning } from './meaning.ts';
import { namesProgram } from './program.ts';
import type { Recording } from './recording.ts';
import { isUnknown, oneOf, sameValue, type ArrayValue, type Field, type Unknown, type Value } from './value.ts';

/** `null`: the script has unset it. */
export type Variable = Value | ArrayValue | null;

/** `$1`, `$2` …: words, of the script's caller mere texts; open where nobody knows how many there are. */
export type Positional = readonly (Field | string)[] | OpenPositional;

/** Positional parameters of which nobody knows how many there are. */
export interface OpenPositional extends Unknown {
  /** Tells them from other unknown values. */
  readonly many: true;
  /** The words that they are, where there are some: one of them stands for any number. */
  readonly words?: readonly (Field | string)[];
  /** How many of those words come before the one that stands for any number. */
  readonly known?: number;
  /** Of the script's own arguments: how many were shifted away. */
  readonly shifted?: number;
}

/** The arguments of a script of which nobody says how it is called. */
export const SCRIPT_ARGUMENTS: OpenPositional = { origin: '$@', many: true, shifted: 0 };

/** The word that those stand for all together, which stands nowhere itself. */
export const allOf = (unknown: OpenPositional): Field => ({ text: '"$@"', start: 0, end: 0, unknown });

/** Those of a script of which nobody says more than the first. */
export const argumentsFrom = (first: string): OpenPositional => ({ ...SCRIPT_ARGUMENTS, words: [first, allOf({ ...SCRIPT_ARGUMENTS, shifted: 1 })], known: 1 });

export const isOpen = (value: object): value is OpenPositional => 'origin' in value;

/** What words become as positional parameters; `isMany`: whether an unknown word stands for any number of them. */
export function positionalOf(words: readonly Field[], isMany: (word: Field) => boolean = handsOpenOn): Positional {
  const known = words.findIndex((word) => word.unknown !== undefined && isMany(word));
  if (known === -1) return words;
  const { unknown } = words[known]!;
  if (isAll(words)) return words[0]!.unknown;
  return { origin: unknown!.origin, many: true, words: words.map((word) => (word.unknown === undefined || handsOpenOn(word) || !isMany(word) ? word : { ...word, unknown: { ...word.unknown, many: true } })), known };
}

/** Whether a word is `$@` of open positional parameters, or has it in it. */
const handsOpenOn = (word: Field): word is Field & { readonly unknown: OpenPositional } => word.unknown !== undefined && 'many' in word.unknown;

/** Whether nothing but those is handed on. */
const isAll = (words: readonly Field[]): words is readonly [Field & { readonly unknown: OpenPositional }] => words.length === 1 && handsOpenOn(words[0]!) && /^"?\$(?:[@*]|\{[@*]\})"?$/u.test(words[0].text);

/** Whether a word of the script that is split may become any number of words. */
export const maySplit = (word: Field): boolean => handsOpenOn(word) || !/^"[^"]*"$/u.test(word.text);

/** Stands in a layer for a variable that is the caller's again. */
const ABSENT = Symbol('absent');

/** What one way through a script has changed, over what was before. */
class Layer {
  readonly variables = new Map<string, Variable | typeof ABSENT>();
  readonly functions = new Map<string, Meaning>();
  positional: Positional | undefined;
  hasForeign: boolean | undefined;
  era: string | undefined;
  isTainted = false;

  /** Takes over what another layer has and this one does not. */
  addMissing({ variables, functions, positional, hasForeign }: Changes): void {
    for (const [name, value] of variables) if (!this.variables.has(name)) this.variables.set(name, value);
    for (const [name, meaning] of functions) if (!this.functions.has(name)) this.functions.set(name, meaning);
    this.positional ??= positional;
    this.hasForeign ??= hasForeign;
  }
}

/** What was changed in a layer that has been taken off. */
export type Changes = Pick<Layer, 'variables' | 'functions' | 'positional' | 'hasForeign' | 'era' | 'isTainted'>;

/** A way that has left what is being run. What is changed behind it is kept with it as it was. */
interface Departure extends Outcome, Departing {
  readonly changes: Layer;
}

export const NO_CHANGES: Changes = new Layer();

/** One of several ways, and what it has changed. */
export interface Outcome {
  readonly condition: Condition;
  readonly changes: Changes;
}

/** Everything that an environment holds. */
export interface SavedEnvironment extends Changes {
  readonly references: ReadonlyMap<string, string>;
  readonly integers: ReadonlySet<string>;
  readonly exported: ReadonlySet<string>;
  readonly exportsAll: boolean;
}

/** Variables, positional parameters and functions of a running script, in layers that can be taken off again. */
export class Environment {
  private readonly layers: Layer[] = [new Layer()];
  /** The layers that hold a variable, the uppermost last: ways lie in ways dozens deep, and each line looks at variables. */
  private readonly places = new Map<string, number[]>();
  /** What takes note of all that is looked at and changed. */
  readonly recordings: Recording[] = [];
  /** The ways that have left what is being run, in the order in which they did. */
  private departed: Departure[] = [];
  /** How many functions are being run. */
  calls = 0;
  /** Names that stand for those of other variables: `declare -n`. */
  references: ReadonlyMap<string, string> = new Map();
  /** Variables for whose values arithmetic is done: `declare -i`. */
  integers: ReadonlySet<string> = new Set();
  /** Names that have been those of aliases, and may be still. */
  readonly aliases = new Set<string>();
  /** Variables that programs are given. */
  private exported: ReadonlySet<string> = new Set();
  /** `set -a`: whether variables that are set are exported. */
  exportsAll = false;
  /** Names the time during which nothing can have changed the caller's variables; undefined where nobody knows. */
  era: string | undefined = '';
  /** Whether something that nobody knows may have set any variable that the script has not set itself since. */
  isTainted = false;

  constructor(positional: Positional) {
    this.layers[0]!.positional = positional;
  }

  /** Undefined for a variable that the script never set: it is the caller's. */
  get(given: string): Variable | undefined {
    const name = this.meant(given);
    const layer = this.places.get(name)?.at(-1) ?? -1;
    const found = this.layers[layer]?.variables.get(name);
    const value = found === ABSENT ? undefined : found;
    for (const recording of this.recordings) recording.readVariable(name, value, layer);
    return value;
  }

  /** Sets a variable; `undefined` makes it the caller's again. */
  set(name: string, value: Variable | undefined): void {
    const meant = this.meant(name);
    this.put(meant, value ?? (value === null ? null : ABSENT));
    for (const recording of this.recordings) recording.write(meant, this.layers.length);
    if (this.exportsAll) this.export(meant);
  }

  /** Whether the variable was changed while there were so many layers, and no more. */
  isChanged(name: string, depth: number): boolean {
    return this.layers[depth - 1]!.variables.has(this.meant(name));
  }

  /** Takes back what was changed of a variable while there were as many layers as now. */
  putBack(name: string): void {
    const meant = this.meant(name);
    const places = this.places.get(meant);
    if (!this.layers.at(-1)!.variables.delete(meant)) return;
    places!.pop();
    for (const recording of this.recordings) recording.putBack(meant, this.layers.length);
  }

  private put(name: string, value: Variable | typeof ABSENT): void {
    for (const { changes: { variables } } of this.departed) {
      if (variables.has(name)) continue;
      const before = this.get(name);
      variables.set(name, before === undefined ? ABSENT : before);
    }
    const top = this.layers.length - 1;
    const places = this.places.get(name);
    if (places === undefined) this.places.set(name, [top]);
    else if (places.at(-1) !== top) places.push(top);
    this.layers[top]!.variables.set(name, value);
  }

  /** Lets a name stand for that of another variable, or for itself again. */
  refer(name: string, target: string | undefined): void {
    if (target === undefined && !this.references.has(name)) return;
    this.spoilRecordings();
    const references = new Map(this.references);
    if (target === undefined || this.meant(target) === name) references.delete(name);
    else references.set(name, target);
    this.references = references;
  }

  /** Lets a variable have what arithmetic makes of its values, or no longer. */
  setInteger(name: string, on: boolean): void {
    if (this.integers.has(name) === on) return;
    this.spoilRecordings();
    const integers = new Set(this.integers);
    if (on) integers.add(name);
    else integers.delete(name);
    this.integers = integers;
  }

  /** The variable that a name stands for. */
  private meant(name: string): string {
    let meant = name;
    // Most scripts have none; those that there are end, as none leads to itself.
    if (this.references.size > 0) for (let next = this.references.get(meant); next !== undefined; next = this.references.get(meant)) meant = next;
    return meant;
  }

  /** What the name of a command stands for. */
  meaning(name: string): Meaning {
    let found: Meaning | undefined;
    for (let index = this.layers.length - 1; index >= 0 && found === undefined; index--) found = this.layers[index]!.functions.get(name);
    for (const recording of this.recordings) recording.readMeaning(name, found ?? null);
    return found ?? null;
  }

  /** What a shell reads in the place of a name. */
  alias(name: string): Meaning {
    return this.meaning(aliasName(name));
  }

  /** Lets a shell read something in the place of a name; `null`: the name itself. */
  setAlias(name: string, text: Value | null): void {
    this.aliases.add(name);
    this.define(aliasName(name), text === null ? null : { text });
  }

  /** Defines a function; `null` unsets it. */
  define(name: string, meaning: Meaning): void {
    this.spoilRecordings();
    for (const { changes: { functions } } of this.departed) if (!functions.has(name)) functions.set(name, this.meaning(name));
    this.layers.at(-1)!.functions.set(name, meaning);
  }

  get positional(): Positional {
    const positional = this.parameters();
    for (const recording of this.recordings) recording.readPositional(positional, this.calls);
    return positional;
  }

  set positional(fields: Positional) {
    for (const { changes } of this.departed) changes.positional ??= this.positional;
    this.layers.at(-1)!.positional = fields;
  }

  /** Whether there may be functions of files that nobody knows. */
  get hasForeign(): boolean {
    return this.layers.findLast(({ hasForeign }) => hasForeign !== undefined)?.hasForeign === true;
  }

  set hasForeign(has: boolean) {
    this.layers.at(-1)!.hasForeign = has;
  }

  /** Runs a function with these positional parameters; those of before, and what names stand for, come back afterwards. */
  within(args: Positional, run: () => void): void {
    const { references, integers } = this;
    const before = this.parameters();
    this.positional = args;
    this.calls++;
    try {
      run();
    } finally {
      this.calls--;
    }
    this.references = references;
    this.integers = integers;
    this.positional = before;
  }

  /** How many ways may have left what is being run. */
  get departures(): number {
    return this.departed.length;
  }

  /** Lets a way leave that has changed something, while others stay, for the reason that `origin` names. */
  depart(changes: Changes, origin: string, reach: number): void {
    const layer = new Layer();
    layer.addMissing(changes);
    this.departed.push({ condition: { origin }, changes: layer, reach });
  }

  /** Comes to an end where ways meet again that have left since there were `count`; why nobody knows whether they did, if any have. */
  join(count: number, end: number): string | undefined {
    const ways = this.departed.splice(count);
    this.departed.push(...beyond(ways, end));
    const met = ways.filter(({ reach }) => reach <= end);
    if (met.length === 0) return undefined;
    const { origin } = met[0]!.condition;
    this.merge([...met, { ...met[0]!, changes: NO_CHANGES }], origin);
    return origin;
  }

  /** Forgets the ways that have left since there were `count`. */
  forgetDepartures(count: number): void {
    this.departed.length = Math.min(this.departed.length, count);
  }

  /** How many layers there are. */
  get depth(): number {
    return this.layers.length;
  }

  /** Takes over what has been changed any number of times, for the reason that `origin` names; what names the same programs all the same is taken to stay so. */
  repeat({ variables, positional }: Changes, origin: string): void {
    for (const [name, changed] of variables) {
      const candidates = programsOf(this.get(name));
      const isSame = candidates !== undefined && changed !== ABSENT && programsOf(changed)?.join('\0') === candidates.join('\0');
      this.set(name, { origin, ...(isSame && { candidates }) });
    }
    if (positional !== undefined) this.positional = { origin, many: true };
  }

  /** Says that something happens of which recordings take no note. */
  spoilRecordings(): void {
    for (const recording of this.recordings) recording.spoil();
  }

  private parameters(): Positional {
    for (let index = this.layers.length - 1; index > 0; index--) {
      const { positional } = this.layers[index]!;
      if (positional !== undefined) return positional;
    }
    return this.layers[0]!.positional!;
  }

  /** Everything as it is, where nothing is under way that could be taken off again. */
  save(): SavedEnvironment {
    const { variables, functions, positional, hasForeign } = this.layers[0]!;
    return { variables: new Map(variables), functions: new Map(functions), positional, hasForeign, era: this.era, isTainted: this.isTainted, references: this.references, integers: this.integers, exported: this.exported, exportsAll: this.exportsAll };
  }

  /** Makes everything as it was. */
  restore({ variables, functions, positional, hasForeign, era, isTainted, references, integers, exported, exportsAll }: SavedEnvironment): void {
    const layer = new Layer();
    this.layers.splice(0, this.layers.length, layer);
    this.places.clear();
    for (const [name, value] of variables) this.put(name, value);
    for (const [name, definition] of functions) {
      layer.functions.set(name, definition);
      const alias = nameOfAlias(name);
      if (alias !== undefined) this.aliases.add(alias);
    }
    layer.positional = positional;
    layer.hasForeign = hasForeign;
    this.era = era;
    this.isTainted = isTainted;
    this.references = references;
    this.integers = integers;
    this.exported = exported;
    this.exportsAll = exportsAll;
  }

  /** Whether everything is for sure as it was. */
  isAs(saved: SavedEnvironment): boolean {
    const { variables, functions, positional, hasForeign } = this.layers[0]!;
    return samePositional(positional, saved.positional) && hasForeign === saved.hasForeign && this.era === saved.era && this.isTainted === saved.isTainted && this.exportsAll === saved.exportsAll && sameNames(this.exported, saved.exported) && sameNames(this.integers, saved.integers) && sameEntries(this.references, saved.references, (a, b) => a === b) && sameEntries(variables, saved.variables, sameEntry) && sameEntries(functions, saved.functions, sameMeaning);
  }

  /** Runs something whose changes are given back instead of being kept. */
  apart(run: () => void): Changes {
    const layer = new Layer();
    const { layers: { length }, departures, era, isTainted, references, integers, exported, exportsAll } = this;
    this.layers.push(layer);
    try {
      run();
    } finally {
      this.layers.length = length;
      for (const name of layer.variables.keys()) this.places.get(name)!.pop();
      for (const { changes } of this.departed.slice(departures)) changes.addMissing(layer);
      layer.era = this.era;
      layer.isTainted = this.isTainted;
      this.era = era;
      this.isTainted = isTainted;
      this.references = references;
      this.integers = integers;
      this.exported = exported;
      this.exportsAll = exportsAll;
    }
    return layer;
  }

  /** Takes over what one of several ways has changed; nobody knows which, for the reason that `origin` names. */
  merge(ways: readonly Outcome[], origin: string): void {
    const changes = ways.map((way) => way.changes);
    for (const name of new Set(changes.flatMap(({ variables }) => [...variables.keys()]))) {
      this.set(name, mergedVariable(changes.map((way) => this.changed(way, name)), name, origin));
    }
    if (changes.some(({ hasForeign }) => hasForeign === true)) this.hasForeign = true;
    this.mergeFunctions(ways);
    if (changes.some(({ positional }) => positional !== undefined)) {
      const all = changes.map(({ positional }) => positional ?? this.positional);
      this.positional = all.every((each) => each === all[0]) ? all[0]! : { origin, many: true };
    }
  }

  /** Lets the names of functions stand for what one of several ways has made of them. */
  mergeFunctions(ways: readonly Outcome[]): void {
    for (const name of new Set(ways.flatMap(({ changes: { functions } }) => [...functions.keys()]))) {
      this.define(name, oneMeaning(ways.map(({ condition, changes: { functions } }) => {
        const changed = functions.get(name);
        return { condition, meaning: changed === undefined ? this.meaning(name) : changed };
      })));
    }
  }

  private changed({ variables }: Changes, name: string): Variable | undefined {
    const value = variables.get(name);
    return value === undefined ? this.get(name) : value === ABSENT ? undefined : value;
  }

  /** Lets programs have a variable. */
  export(name: string): void {
    this.spoilRecordings();
    if (!this.exported.has(name)) this.exported = new Set([...this.exported, name]);
  }

  /** Leaves of variables and functions what a program is given. */
  keepExported(): void {
    this.integers = new Set();
    this.hasForeign = false;
    for (const { variables, functions } of [...this.layers]) {
      for (const name of [...variables.keys()]) if (!this.exported.has(name)) this.set(name, undefined);
      for (const name of [...functions.keys()]) this.define(name, null);
    }
  }

  /** Forgets the values of all variables, because of something that may have set any and begins an era; a name of iptables, or of what runs it, is taken to stay one, and words to be split as before. */
  taint(origin: string, era: string | undefined): void {
    this.spoilRecordings();
    this.era = era;
    this.isTainted = true;
    for (const name of new Set(this.layers.flatMap(({ variables }) => [...variables.keys()]))) {
      if (name === 'IFS') continue;
      const programs = programsOf(this.get(name));
      if (programs !== undefined) this.set(name, { origin, candidates: programs });
      else this.set(name, { origin, ...(era !== undefined && { id: idOf(name, era) }) });
    }
  }
}

/** The texts that a variable has one of, where each names iptables or what runs it. */
function programsOf(variable: Variable | undefined): readonly string[] | undefined {
  const texts = typeof variable === 'string' ? [variable] : variable !== undefined && variable !== null && !isArray(variable) ? variable.candidates : undefined;
  return texts?.every(namesProgram) === true ? texts : undefined;
}

/** Tells the value of a variable in an era from others. */
export const idOf = (name: string, era: string): string => `$${name} ${era}`;

const sameNames = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a === b || (a.size === b.size && [...a].every((name) => b.has(name)));

function mergedVariable(values: readonly (Variable | undefined)[], name: string, origin: string): Variable | undefined {
  const first = values[0];
  if (values.every((value) => (first === undefined ? value === first : sameVariable(value, first)))) return first;
  const scalars = values.map((value): Value => (value === null ? '' : value === undefined ? { origin: `$${name}` } : isArray(value) ? { origin } : value));
  return oneOf(scalars, origin);
}

/** Whether two values are the same for sure. */
export function sameVariable(a: Variable | undefined, b: Variable): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isArray(a)) return isArray(b) && a.associative === b.associative && sameEntries(a.elements, b.elements, sameValue);
  return !isArray(b) && sameValue(a, b);
}

/** Whether two maps hold the same in the same order. */
export function sameEntries<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>, same: (a: V, b: V) => boolean): boolean {
  if (a.size !== b.size) return false;
  const others = b.entries();
  for (const [key, value] of a) {
    const [otherKey, other] = others.next().value!;
    if (key !== otherKey || !same(value, other)) return false;
  }
  return true;
}

const sameEntry = (a: Variable | typeof ABSENT, b: Variable | typeof ABSENT): boolean => a === b || (a !== ABSENT && b !== ABSENT && sameVariable(a, b));

/** Whether positional parameters are the same for sure. */
export const samePositional = (a: Positional | undefined, b: Positional | undefined): boolean => a === b || (a !== undefined && b !== undefined && isOpen(a) && isOpen(b) && sameValue(a, b) && a.words === b.words && a.shifted === b.shifted);

export const isArray = (value: Variable | undefined): value is ArrayValue => typeof value === 'object' && value !== null && 'elements' in value;

/** The elements that a variable has as an array, to be added to; undefined where nobody knows. */
export function elementsOf(value: Variable): Map<number | string, Value> | undefined {
  if (value === null) return new Map();
  if (isArray(value)) return new Map(value.elements);
  return isUnknown(value) ? undefined : new Map([[0, value]]);
}

/** The single value of a variable: of an array its first element. */
export function scalarOf(value: Variable | undefined): Value | undefined {
  if (value === null || value === undefined) return undefined;
  if (!isArray(value)) return value;
  return value.elements.get(value.associative ? '0' : 0);
}
