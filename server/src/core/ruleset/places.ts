import type { BoundOption, ExtensionUse, OptionSpec } from '../extensions/definition.ts';
import type { Span } from '../text.ts';
import type { HeaderPart } from './model.ts';

/*
 * Where the parts of a rule stand, kept as numbers: a file has tens of thousands of parts, and few of them are ever asked
 * for their places.
 */

/** A part of a rule's header. */
export class ReadPart<V> implements HeaderPart<V> {
  readonly value: V;
  readonly negated: boolean;
  private readonly lineText: string;
  private readonly start: number;
  private readonly nameStart: number;
  private readonly nameEnd: number;
  private readonly valueStart: number;
  private readonly end: number;

  /** `start` is the place of the `!` or the option; the value ends the part. */
  constructor(value: V, negated: boolean, lineText: string, start: number, name: Span, given: Span) {
    this.value = value;
    this.negated = negated;
    this.lineText = lineText;
    this.start = start;
    this.nameStart = name.start;
    this.nameEnd = name.end;
    this.valueStart = given.start;
    this.end = given.end;
  }

  get span(): Span {
    return { start: this.start, end: this.end };
  }

  get nameSpan(): Span {
    return { start: this.nameStart, end: this.nameEnd };
  }

  get valueSpan(): Span {
    return { start: this.valueStart, end: this.end };
  }

  get text(): string {
    return this.lineText.slice(this.start, this.end);
  }
}

/** What an option of an extension says, without its places. */
interface Said {
  readonly spec: OptionSpec;
  readonly negated: boolean;
  readonly protocol: ExtensionUse['protocol'];
  readonly values: readonly unknown[];
}

/** An option of an extension. */
export class ReadOption implements BoundOption {
  readonly spec: OptionSpec;
  readonly negated: boolean;
  readonly protocol: ExtensionUse['protocol'];
  readonly value: unknown;
  readonly values: readonly unknown[];
  private readonly lineText: string;
  private readonly start: number;
  private readonly nameStart: number;
  private readonly nameEnd: number;
  /** Start and end of each value, in turn. */
  private readonly valuePlaces: readonly number[];

  /** `start` is the place of the `!` or the option. */
  constructor({ spec, negated, protocol, values }: Said, lineText: string, start: number, name: Span, given: readonly Span[]) {
    this.spec = spec;
    this.negated = negated;
    this.protocol = protocol;
    this.value = values[0];
    this.values = values;
    this.lineText = lineText;
    this.start = start;
    this.nameStart = name.start;
    this.nameEnd = name.end;
    this.valuePlaces = given.length === 0 ? NOWHERE : given.flatMap((span) => [span.start, span.end]);
  }

  get span(): Span {
    return { start: this.start, end: this.valuePlaces.at(-1) ?? this.nameEnd };
  }

  get nameSpan(): Span {
    return { start: this.nameStart, end: this.nameEnd };
  }

  get valueSpans(): readonly Span[] {
    const spans: Span[] = [];
    for (let index = 0; index < this.valuePlaces.length; index += 2) spans.push({ start: this.valuePlaces[index]!, end: this.valuePlaces[index + 1]! });
    return spans;
  }

  get text(): string {
    const { start, end } = this.span;
    return this.lineText.slice(start, end);
  }
}

const NOWHERE: readonly number[] = [];
