import type { CommandKind, RuleHeader } from './model.ts';

/** An option of the iptables command itself, in getopt's terms. */
export interface BaseOption {
  readonly name: string;
  readonly short?: string;
  /** Whether getopt takes the next argument as its value whatever it looks like; `optional` = only what is attached. */
  readonly argument: 'none' | 'optional' | 'required';
  readonly meaning:
    | { readonly kind: 'command'; readonly command: CommandKind }
    | { readonly kind: 'header'; readonly part: keyof RuleHeader }
    | { readonly kind: 'match' | 'jump' | 'goto' | 'table' | 'counters' | 'family' }
    /** Taken without effect on the rule (`-v`). */
    | { readonly kind: 'ignored' }
    /** Makes the program answer and stop with success, whatever comes next. */
    | { readonly kind: 'answer' }
    | { readonly kind: 'listing' };
  readonly negatable?: boolean;
  /** Whether iptables takes a `!` before it and forgets it. */
  readonly forgetsNegation?: boolean;
  /** One line for completion and hover. */
  readonly summary: string;
}

const command = (name: string, short: string, kind: CommandKind, argument: BaseOption['argument'], summary: string): BaseOption =>
  ({ name, short, argument, meaning: { kind: 'command', command: kind }, summary });

const header = (name: string, part: keyof RuleHeader, summary: string, short?: string, argument: BaseOption['argument'] = 'required'): BaseOption =>
  ({ name, argument, meaning: { kind: 'header', part }, negatable: true, summary, ...(short === undefined ? {} : { short }) });

/** The option table of iptables 1.8.9, names as `iptables -h` lists them. */
export const BASE_OPTIONS: readonly BaseOption[] = [
  command('append', 'A', 'append', 'required', 'Append the rule to the end of a chain.'),
  command('check', 'C', 'check', 'required', 'Ask whether a rule exists in a chain.'),
  command('delete', 'D', 'delete', 'required', 'Delete a rule from a chain, by its text or its number.'),
  command('insert', 'I', 'insert', 'required', 'Insert the rule at the start of a chain, or before a rule number.'),
  command('replace', 'R', 'replace', 'required', 'Replace the rule with a given number.'),
  command('list', 'L', 'list', 'optional', 'List the rules of one chain or of all.'),
  command('list-rules', 'S', 'list-rules', 'optional', 'Print the rules of one chain or of all as commands.'),
  command('flush', 'F', 'flush', 'optional', 'Delete every rule of one chain or of all; policies stay.'),
  command('zero', 'Z', 'zero', 'optional', 'Set packet and byte counters to zero.'),
  command('new-chain', 'N', 'new-chain', 'required', 'Create a user-defined chain.'),
  command('delete-chain', 'X', 'delete-chain', 'optional', 'Delete an empty, unused user-defined chain, or all of them.'),
  command('policy', 'P', 'policy', 'required', 'Set the policy of a built-in chain.'),
  command('rename-chain', 'E', 'rename-chain', 'required', 'Rename a user-defined chain.'),
  header('protocol', 'protocol', 'Protocol by name or number; `all` matches every protocol.', 'p'),
  header('source', 'source', 'Source address, network or comma list.', 's'),
  header('src', 'source', 'Source address, network or comma list.'),
  header('destination', 'destination', 'Destination address, network or comma list.', 'd'),
  header('dst', 'destination', 'Destination address, network or comma list.'),
  header('in-interface', 'in', 'Interface by which the packet came; a trailing `+` is a prefix.', 'i'),
  header('out-interface', 'out', 'Interface by which the packet will leave; a trailing `+` is a prefix.', 'o'),
  header('fragments', 'fragment', 'Second and later fragments of an IPv4 packet.', 'f', 'none'),
  { name: 'match', short: 'm', argument: 'required', meaning: { kind: 'match' }, summary: 'Load a match extension.' },
  { name: 'jump', short: 'j', argument: 'required', meaning: { kind: 'jump' }, summary: 'Target of the rule: a verdict, a target extension or a chain.' },
  { name: 'goto', short: 'g', argument: 'required', meaning: { kind: 'goto' }, summary: "Continue in a chain without coming back to this one." },
  { name: 'table', short: 't', argument: 'required', meaning: { kind: 'table' }, summary: 'Table that the command works on (command lines only).' },
  { name: 'set-counters', short: 'c', argument: 'required', meaning: { kind: 'counters' }, summary: 'Packet and byte counters that the rule starts with.' },
  { name: 'ipv4', short: '4', argument: 'none', meaning: { kind: 'family' }, forgetsNegation: true, summary: 'Only for iptables; ip6tables-restore skips the line.' },
  { name: 'ipv6', short: '6', argument: 'none', meaning: { kind: 'family' }, forgetsNegation: true, summary: 'Only for ip6tables; iptables-restore skips the line.' },
  { name: 'verbose', short: 'v', argument: 'none', meaning: { kind: 'ignored' }, summary: 'Say what is done.' },
  { name: 'wait', short: 'w', argument: 'none', meaning: { kind: 'listing' }, summary: 'Wait for the xtables lock (command lines only).' },
  { name: 'wait-interval', short: 'W', argument: 'none', meaning: { kind: 'listing' }, summary: 'Interval of trying for the xtables lock.' },
  { name: 'numeric', short: 'n', argument: 'none', meaning: { kind: 'listing' }, summary: 'List addresses and ports as numbers.' },
  { name: 'exact', short: 'x', argument: 'none', meaning: { kind: 'listing' }, summary: 'List exact counters.' },
  { name: 'line-numbers', argument: 'none', meaning: { kind: 'listing' }, summary: 'List rule numbers.' },
  { name: 'modprobe', short: 'M', argument: 'required', meaning: { kind: 'ignored' }, forgetsNegation: true, summary: 'Program that loads kernel modules.' },
  { name: 'version', short: 'V', argument: 'none', meaning: { kind: 'answer' }, summary: 'Print the version.' },
  { name: 'help', short: 'h', argument: 'none', meaning: { kind: 'answer' }, summary: 'Print help.' },
];

const byShort = new Map(BASE_OPTIONS.flatMap((spec) => (spec.short === undefined ? [] : [[spec.short, spec] as const])));

/** The base option with this one-letter name. */
export function findShort(letter: string): BaseOption | undefined {
  return byShort.get(letter);
}

const byName = new Map(BASE_OPTIONS.map((spec) => [spec.name, spec]));

/** The base option with exactly this long name. */
export function findLongBase(name: string): BaseOption | undefined {
  return byName.get(name);
}

/** One spelling of a long option and what it means. */
export interface LongCandidate<T> {
  readonly spelling: string;
  readonly meaning: T;
}

/** The one meaning of which `text` is a prefix, as getopt_long abbreviates; 'ambiguous' when it fits several. */
export function findByPrefix<T>(text: string, candidates: readonly LongCandidate<T>[]): T | 'ambiguous' | undefined {
  let found: T | undefined;
  for (const { spelling, meaning } of candidates) {
    if (!spelling.startsWith(text)) continue;
    if (found !== undefined && found !== meaning) return 'ambiguous';
    found = meaning;
  }
  return found;
}
