import type { Family } from '../netfilter.ts';
import type { Span } from '../text.ts';
import type { RestoreOptions } from './restore-options.ts';
import type { SimpleCommand } from './syntax/ast.ts';
import type { Field, Piece, Unknown } from './value.ts';

/** How a question that nobody can answer has to be answered for something to run. */
export interface Answer {
  /** Tells the question from all others. */
  readonly question: string;
  readonly holds: boolean;
  /** What asks it, as it stands in the script, and whether that succeeds. */
  readonly origin: string;
  readonly succeeds: boolean;
}

/** Whether a value that nobody knows is a text: a question that a script may ask in several places. */
export interface Comparison {
  readonly subject: string;
  readonly text: string;
  /** The answer for which a command succeeds that asks it. */
  readonly holds: boolean;
}

/** The name of such a question. */
export const nameOfComparison = ({ subject, text }: Comparison): string => `${subject}=${text}`;

/** Something that an invocation's running depends on. */
export interface Condition {
  /** As it stands in the script. */
  readonly origin: string;
  /** The argument of the script that it asks for, counted from 1, where it names it. */
  readonly argument?: { readonly place: number; readonly value: string } | undefined;
  /** The invocation whose success it is, where it is one's; its place in the order of execution. */
  readonly step?: number | undefined;
  readonly succeeded?: boolean | undefined;
  /** Whether it holds unless something goes wrong, so that the invocation counts as running. */
  readonly assumed?: true | undefined;
  /** The texts of which a value is one that nobody knows, where it holds. */
  readonly among?: { readonly subject: string; readonly texts: readonly string[] } | undefined;
  /** The answers that it comes down to; undefined where there may be several to one question, as in a loop that runs nobody knows how often. */
  readonly answers?: readonly Answer[] | undefined;
  /** Of a status: what was asked, where that may be asked again. */
  readonly compares?: Comparison | undefined;
}

/** Whether the answers are the same, or both unknown. */
export const sameAnswers = (a: readonly Answer[] | undefined, b: readonly Answer[] | undefined): boolean => a === b
  || (a !== undefined && b !== undefined && a.length === b.length && a.every(({ question, holds }, index) => question === b[index]!.question && holds === b[index]!.holds));

export const sameDemand = (a: Condition['argument'], b: Condition['argument']): boolean => a === b || (a?.place === b?.place && a?.value === b?.value);

export const sameConditions = (a: readonly Condition[], b: readonly Condition[]): boolean => a === b || (a.length === b.length && a.every((condition, index) => {
  const other = b[index]!;
  return condition.origin === other.origin && condition.step === other.step && condition.succeeded === other.succeeded && condition.assumed === other.assumed && sameDemand(condition.argument, other.argument) && sameAnswers(condition.answers, other.answers);
}));

/** A run of iptables or iptables-restore, in the order of execution. Spans are offsets in the script, counted from `base`. */
export interface Invocation {
  readonly tool: 'iptables' | 'restore';
  readonly family: Family;
  /** The network namespace that it is run in, where it is not that of the script. */
  readonly namespace: string | undefined;
  /** An edit before it moves it; undefined: the start of the script. */
  readonly base: { readonly start: number } | undefined;
  /** The command of the script that it stands for: of a wrapper function the call. */
  readonly home: Span;
  /** The command of the script's text that ran it; the same one as long as its text stays. */
  readonly command: SimpleCommand;
  /** The first word of the command. */
  readonly name: Field;
  readonly program: Field;
  readonly arguments: readonly Field[];
  /** Whether it asks or looks: that it succeeds is not the writer's to expect. */
  readonly asks: boolean;
  /** Whether the script ends there where it fails. */
  readonly ends: boolean;
  readonly conditions: readonly Condition[];
  /** Whether the script as it stands can come here at all. */
  readonly reached: boolean;
  /** How iptables-restore is called; undefined for iptables. */
  readonly restore: RestoreOptions | undefined;
  /** What iptables-restore reads. */
  readonly input: readonly Piece[] | Unknown | undefined;
}
