import type { Backend, Family, Hook, TableName } from '../netfilter.ts';
import type { Span } from '../text.ts';
import type { ValueType } from '../values/value.ts';
import type { Action, Condition, Slot } from '../engine/traversal.ts';
import type { Bounds } from '../sets/bounds.ts';
import type { Rewrite } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import { Unknown, type Truth } from '../engine/truth.ts';
import type { Traversal } from '../engine/traversal.ts';

/** One option of an extension, as iptables' option table would state it. */
export interface OptionSpec<V = unknown> {
  /** Canonical long name without dashes (`destination-port`), the one that iptables documents. */
  readonly name: string;
  /** Other long spellings (`dport`). */
  readonly aliases?: readonly string[];
  /** Spellings that iptables takes but that should not be written any more, with what to write instead; the name may be one of them. */
  readonly deprecated?: Readonly<Record<string, string>>;
  /** Types of the arguments it takes: none for a flag, two for `--tcp-flags`. The first one types `V`. */
  readonly values: readonly ValueType<unknown>[];
  /** Whether it also stands without its value, which is undefined then (`--rateest-bps`). */
  readonly optionalValue?: boolean;
  /** Whether `!` may stand before it. */
  readonly negatable?: boolean;
  /** Whether iptables takes a `!` before it and forgets it; it is then not `negatable`. */
  readonly forgetsNegation?: boolean;
  /** Whether it may be given more than once. */
  readonly repeatable?: boolean;
  /** Names of options of the same extension that can't stand beside it. */
  readonly conflicts?: readonly string[];
  /** Only where the rule's family is this. */
  readonly family?: Family;
  /** The spelling that iptables-save prints where it is not `name` (`dport`). */
  readonly saved?: string;
  /** Protocols of which the rule's `-p` must name one beside the option; absent = any that the extension takes. */
  readonly protocols?: readonly number[];
  /** Whether that `-p` has to stand before the option, because iptables asks for it while it reads. */
  readonly protocolFirst?: boolean;
  /** What its first value names outside of the ruleset; without it the rule is refused. */
  readonly external?: ExternalObject;
  /** What kind of external object its first value makes (`RATEEST --rateest-name`). */
  readonly makes?: ExternalObject['what'];
  readonly __value?: V;
}

/** Something that has to be there before a rule can name it. */
export interface ExternalObject {
  readonly what: 'ipset' | 'accounting object' | 'rate estimator' | 'timeout policy' | 'cgroup' | 'security context';
  /** What makes it, for messages. */
  readonly made: string;
  /** Names that are always there. */
  readonly always?: readonly string[];
}

/** An option as a rule uses it. */
export interface BoundOption<V = unknown> {
  readonly spec: OptionSpec<V>;
  readonly negated: boolean;
  /** The first value; undefined for a flag or when it could not be read (a fault says so). */
  readonly value: V;
  /** All values, for options that take several. */
  readonly values: readonly unknown[];
  /** The rule's `-p` as far as it stands before the option. */
  readonly protocol?: ExtensionUse['protocol'];
  /** From the `!` or the option to its last value. */
  readonly span: Span;
  readonly nameSpan: Span;
  readonly valueSpans: readonly Span[];
  /** The span's text. */
  readonly text: string;
}

/** How a rule uses an extension: which options, with which values. */
export interface ExtensionUse {
  readonly definition: ExtensionDefinition;
  readonly family: Family;
  /** Number and negation of the rule's `-p`; undefined without one. */
  readonly protocol: { readonly number: number; readonly negated: boolean } | undefined;
  readonly options: readonly BoundOption[];
  /** Where the extension is named: `-m NAME`, `-j NAME`, or the `-p NAME` that brings it in. */
  readonly span: Span;
  option<V>(spec: OptionSpec<V>): BoundOption<V> | undefined;
}

/** Something wrong in a rule, found while binding it; a diagnostic in src/rules puts it into words and fixes. */
export interface Problem {
  /** Code of the diagnostic that reports it, e.g. `missing-option`, `conflicting-options`, `invalid-value`. */
  readonly code: string;
  readonly message: string;
  readonly span: Span;
  /** True where iptables takes the line all the same; otherwise it refuses the line for this. */
  readonly accepted?: true;
  /** Where it is the kernel that refuses the line, of which iptables itself has nothing to say: behind which back end. */
  readonly refusedBy?: Backend | 'both';
  /** Text edits inside the line that would mend it. */
  readonly fix?: { readonly title: string; readonly span: Span; readonly newText: string; readonly safe: boolean };
}

/** Something of the kernel that rules share by its name, and one of the ways in which it can be (`with \`--alarm\``). */
export interface SharedObject {
  readonly what: string;
  readonly name: string;
  readonly way: string;
}

/** What evaluators get besides the use: room for state. */
export interface CompileContext {
  slot<S>(initial: () => S): Slot<S>;
}

