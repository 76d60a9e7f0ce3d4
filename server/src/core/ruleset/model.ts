import type { Family, Hook, Policy, TableName } from '../netfilter.ts';
import type { Span } from '../text.ts';
import type { Answer } from '../shell/invocation.ts';
import type { Line } from '../syntax/line.ts';
import type { ExtensionDefinition, ExtensionUse, OptionSpec, Problem } from '../extensions/definition.ts';
import type { MaskedAddress } from '../values/address.ts';

/** What a rule's own options (not an extension's) ask of a packet; `negated` is `!`. */
export interface RuleHeader {
  readonly protocol: HeaderPart<number> | undefined;
  /** Several addresses make several rules. */
  readonly source: HeaderPart<readonly MaskedAddress[]> | undefined;
  readonly destination: HeaderPart<readonly MaskedAddress[]> | undefined;
  /** Interface name as written; a trailing `+` is a prefix. */
  readonly in: HeaderPart<string> | undefined;
  readonly out: HeaderPart<string> | undefined;
  readonly fragment: HeaderPart<true> | undefined;
}

export interface HeaderPart<V> {
  readonly value: V;
  readonly negated: boolean;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly valueSpan: Span;
  readonly text: string;
}

/** Where `-j` or `-g` leads. */
export type RuleTarget =
  | { readonly kind: 'verdict'; readonly verdict: 'ACCEPT' | 'DROP' | 'RETURN' | 'QUEUE'; readonly span: Span; readonly nameSpan: Span }
  | { readonly kind: 'extension'; readonly use: ExtensionUse; readonly span: Span; readonly nameSpan: Span }
  | { readonly kind: 'chain'; readonly chain: string; readonly goto: boolean; readonly span: Span; readonly nameSpan: Span };

export type CommandKind =
  | 'append' | 'insert' | 'delete' | 'replace' | 'check' | 'policy' | 'new-chain' | 'delete-chain' | 'rename-chain'
  | 'flush' | 'zero' | 'list' | 'list-rules';

/**
 * A rule or command line, read the way iptables reads its arguments. It depends only on the line's text and the
 * family, so it is cached on the line; what depends on other lines is decided later.
 */
export interface BoundRule {
  readonly line: Line;
  readonly family: Family;
  /** Undefined where the line says no command that could be read. */
  readonly command: BoundCommand | undefined;
  /** `-4` or `-6` of the other family: iptables-restore skips the line. */
  readonly skipped: boolean;
  /** `-h` or `-V`: iptables answers and stops with success, so that nothing behind it is read, in a ruleset no more lines. */
  readonly ends: boolean;
  /** `-t` of a command line; undefined = the current table block, or filter. */
  readonly table: { readonly name: string; readonly span: Span } | undefined;
  readonly header: RuleHeader;
  readonly matches: readonly ExtensionUse[];
  readonly target: RuleTarget | undefined;
  readonly traits: RuleTraits;
  /** The addresses of `header.source` and `header.destination`. */
  readonly sources: readonly MaskedAddress[] | undefined;
  readonly destinations: readonly MaskedAddress[] | undefined;
  /** Where each argument's meaning stands, for completion and hover. */
  readonly tokens: readonly Token[];
  readonly problems: readonly Problem[];
  /** What the first argument comes from that nobody knows (`$NET`), or the reason why nobody knows whether the command runs. */
  readonly unresolved: string | undefined;
  /** What the first argument comes from that nobody knows. */
  readonly unknownWord: string | undefined;
  /** What the running of the command depends on, where that is not known. */
  readonly conditional: string | undefined;
  /** The answers by which it runs, or the rule is there, where that depends on nothing else. */
  readonly presence?: readonly Answer[] | undefined;
  /** Whether iptables refuses the line by itself, so that nobody can say what it would do. */
  readonly broken: boolean;
}

/** What a rule has in common with all that differ from it in values only; of thousands of rules it is asked first, as their parts are made when somebody looks at them. */
export interface RuleTraits {
  /** The extensions that it uses, its target last if that is one. */
  readonly extensions: readonly ExtensionDefinition[];
  /** The options that it gives them. */
  readonly options: readonly OptionSpec[];
  /** Whether it asks for an interface. */
  readonly asksInterface: boolean;
}

