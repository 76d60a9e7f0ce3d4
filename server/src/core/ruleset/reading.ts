import { VERDICTS, type Family } from '../netfilter.ts';
import type { Argument, Line } from '../syntax/line.ts';
import { cover, type Span } from '../text.ts';
import { findTarget } from '../extensions/catalogue.ts';
import type { Problem, TargetDefinition } from '../extensions/definition.ts';
import type { ValueContext, ValueType } from '../values/value.ts';
import type { Token } from './model.ts';
import type { BaseOption } from './options.ts';

/** One of iptables' own options as it stands in the line; `attached` is a value that touches it. */
export interface GivenBase {
  readonly spec: BaseOption;
  readonly nameSpan: Span;
  readonly attached: Argument | undefined;
}

/** A value as it stands in the line, and how it is read. */
export interface GivenValue {
  readonly argument: Argument;
  readonly type: ValueType<unknown>;
  readonly context: ValueContext;
}

/** A line with what is known of it before it is read. */
export interface LineToRead {
  readonly line: Line;
  readonly args: readonly Argument[];
  readonly family: Family;
  /** Whether the line is a shell's, not a ruleset's. */
  readonly isCommand: boolean;
  /** Whether an option that needs a value takes the next word even where that looks like an option, as getopt does. */
  readonly isGreedy?: boolean;
  /** Names of targets that are chains here. */
  readonly hidden?: ReadonlySet<string> | undefined;
  /** Receives what each argument means. */
  readonly tokens?: Token[];
}

const OPTION_OR_BANG = /^(--?[A-Za-z]|!$)/u;

/** Whether a word that may be a value is taken for an option or its `!` instead. */
export const looksLikeOption = (word: string): boolean => OPTION_OR_BANG.test(word);

/** How far one line's arguments have been read, and what was found on the way: what all readers of a line share. */
export class Reading {
  readonly line: Line;
  readonly args: readonly Argument[];
  readonly family: Family;
  /** Whether the line is a shell's, not a ruleset's. */
  readonly isCommand: boolean;
  private readonly hidden: ReadonlySet<string> | undefined;
  /** Index of the argument that is read next. */
  next = 0;
  /** The value that was read last, and what its option takes. */
  given: GivenValue | undefined;
  /** The `!` that waits for its option. */
  negation: Argument | undefined;
  readonly problems: Problem[] = [];
  /** Recorded only on demand: a document has many rules and one cursor. */
  readonly tokens: Token[] | undefined;
  private readonly isGreedy: boolean;

  constructor({ line, args, family, isCommand, isGreedy = false, hidden, tokens }: LineToRead) {
    this.line = line;
    this.args = args;
    this.family = family;
    this.isCommand = isCommand;
    this.isGreedy = isGreedy;
    this.hidden = hidden;
    this.tokens = tokens;
  }

  /** The target extension of this name; undefined where the name is a verdict's or a chain's. */
  targetNamed(name: string): TargetDefinition | undefined {
    return VERDICTS.has(name) || this.hidden?.has(name) === true ? undefined : findTarget(name, this.family);
  }

  /** The next argument where an option may have a value and need not. */
  takeValue(): Argument | undefined {
    const argument = this.args[this.next];
    if (argument === undefined || looksLikeOption(argument.text)) return undefined;
    this.next++;
    return argument;
  }

  /** The next argument as the value that the option at `nameSpan` must have: where the reading is greedy, an option too. */
  takeNeeded(nameSpan: Span): Argument | undefined {
    const argument = this.args[this.next];
    if (!this.isGreedy || argument === undefined || !looksLikeOption(argument.text)) return this.takeValue();
    this.next++;
    const option = this.nameAt(nameSpan, this.args[this.next - 2]);
    this.problems.push({
      code: 'misread-value', span: cover(nameSpan, argument), accepted: true,
      message: `iptables takes \`${argument.text}\` for the value of \`${option}\`; the value seems to be missing.`,
    });
    return argument;
  }

  /** The value of a base option: what is attached, or the next argument; a problem when there is none. */
  value({ spec, nameSpan, attached }: GivenBase): Argument | undefined {
    const value = attached ?? this.takeNeeded(nameSpan);
    if (value === undefined) this.problem('missing-value', `\`${optionText(spec)}\` needs a value.`, nameSpan);
    return value;
  }