interface ExtensionBase {
  readonly name: string;
  /** Names under which iptables also takes it (`-m ipv6-icmp` … `icmp6`). */
  readonly aliases?: readonly string[];
  readonly families: readonly Family[];
  /** What rules of the family that lacks it have instead (`hl` for `ttl`). */
  readonly counterpart?: string;
  readonly options: readonly OptionSpec[];
  /** Options of which one must be given (each inner list is one requirement: any of its names satisfies it). */
  readonly requires?: readonly (readonly string[])[];
  /** Tables that the kernel or iptables allows it in; absent = all. */
  readonly tables?: readonly TableName[];
  /** The same where it depends on the options (`SET --map-set`); within `tables`. */
  tablesFor?(use: ExtensionUse): readonly TableName[];
  /** Tables outside of which iptables-legacy refuses it and iptables-nft does not. */
  readonly legacyTables?: readonly TableName[];
  /** Hooks from which a rule using it may be reached; absent = all. */
  readonly hooks?: readonly Hook[];
  /** The same where it depends on the options (`addrtype --limit-iface-in`); within `hooks`. */
  hooksFor?(use: ExtensionUse): readonly Hook[];
  /** Protocol numbers of which the rule's `-p` must name one, in every family or in this one; absent = any. */
  readonly protocols?: readonly number[];
  readonly protocolsIn?: Family;
  /**
   * Whether loading a rule that uses it makes the kernel track connections (`state`, `DNAT` …; not `NOTRACK`). Without
   * any such rule there is no conntrack, and the nat chains are never consulted. Seen in the kernel.
   */
  readonly tracks?: boolean | ((use: ExtensionUse) => boolean);
  /** What the option schema alone can't say: wrong combinations, limits across options. */
  check?(use: ExtensionUse): readonly Problem[];
  /** What it shares with every rule that names it too; the kernel refuses a rule that wants it in another way. */
  shared?(use: ExtensionUse): SharedObject | undefined;
  /** What is wrong with it beside the rule's other extensions. */
  checkBeside?(use: ExtensionUse, others: readonly ExtensionUse[]): readonly Problem[];
  /**
   * The options as iptables-save prints them, a word each, where that is more than each given option in the order of
   * `options`: defaults filled in, several spellings that mean the same.
   */
  save?(use: ExtensionUse): readonly string[];
}

export interface MatchDefinition extends ExtensionBase {
  readonly kind: 'match';
  /** Whether iptables-nft turns the use into expressions of its own; it joins all such uses in a rule, and forgets those that ask for nothing. */
  translated?(use: ExtensionUse): boolean;
  /** The conditions that the use states, in the order in which the kernel tests them; empty = always matches. */
  conditions(use: ExtensionUse, context: CompileContext): readonly Condition[];
  /** Told of each use before the first packet comes, in the order of the rules, where these settle together what they share. */
  announce?(use: ExtensionUse, context: CompileContext): void;
  /**
   * Of which packets the conditions hold together, for the analysis. Absent where that depends on more than the packet:
   * on the moment, on packets before, on chance.
   */
  packets?(use: ExtensionUse, space: PacketSpace): Bounds;
  /** What it changes of packets of which its conditions hold, even where the rule then does not match; absent where it only looks. */
  rewrites?(use: ExtensionUse): readonly Rewrite[];
}

/** How a packet may leave a rule whose conditions hold. */
export type Outcome = 'continue' | 'return' | 'accept' | 'drop' | 'reject' | 'queue';

/** What a target can make of a packet: every outcome that may come about, and what it may have changed when the packet goes on. */
export interface TargetResult {
  readonly outcomes: readonly Outcome[];
  readonly rewrites: readonly Rewrite[];
}

export interface TargetDefinition extends ExtensionBase {
  readonly kind: 'target';
  /** Whether a packet that meets it goes on to the next rule (LOG, MARK …). */
  readonly terminating: boolean;
  /** Names of options that iptables-nft takes and loses when it translates the target. */
  readonly forgotten?: readonly string[];
  action(use: ExtensionUse, context: CompileContext): Action;
  /** What the action comes down to, for the analysis; absent where any packet may have any of its outcomes and changes. */
  result?(use: ExtensionUse): TargetResult;
}

export type ExtensionDefinition = MatchDefinition | TargetDefinition;

/** The protocols that the extension asks for in rules of the family; undefined = any will do. */
export const protocolsOf = ({ protocols, protocolsIn }: ExtensionDefinition, family: Family): readonly number[] | undefined =>
  (protocolsIn === undefined || protocolsIn === family ? protocols : undefined);

/** Declares an option that takes one value. */
export function option<V>(name: string, value: ValueType<V>, more: Omit<OptionSpec<V>, 'name' | 'values' | '__value'> = {}): OptionSpec<V> {
  return { name, values: [value], ...more };
}

/** Declares an option that takes no value. */
export function flag(name: string, more: Omit<OptionSpec<true>, 'name' | 'values' | '__value'> = {}): OptionSpec<true> {
  return { name, values: [], ...more };
}

export const defineMatch = (definition: Omit<MatchDefinition, 'kind'>): MatchDefinition => ({ kind: 'match', ...definition });

export const defineTarget = (definition: Omit<TargetDefinition, 'kind'>): TargetDefinition => ({ kind: 'target', ...definition });

/**
 * The condition that one option states: `test` decides the value without its `!`, which is applied here, once;
 * `observe` says what the packet has. Empty when the use does not give the option.
 */
export function conditionOf<V>(
  use: ExtensionUse,
  spec: OptionSpec<V>,
  test: (value: V, traversal: Traversal) => Truth,
  observe: (traversal: Traversal) => string,
): Condition[] {
  const bound = use.option(spec);
  if (bound === undefined) return [];
  const { value, negated, text } = bound;
  return [{
    source: text,
    observe,
    test: negated
      ? (traversal) => negation(test(value, traversal))
      : (traversal) => test(value, traversal),
  }];
}

const NOT = 'not: ';

/** What `!` makes of a truth; the question behind an unknown is turned round too. */
export function negation(truth: Truth): Truth {
  return truth instanceof Unknown ? new Unknown(truth.reason.startsWith(NOT) ? truth.reason.slice(NOT.length) : `${NOT}${truth.reason}`, truth.about) : !truth;
}
