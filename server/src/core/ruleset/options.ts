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
}

const command = (name: string, short: string, kind: CommandKind, argument: BaseOption['argument']): BaseOption =>
  ({ name, short, argument, meaning: { kind: 'command', command: kind } });

const header = (name: string, part: keyof RuleHeader, short?: string, argument: BaseOption['argument'] = 'required'): BaseOption =>
  ({ name, argument, meaning: { kind: 'header', part }, negatable: true, ...(short === undefined ? {} : { short }) });

/** The option table of iptables 1.8.9, names as `iptables -h` lists them. */
export const BASE_OPTIONS: readonly BaseOption[] = [
  command('append', 'A', 'append', 'required'),
  command('check', 'C', 'check', 'required'),
  command('delete', 'D', 'delete', 'required'),
  command('insert', 'I', 'insert', 'required'),
  command('replace', 'R', 'replace', 'required'),
  command('list', 'L', 'list', 'optional'),
  command('list-rules', 'S', 'list-rules', 'optional'),
  command('flush', 'F', 'flush', 'optional'),
  command('zero', 'Z', 'zero', 'optional'),
  command('new-chain', 'N', 'new-chain', 'required'),
  command('delete-chain', 'X', 'delete-chain', 'optional'),
  command('policy', 'P', 'policy', 'required'),
  command('rename-chain', 'E', 'rename-chain', 'required'),
  header('protocol', 'protocol', 'p'),
  header('source', 'source', 's'),
  header('src', 'source'),
  header('destination', 'destination', 'd'),
  header('dst', 'destination'),
  header('in-interface', 'in', 'i'),
  header('out-interface', 'out', 'o'),
  header('fragments', 'fragment', 'f', 'none'),
  { name: 'match', short: 'm', argument: 'required', meaning: { kind: 'match' } },
  { name: 'jump', short: 'j', argument: 'required', meaning: { kind: 'jump' } },
  { name: 'goto', short: 'g', argument: 'required', meaning: { kind: 'goto' } },
  { name: 'table', short: 't', argument: 'required', meaning: { kind: 'table' } },
  { name: 'set-counters', short: 'c', argument: 'required', meaning: { kind: 'counters' } },
  { name: 'ipv4', short: '4', argument: 'none', meaning: { kind: 'family' }, forgetsNegation: true },
  { name: 'ipv6', short: '6', argument: 'none', meaning: { kind: 'family' }, forgetsNegation: true },
  { name: 'verbose', short: 'v', argument: 'none', meaning: { kind: 'ignored' } },
  { name: 'wait', short: 'w', argument: 'none', meaning: { kind: 'listing' } },
  { name: 'wait-interval', short: 'W', argument: 'none', meaning: { kind: 'listing' } },
  { name: 'numeric', short: 'n', argument: 'none', meaning: { kind: 'listing' } },
  { name: 'exact', short: 'x', argument: 'none', meaning: { kind: 'listing' } },
  { name: 'line-numbers', argument: 'none', meaning: { kind: 'listing' } },
  { name: 'modprobe', short: 'M', argument: 'required', meaning: { kind: 'ignored' }, forgetsNegation: true },
  { name: 'version', short: 'V', argument: 'none', meaning: { kind: 'answer' } },
  { name: 'help', short: 'h', argument: 'none', meaning: { kind: 'answer' } },
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