  /** `-s ! 10.0.0.1`, as releases of long ago had it: today the `!` is taken for the value, and refused. */
  lateNegation(nameSpan: Span, negatable: boolean): void {
    const bang = this.args[this.next];
    const value = this.args[this.next + 1];
    if (this.isGreedy || bang?.text !== '!' || value === undefined || looksLikeOption(value.text) || this.negation !== undefined) return;
    const name = this.nameAt(nameSpan, this.args[this.next - 1]);
    const stated = `! ${name}`;
    this.next++;
    this.token('negation', bang);
    if (!negatable) {
      this.problem('misplaced-negation', `\`${name}\` can't be negated; leave the \`!\` out.`, bang);
      return;
    }
    this.problem('misplaced-negation', `The \`!\` stands before the option: \`${stated} ${value.text}\`.`, bang,
      { title: `Write ${stated}`, span: cover(nameSpan, bang), newText: stated, safe: true });
    this.negation = { ...bang, start: nameSpan.start };
  }

  /** An option as it is written; `argument`: the one that it is, or that has it in it. */
  private nameAt({ start, end }: Span, argument: Argument | undefined): string {
    // Where a word comes from elsewhere, its parts stand nowhere.
    return argument?.evaluated === true ? argument.text : this.line.text.slice(start, end);
  }

  /** After an option that is not known its values are not known either: go on at the next option. */
  skipValues(): void {
    while (this.next < this.args.length && !/^(-.|!$)/u.test(this.args[this.next]!.text)) this.token('unknown', this.args[this.next++]!);
  }

  /** Records what the argument means. */
  token(role: Token['role'], argument: Argument, option?: string): void {
    this.tokens?.push({ role, start: argument.start, end: argument.end, text: argument.text, ...(option === undefined ? {} : { option }) });
  }

  /** Reports what is wrong with the stretch of the line. */
  problem(code: string, message: string, span: Span, fix?: Problem['fix']): void {
    this.problems.push({ code, message, span: { start: span.start, end: span.end }, ...(fix === undefined ? {} : { fix }) });
  }
}

/** The option as messages name it: `-A` where it has a letter, else `--line-numbers`. */
export function optionText(spec: BaseOption): string {
  return spec.short === undefined ? `--${spec.name}` : `-${spec.short}`;
}

/** Whether the shell puts something else in the argument's place. */
export function isExpansion({ raw, unknown, evaluated }: Argument): boolean {
  if (unknown !== undefined || evaluated === true) return unknown !== undefined;
  return /[$`]/u.test(raw) && !/^'[^']*'$/u.test(raw);
}

/** The fix that writes `text` instead, where there is a text to suggest. */
export function suggestion(text: string | undefined, span: Span): Problem['fix'] {
  return text === undefined ? undefined : { title: `Write ${text}`, span: { start: span.start, end: span.end }, newText: text, safe: false };
}

/** `--dport !22`: what is wrong where the value behind the `!` is a good one; undefined where it is not. */
export function gluedNegation({ argument, type, context }: GivenValue, nameSpan: Span, option: string): Problem | undefined {
  const value = argument.text.slice(1);
  if (!argument.text.startsWith('!') || value === '' || !type.parse(value, context).ok) return undefined;
  const newText = `! ${option} ${value}`;
  const span = { start: argument.start, end: argument.end };
  return {
    code: 'misplaced-negation', span, message: `The \`!\` stands before the option, with a blank behind it: \`${newText}\`.`,
    fix: { title: `Write ${newText}`, span: cover(nameSpan, argument), newText, safe: false },
  };
}

/** `--dport “22”`: what is wrong where the value between typographic quotation marks is a good one; undefined where it is not. */
export function typographicQuotation({ argument, type, context }: GivenValue): Problem | undefined {
  const newText = /^["\u2018-\u201f\u00ab]([^\s"]+)["\u2018-\u201f\u00bb]$/u.exec(argument.text)?.[1];
  if (newText === undefined || !type.parse(newText, context).ok) return undefined;
  const span = { start: argument.start, end: argument.end };
  return {
    code: 'invalid-value', span, message: `\`${argument.text}\` stands in typographic quotation marks, which iptables takes for a part of the value; write \`${newText}\`.`,
    fix: { title: `Write ${newText}`, span, newText, safe: true },
  };
}
