import type { BoundOption, ExtensionUse, OptionSpec } from '../extensions/definition.ts';
import type { Span } from '../text.ts';
import { addressList, type MaskedAddress } from '../values/address.ts';
import { interfaceName } from '../values/interface.ts';
import type { ValueContext, ValueType } from '../values/value.ts';
import type { BoundCommand, BoundRule, HeaderPart, RuleHeader, RuleTarget, RuleTraits } from './model.ts';
import { ReadAppend, ReadJump, ReadOption, ReadPart, ReadTarget, ReadUse, ReadVerdict, type Places } from './places.ts';
import { usesOf } from './uses.ts';
import { WordPlaces } from './word-places.ts';

/** A rule as its shape and its values, in the order of the words that they were read from. */
export interface ShapedValues {
  readonly shape: Shape;
  readonly values: readonly unknown[];
}

/** A word in which rules of a shape differ. */
export interface Slot {
  /** How its value is read; undefined for a chain's name. */
  readonly type: ValueType<unknown> | undefined;
  readonly context: ValueContext;
  /** Whether it stands behind `-j`, where a word may also be a target. */
  readonly isTarget?: true;
}

interface ShapedPart {
  readonly name: 'source' | 'destination' | 'in' | 'out';
  readonly negated: boolean;
  readonly word: number;
  readonly places: Places;
}

interface ShapedOption {
  readonly spec: OptionSpec;
  readonly negated: boolean;
  readonly protocol: ExtensionUse['protocol'];
  readonly words: readonly number[];
  readonly places: Places;
}

interface ShapedUse {
  readonly use: Pick<ExtensionUse, 'definition' | 'family' | 'protocol'>;
  readonly options: readonly ShapedOption[];
  readonly places: Places;
  /** The words of its values of which it is known that nothing has to be said. */
  readonly sound: Set<string>;
}

type ShapedTarget = { readonly places: Places } & (
  | { readonly kind: 'verdict'; readonly verdict: (RuleTarget & { readonly kind: 'verdict' })['verdict'] }
  | { readonly kind: 'extension'; readonly use: ShapedUse }
  | { readonly kind: 'chain'; readonly word: number; readonly goto: boolean }
);

/** A rule but for its values, each of which is known by the number of its word. */
export interface Shape {
  readonly chain: { readonly word: number; readonly places: Places };
  readonly protocol: { readonly value: number; readonly negated: boolean; readonly places: Places } | undefined;
  readonly fragment: { readonly negated: boolean; readonly places: Places } | undefined;
  readonly parts: readonly ShapedPart[];
  readonly matches: readonly ShapedUse[];
  readonly target: ShapedTarget | undefined;
  readonly traits: RuleTraits;
  /** For each word which of the values is read from it. */
  readonly slots: readonly (number | undefined)[];
}

/** `-A CHAIN` of the rule. */
export function commandOf(shaped: ShapedValues, text: string): BoundCommand {
  const { word, places } = shaped.shape.chain;
  return new ReadAppend(valueAt(shaped, word) as string, text, places);
}

export function headerOf(shaped: ShapedValues, text: string): RuleHeader {
  const { protocol, fragment, parts } = shaped.shape;
  const header: Record<keyof RuleHeader, HeaderPart<unknown> | undefined> = {
    protocol: protocol && new ReadPart(protocol.value, protocol.negated, text, protocol.places),
    source: undefined, destination: undefined, in: undefined, out: undefined,
    fragment: fragment && new ReadPart(true, fragment.negated, text, fragment.places),
  };
  for (const { name, negated, word, places } of parts) header[name] = new ReadPart(valueAt(shaped, word), negated, text, places);
  return header as RuleHeader;
}

/** The addresses of one side; undefined where the rule names none. */
export function networksOf(shaped: ShapedValues, side: 'source' | 'destination'): readonly MaskedAddress[] | undefined {
  for (const { name, word } of shaped.shape.parts) if (name === side) return valueAt(shaped, word) as readonly MaskedAddress[];
  return undefined;
}