export interface BoundCommand {
  readonly kind: CommandKind;
  readonly chain: string | undefined;
  readonly chainSpan: Span | undefined;
  /** `-I CHAIN 3`, `-D CHAIN 3`, `-R CHAIN 3`. */
  readonly position: number | undefined;
  /** How it prints what it zeroes: `-L -Z`, `-S -Z`. */
  readonly lists?: 'list' | 'list-rules';
  /** Policy of `-P`, new name of `-E`. */
  readonly argument: { readonly text: string; readonly span: Span } | undefined;
  readonly span: Span;
}

/** The meaning of a stretch of a rule, for completion, hover and highlighting. */
export interface Token extends Span {
  readonly role:
    | 'negation' | 'command' | 'chain' | 'rule-option' | 'match-name' | 'target-name' | 'protocol' | 'option' | 'value'
    | 'position' | 'unknown';
  /** The extension use that an `option` or `value` belongs to, and the option's name. */
  readonly extension?: string;
  readonly option?: string;
  /** Which of the option's values. */
  readonly index?: number;
  readonly text: string;
}

/** A rule in a chain, after commands have been executed and address lists unfolded. */
export interface Rule {
  readonly bound: BoundRule;
  readonly source: MaskedAddress | undefined;
  readonly destination: MaskedAddress | undefined;
}

export interface Chain {
  readonly name: string;
  readonly builtIn: boolean;
  policy: Policy | undefined;
  /** The line that declares it (`:NAME`, `-N NAME`) or sets its policy last; undefined for an undeclared built-in chain. */
  declaration: Line | undefined;
  rules: Rule[];
  /** What its policy may be instead, where nobody knows, as rules behind the others, to which packets come also that return from there. */
  policies?: readonly Rule[];
  /** Why nobody knows what rules it holds. */
  doubt?: string | undefined;
  /** Why nobody knows whether it is there. */
  maybe?: string | undefined;
  /** The answers by which it is, where that depends on nothing else. */
  presence?: readonly Answer[] | undefined;
}

/** The place of the first rule of a chain that stands for what its policy may be; where there is none, behind the last rule. */
export const placeOfPolicies = ({ rules, policies = [] }: Chain): number => rules.length - policies.length;

export interface Table {
  readonly name: TableName;
  /** The `*table` line, where there is one. */
  readonly line: Line | undefined;
  /** Whether anything was made in it: iptables-nft has no table that was only asked about. */
  made: boolean;
  /** Why it may hold chains that nobody knows of; `isEmptied`: whether all of them have been flushed. */
  doubt?: { readonly reason: string; readonly isEmptied: boolean } | undefined;
  readonly chains: Map<string, Chain>;
}

/** What a file leaves behind: for each table its chains with their rules, in the kernel's shape. */
export interface Ruleset {
  readonly family: Family;
  /** The network namespace that it is of, where that is not the script's own. */
  readonly namespace?: string | undefined;
  readonly tables: Map<TableName, Table>;
  /** What went wrong while executing the lines in order (unknown chain, rule number past the end …). */
  readonly problems: readonly LocatedProblem[];
  /** The commands of a script that iptables refuses when their turn comes, in that order. */
  readonly failures: readonly CommandFailure[];
}

/**
 * A command that changes nothing because iptables refuses it, with the status by which iptables ends; without a status, a
 * command of which nobody can say what it does.
 */
export interface CommandFailure {
  readonly line: Line;
  readonly status: number | undefined;
  /** Why, in one sentence. */
  readonly message: string;
}

export interface LocatedProblem extends Problem {
  readonly line: Line;
  readonly related?: readonly { readonly line: Line; readonly span: Span; readonly message: string }[];
}

/** Where a rule can be met: its table and the hooks whose built-in chain leads to its chain. */
export interface Placement {
  readonly table: TableName;
  readonly chain: string;
  readonly hooks: ReadonlySet<Hook>;
}
