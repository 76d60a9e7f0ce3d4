import type { BoundOption, ExtensionDefinition, ExtensionUse, OptionSpec } from '../extensions/definition.ts';
import type { Family } from '../netfilter.ts';
import type { Span } from '../text.ts';
import type { BoundCommand, HeaderPart, RuleTarget } from './model.ts';

/*
 * The parts of a rule. A file has tens of thousands of them, and few are ever asked where they stand: they keep the text
 * of their line and, in a form that many of them may share, how their places are found in it.
 */

/** Where something stands in the text of a line: an option with its values, a command with its chain. */
export interface Places {
  /** From the `!` or the option to the last value. */
  span(text: string): Span;
  name(text: string): Span;
  values(text: string): readonly Span[];
}

/** Places that are known. */
export class KnownPlaces implements Places {
  private readonly start: number;
  private readonly nameStart: number;
  private readonly nameEnd: number;
  /** Start and end of the last value, and of those before it, in turn. */
  private readonly lastStart: number;
  private readonly lastEnd: number;
  private readonly others: readonly number[];

  /** `start` is the place of the `!` or the option. */
  constructor(start: number, name: Span, values: readonly Span[]) {
    this.start = start;
    this.nameStart = name.start;
    this.nameEnd = name.end;
    const last = values.at(-1);
    this.lastStart = last?.start ?? -1;
    this.lastEnd = last?.end ?? name.end;
    // Most have one value at most.
    this.others = values.length < 2 ? NOWHERE : values.slice(0, -1).flatMap(({ start: from, end }) => [from, end]);
  }

  span(): Span {
    return { start: this.start, end: this.lastEnd };
  }

  name(): Span {
    return { start: this.nameStart, end: this.nameEnd };
  }

  values(): readonly Span[] {
    const spans: Span[] = [];
    for (let index = 0; index < this.others.length; index += 2) spans.push({ start: this.others[index]!, end: this.others[index + 1]! });
    if (this.lastStart !== -1) spans.push({ start: this.lastStart, end: this.lastEnd });
    return spans;
  }
}

const NOWHERE: readonly number[] = [];

/** Something that stands in the text of a line. */
abstract class Placed {
  protected readonly lineText: string;
  protected readonly places: Places;

  constructor(lineText: string, places: Places) {
    this.lineText = lineText;
    this.places = places;
  }

  get span(): Span {
    return this.places.span(this.lineText);
  }

  get text(): string {
    const { start, end } = this.span;
    return this.lineText.slice(start, end);
  }
}

/** A part of a rule's header. */
export class ReadPart<V> extends Placed implements HeaderPart<V> {
  readonly value: V;
  readonly negated: boolean;

  constructor(value: V, negated: boolean, lineText: string, places: Places) {
    super(lineText, places);
    this.value = value;
    this.negated = negated;
  }

  get nameSpan(): Span {
    return this.places.name(this.lineText);
  }

  get valueSpan(): Span {
    return this.places.values(this.lineText)[0] ?? this.nameSpan;
  }
}

/** What an option of an extension says, without its values. */
interface Said {
  readonly spec: OptionSpec;
  readonly negated: boolean;
  readonly protocol: ExtensionUse['protocol'];
}

/** An option of an extension. */
export class ReadOption extends Placed implements BoundOption {
  readonly spec: OptionSpec;
  readonly negated: boolean;
  readonly protocol: ExtensionUse['protocol'];
  readonly value: unknown;
  readonly values: readonly unknown[];

  constructor({ spec, negated, protocol }: Said, values: readonly unknown[], lineText: string, places: Places) {
    super(lineText, places);
    this.spec = spec;
    this.negated = negated;
    this.protocol = protocol;
    this.value = values[0];
    this.values = values;
  }

  get nameSpan(): Span {
    return this.places.name(this.lineText);
  }

  get valueSpans(): readonly Span[] {
    return this.places.values(this.lineText);
  }
}

/** How a rule uses an extension. */
export class ReadUse extends Placed implements ExtensionUse {
  readonly definition: ExtensionDefinition;
  readonly family: Family;
  readonly protocol: ExtensionUse['protocol'];
  readonly options: readonly BoundOption[];

  constructor({ definition, family, protocol }: Pick<ExtensionUse, 'definition' | 'family' | 'protocol'>, options: readonly BoundOption[], lineText: string, places: Places) {
    super(lineText, places);
    this.definition = definition;
    this.family = family;
    this.protocol = protocol;
    this.options = options;
  }

  option<V>(spec: OptionSpec<V>): BoundOption<V> | undefined {
    return this.options.find((bound) => bound.spec === spec) as BoundOption<V> | undefined;
  }
}

/** A target as `-j` or `-g` names it. */
abstract class NamedTarget extends Placed {
  get nameSpan(): Span {
    return this.places.values(this.lineText)[0]!;
  }
}

type TargetOf<K extends RuleTarget['kind']> = RuleTarget & { readonly kind: K };

export class ReadVerdict extends NamedTarget implements TargetOf<'verdict'> {
  readonly kind = 'verdict';
  readonly verdict: TargetOf<'verdict'>['verdict'];

  constructor(verdict: TargetOf<'verdict'>['verdict'], lineText: string, places: Places) {
    super(lineText, places);
    this.verdict = verdict;
  }
}

export class ReadTarget extends NamedTarget implements TargetOf<'extension'> {
  readonly kind = 'extension';
  readonly use: ExtensionUse;

  constructor(use: ExtensionUse, lineText: string, places: Places) {
    super(lineText, places);
    this.use = use;
  }
}

export class ReadJump extends NamedTarget implements TargetOf<'chain'> {
  readonly kind = 'chain';
  readonly chain: string;
  readonly goto: boolean;

  constructor(chain: string, goto: boolean, lineText: string, places: Places) {
    super(lineText, places);
    this.chain = chain;
    this.goto = goto;
  }
}

/** `-A CHAIN`, of which a file has thousands. */
export class ReadAppend extends Placed implements BoundCommand {
  declare readonly kind: 'append';
  declare readonly position: undefined;
  declare readonly argument: undefined;
  readonly chain: string;

  constructor(chain: string, lineText: string, places: Places) {
    super(lineText, places);
    this.chain = chain;
  }

  get chainSpan(): Span {
    return this.places.values(this.lineText)[0]!;
  }
}

Object.assign(ReadAppend.prototype, { kind: 'append', position: undefined, argument: undefined });