export const matchesOf = (shaped: ShapedValues, text: string): readonly ExtensionUse[] => shaped.shape.matches.map((use) => useOf(use, shaped, text));

export function targetOf(shaped: ShapedValues, text: string): RuleTarget | undefined {
  const { target } = shaped.shape;
  switch (target?.kind) {
    case undefined: return undefined;
    case 'verdict': return new ReadVerdict(target.verdict, text, target.places);
    case 'extension': return new ReadTarget(useOf(target.use, shaped, text), text, target.places);
    case 'chain': return new ReadJump(valueAt(shaped, target.word) as string, target.goto, text, target.places);
  }
}

/** Whether nothing has to be said of the rule's values beside one another; `words` are what they were read from. */
export function isSound(shaped: ShapedValues, words: readonly string[], text: string): boolean {
  const { shape } = shaped;
  for (const { name, negated, word } of shape.parts) {
    // Of lists, and of what is outside of every address, the reader has more to say.
    if ((name === 'source' || name === 'destination') && !isOneNetwork(valueAt(shaped, word) as readonly MaskedAddress[], negated)) return false;
  }
  if (!shape.matches.every((use) => isSoundUse(use, shaped, words, text))) return false;
  const { target } = shape;
  if (target?.kind === 'extension' && !isSoundUse(target.use, shaped, words, text)) return false;
  return !looksBeside(shape) || areSoundTogether(shaped, text);
}

const isOneNetwork = (addresses: readonly MaskedAddress[], negated: boolean): boolean =>
  addresses.length === 1 && (!negated || (addresses[0]!.mask !== 0 && addresses[0]!.mask !== 0n));

/** Uses of a shape whose values are known to be sound: many rules of a file say the same ports or marks. */
const MOST_SOUND = 1000;

function isSoundUse(shapedUse: ShapedUse, shaped: ShapedValues, words: readonly string[], text: string): boolean {
  const { use: { definition }, sound } = shapedUse;
  if (definition.check === undefined) return true;
  const said = wordsOf(shapedUse, shaped, words);
  if (sound.has(said)) return true;
  if (definition.check(useOf(shapedUse, shaped, text)).length > 0) return false;
  if (sound.size === MOST_SOUND) sound.clear();
  sound.add(said);
  return true;
}

/** The words of the values of a use, parted by what stands in no line. */
function wordsOf({ options }: ShapedUse, { shape: { slots } }: ShapedValues, words: readonly string[]): string {
  let said = '';
  for (const option of options) for (const word of option.words) said = said === '' ? words[slots[word]!]! : `${said}\n${words[slots[word]!]!}`;
  return said;
}

const looksBeside = ({ traits: { extensions } }: Shape): boolean => extensions.some(({ checkBeside }) => checkBeside !== undefined);

function areSoundTogether(shaped: ShapedValues, text: string): boolean {
  const uses = usesOf({ matches: matchesOf(shaped, text), target: targetOf(shaped, text) });
  return uses.every((use) => (use.definition.checkBeside?.(use, uses).length ?? 0) === 0);
}

const useOf = ({ use, options, places }: ShapedUse, shaped: ShapedValues, text: string): ExtensionUse =>
  new ReadUse(use, options.map((option) => optionOf(option, shaped, text)), text, places);

const optionOf = (option: ShapedOption, shaped: ShapedValues, text: string): BoundOption =>
  new ReadOption(option, option.words.map((word) => valueAt(shaped, word)), text, option.places);

const valueAt = ({ shape, values }: ShapedValues, word: number): unknown => values[shape.slots[word]!];

