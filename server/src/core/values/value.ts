import type { Family } from '../netfilter.ts';

/** What the reading of a value may depend on. */
export interface ValueContext {
  readonly family: Family;
  /** Number of the rule's `-p` protocol where it has a positive one. */
  readonly protocol?: number | undefined;
}

/**
 * A value that could be read, or why not: `message` in our words, `suggestion` the text to write instead. A `warning` says
 * what is odd about a value that iptables takes; `lookup` is set where it is that the loading host looks a name up.
 */
export type Parsed<V> =
  | { readonly ok: true; readonly value: V; readonly warning?: string; readonly lookup?: true }
  | { readonly ok: false; readonly message: string; readonly suggestion?: string };

/** One proposal for the text of a value. */
export interface ValueProposal {
  readonly text: string;
  readonly detail?: string;
  readonly deprecated?: boolean;
}

/** A type of option value: one parser, one printer, one completer, one hover. */
export interface ValueType<V> {
  /** How the manual would abbreviate it: `PORT[:PORT]`, `ADDRESS[/MASK]`. */
  readonly placeholder: string;
  /** Reads one argument; never throws. */
  parse(text: string, context: ValueContext): Parsed<V>;
  /** The text that iptables-save would print. */
  print(value: V, context: ValueContext): string;
  /** Proposals for a half-typed value, unfiltered. For list types, proposals are for the last element. */
  complete?(context: ValueContext): readonly ValueProposal[];
  /** Separates the elements of a list value, so that completion starts at the last one. */
  readonly separator?: string;
  /** Markdown that explains this very value (`22` → "ssh"); undefined when there is nothing to add. */
  hover?(value: V, context: ValueContext): string | undefined;
}

export const ok = <V>(value: V, warning?: string): Parsed<V> => (warning === undefined ? { ok: true, value } : { ok: true, value, warning });

export const fail = (message: string, suggestion?: string): Parsed<never> =>
  suggestion === undefined ? { ok: false, message } : { ok: false, message, suggestion };

/** A value that only the host which loads the ruleset can look up. */
export const lookedUp = <V>(value: V, warning: string): Parsed<V> => ({ ok: true, value, warning, lookup: true });

/** The text as messages begin with it. */
export const shown = (text: string): string => (text === '' ? 'An empty value' : `\`${text}\``);
