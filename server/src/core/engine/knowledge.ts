import type { Field } from './compile/header.ts';
import type { Span } from './conntrack/connection.ts';
import type { Address, Packet } from './packet.ts';

/** Values of a field from the one to the other, bounds included. */
export type Values = Span<Address>;

/** What a question is about: a field, and without `!` the values for which the answer may be yes (undefined = any), and no (undefined = all others). */
export interface About {
  readonly field: Field;
  readonly yes?: readonly Values[];
  readonly no?: readonly Values[];
  /** What tells the question from others, where its words do not, and whether the words are those for no. */
  readonly as?: { readonly key: string; readonly negated: boolean };
  /** Narrows a packet for which the answer is yes. */
  readonly pin?: (packet: Packet) => void;
}

/** A question about one field of a packet that leaves it open. */
export interface Question extends About {
  /** Its words without `!`; equal for equal questions. */
  readonly key: string;
  readonly negated: boolean;
}

interface Known {
  readonly answers: Map<string, boolean>;
  /** Values that the answers leave; undefined = all. */
  values: readonly Values[] | undefined;
}

/** What has been supposed of a packet's open fields: no two of the answers contradict each other. */
export class Knowledge {
  private readonly fields: Map<Field, Known>;

  constructor(fields = new Map<Field, Known>()) {
    this.fields = fields;
  }

  copy(): Knowledge {
    return new Knowledge(new Map([...this.fields].map(([field, { answers, values }]) => [field, { answers: new Map(answers), values }])));
  }

  forget(field: Field): void {
    this.fields.delete(field);
  }

  /** The values that the answers leave a field; undefined = all. */
  left(field: Field): readonly Values[] | undefined {
    return this.fields.get(field)?.values;
  }

  /** The answer without `!` that follows from those before; undefined when both are possible. */
  answer(question: Question): boolean | undefined {
    const known = this.fields.get(question.field);
    const before = known?.answers.get(question.key);
    if (before !== undefined || known?.values === undefined || question.yes === undefined) return before;
    if (remaining(known.values, question, true).length === 0) return false;
    return remaining(known.values, question, false).length === 0 ? true : undefined;
  }

  note(question: Question, answer: boolean): void {
    let known = this.fields.get(question.field);
    if (known === undefined) this.fields.set(question.field, known = { answers: new Map(), values: undefined });
    known.answers.set(question.key, answer);
    if (question.yes !== undefined) known.values = remaining(known.values ?? everything(question.yes, MOST[question.field]), question, answer);
  }
}

/** The values that an answer leaves. */
function remaining(values: readonly Values[], { yes = [], no }: Question, answer: boolean): readonly Values[] {
  if (answer) return common(values, yes);
  return common(values, no ?? othersThan(yes));
}

const isWide = (spans: readonly Values[]): boolean => typeof spans[0]?.from === 'bigint';

/** The largest value of fields that are smaller than an address or mark. */
const MOST: Partial<Record<Field, number>> = { sourcePort: 0xffff, destinationPort: 0xffff, length: 0xffff, icmp: 0xffff, tos: 0xff, ttl: 0xff };

const everything = (like: readonly Values[], most = 0xffffffff): readonly Values[] => [isWide(like) ? { from: 0n, to: (1n << 128n) - 1n } : { from: 0, to: most }];

function common(some: readonly Values[], others: readonly Values[]): readonly Values[] {
  return some.flatMap((one) => others.flatMap((other) => {
    const [from, to] = [one.from > other.from ? one.from : other.from, one.to < other.to ? one.to : other.to];
    return from > to ? [] : [{ from, to }];
  }));
}

/** All other values. */
export function othersThan(spans: readonly Values[]): readonly Values[] {
  return spans.reduce<readonly Values[]>((left, { from, to }) => left.flatMap((span) => [
    ...(span.from < from ? [{ from: span.from, to: span.to < from ? span.to : before(from) }] : []),
    ...(span.to > to ? [{ from: span.from > to ? span.from : behind(to), to: span.to }] : []),
  ]), everything(spans));
}

const before = (value: Address): Address => (typeof value === 'bigint' ? value - 1n : value - 1);
const behind = (value: Address): Address => (typeof value === 'bigint' ? value + 1n : value + 1);