/** What the rule has in common with others, and the numbers of the words in which they differ; undefined where that can't be told. */
export function shapeOf(bound: BoundRule, words: readonly number[]): { readonly shape: Shape; readonly slots: ReadonlyMap<number, Slot> } | undefined {
  const { command, table, skipped, ends, problems } = bound;
  if (command?.kind !== 'append' || table !== undefined || skipped || ends || problems.length > 0) return undefined;
  const outline = new Outline(bound.family, words);
  const parts = outline.of(bound);
  if (!outline.isWhole) return undefined;
  const { slots } = outline;
  let values = 0;
  const numbered = Array.from({ length: words.length / 2 }, (_, word) => (slots.has(word) ? values++ : undefined));
  return { shape: { ...parts, traits: bound.traits, slots: numbered }, slots };
}

/** Draws the shape of one rule. */
class Outline {
  readonly slots = new Map<number, Slot>();
  /** Whether every part so far stands in words of its own. */
  isWhole = true;
  private readonly context: ValueContext;
  /** Start and end of each word in turn. */
  private readonly words: readonly number[];

  constructor(family: ValueContext['family'], words: readonly number[]) {
    this.context = { family };
    this.words = words;
  }

  of({ command, header: { protocol, fragment, ...parts }, matches, target }: BoundRule): Omit<Shape, 'traits' | 'slots'> {
    const chain = this.word(command!.chainSpan!);
    this.slots.set(chain, { type: undefined, context: this.context });
    return {
      chain: { word: chain, places: this.places(command!.span.start, [chain]) },
      protocol: protocol && { value: protocol.value, negated: protocol.negated, places: this.places(protocol.span.start, [this.word(protocol.valueSpan)], protocol.nameSpan) },
      fragment: fragment && { negated: fragment.negated, places: this.places(fragment.span.start, [], fragment.nameSpan) },
      parts: PARTS.flatMap(([name, type]) => this.part(name, type, parts[name]) ?? []),
      matches: matches.map((use) => this.use(use)),
      target: target && this.target(target),
    };
  }

  private part(name: ShapedPart['name'], type: ValueType<unknown>, part: HeaderPart<unknown> | undefined): ShapedPart | undefined {
    if (part === undefined) return undefined;
    const word = this.word(part.valueSpan);
    this.slots.set(word, { type, context: this.context });
    return { name, negated: part.negated, word, places: this.places(part.span.start, [word], part.nameSpan) };
  }

  private use({ definition, family, protocol, options, span }: ExtensionUse): ShapedUse {
    const last = this.words.indexOf(span.end) >> 1;
    return { use: { definition, family, protocol }, options: options.map((option) => this.option(option)), places: this.places(span.start, [last]), sound: new Set() };
  }

  private option({ spec, negated, protocol, span, nameSpan, valueSpans }: BoundOption): ShapedOption {
    const words = valueSpans.map((value) => this.word(value));
    const context = { ...this.context, protocol: protocol === undefined || protocol.negated ? undefined : protocol.number };
    for (const [index, word] of words.entries()) this.slots.set(word, { type: spec.values[index]!, context });
    return { spec, negated, protocol, words, places: this.places(span.start, words, nameSpan) };
  }

  private target(target: RuleTarget): ShapedTarget {
    const word = this.word(target.nameSpan);
    const places = this.places(target.span.start, [word]);
    if (target.kind === 'verdict') return { kind: target.kind, verdict: target.verdict, places };
    if (target.kind === 'extension') return { kind: target.kind, use: this.use(target.use), places };
    this.slots.set(word, { type: undefined, context: this.context, isTarget: true });
    return { kind: target.kind, word, goto: target.goto, places };
  }

  /** The places of what begins at `start` with the option at `name`; without one, with the option itself. */
  private places(start: number, given: readonly number[], name?: Span): WordPlaces {
    const first = this.words.indexOf(start);
    this.isWhole &&= first !== -1;
    return new WordPlaces(first >> 1, name === undefined ? first >> 1 : this.word(name), given);
  }

  /** The number of the word that stands there. */
  private word({ start, end }: Span): number {
    const at = this.words.indexOf(start);
    this.isWhole &&= at !== -1 && this.words[at + 1] === end;
    return at >> 1;
  }
}

const PARTS = [['source', addressList], ['destination', addressList], ['in', interfaceName], ['out', interfaceName]] as const;
