import type { Backend, Family, TableName } from '../../netfilter.ts';
import type { Line } from '../../syntax/line.ts';
import type { Span } from '../../text.ts';
import type { CommandFailure, LocatedProblem, Rule, Ruleset, Table } from '../model.ts';
import { copyTable, copyTables, emptyTable } from './chains.ts';
import { Reach } from './reach.ts';

/** What an execution starts from. */
export interface ExecutionStart {
  /** Whose refusals count; iptables-nft where it is absent. */
  readonly backend?: Backend;
  /** What the kernel holds before the first line; nothing where it is absent. */
  readonly from?: Ruleset | undefined;
  /** The network namespace that the lines are executed in, where that is not the script's own. */
  readonly namespace?: string | undefined;
}

/**
 * Why a command does not end well: `unusable` arguments, a `target` that there is not, a table of another `version`, a
 * request that can't be carried `out`, a `kernel` that refuses.
 */
export type Failing = 'unusable' | 'target' | 'version' | 'out' | 'kernel';

/** Whether iptables-restore empties the tables that it loads, or keeps what they hold. */
export type RestoreMode = 'flush' | 'keep';

/** What the lines executed so far have made, and what was found wrong with them. */
export class ExecutionState {
  readonly family: Family;
  readonly backend: Backend;
  readonly namespace: string | undefined;
  readonly tables: Map<TableName, Table>;
  readonly reach: Reach;
  problems: LocatedProblem[] = [];
  failures: CommandFailure[] = [];
  /** The line whose turn it is. */
  line!: Line;
  /** What iptables-restore reads of it. */
  text = '';
  /** How iptables-restore takes it; undefined for a command. */
  restoring: RestoreMode | undefined;
  /** Whether it changes nothing when it is refused: a command, what a script's iptables-restore reads; a ruleset is shown as it was meant. */
  isExact = true;
  /** Whether the script provides for its failure. */
  isAsked = false;
  /** Why nobody knows how it ends. */
  doubt: string | undefined;
  /** Rules of a file that its `-F` was to delete and iptables-nft leaves in place. */
  readonly spared = new Set<Rule>();
  /** Chains that the iptables-restore which is running has declared: it knows no targets of these names. */
  declared = new Set<string>();
  /** With what iptables ends it, as far as it is known. */
  status = 0;
  /** Whether it got as far as to open its table. */
  opened = true;

  constructor(family: Family, { backend = 'nft', from, namespace }: ExecutionStart) {
    this.family = family;
    this.backend = backend;
    this.namespace = namespace;
    this.reach = new Reach(backend);
    this.tables = from === undefined ? new Map() : copyTables(from);
  }

  /** Makes another state one like this, which changes by itself. */
  copyTo(other: ExecutionState): void {
    for (const [name, table] of this.tables) other.tables.set(name, copyTable(table));
    other.problems = [...this.problems];
    other.failures = [...this.failures];
    for (const rule of this.spared) other.spared.add(rule);
    // An iptables-restore that comes to its end says where.
    other.line = this.line;
  }

  /** Goes on to the next line. */
  begin(line: Line, restoring: RestoreMode | undefined, isExact: boolean, isAsked = false, text = line.text): void {
    this.line = line;
    this.text = text;
    this.restoring = restoring;
    this.isExact = isExact;
    this.isAsked = isAsked;
    this.doubt = undefined;
    this.status = 0;
    this.opened = true;
  }

  /** The table, which comes into being when somebody asks for it. */
  table(name: TableName): Table {
    let table = this.tables.get(name);
    if (table === undefined) this.tables.set(name, table = emptyTable(name, undefined));
    return table;
  }

  /** Reports what is wrong with the line whose turn it is. */
  problem(code: string, message: string, span: Span, more: Pick<LocatedProblem, 'accepted' | 'fix' | 'related'> = {}): void {
    this.problems.push({ code, message, span: { start: span.start, end: span.end }, line: this.line, ...more });
  }

  /** Notes that iptables refuses the command, and answers its exit status (seen in 1.8.9). */
  failure(kind: Failing, message: string): number {
    // iptables stops at the first thing that it minds.
    if (this.status !== 0) return this.status;
    this.status = statusOf(kind, this.backend);
    this.opened = kind !== 'unusable' && kind !== 'version';
    if (this.isExact && !this.isAsked && this.doubt === undefined) this.failures.push({ line: this.line, status: this.status, message });
    return this.status;
  }

  /** Notes that nobody knows what the command does, for this reason. */
  unknown(reason: string): void {
    this.failures.push({ line: this.line, status: undefined, message: `What it does depends on \`${reason}\`, which is not known.` });
  }

  /** Reports a problem for which iptables refuses the command, and answers its exit status. */
  refuse(kind: Failing, code: string, message: string, span: Span, more: Pick<LocatedProblem, 'fix' | 'related'> = {}): number {
    if (this.doubt === undefined) this.problem(code, message, span, more);
    return this.failure(kind, message);
  }
}

/** As seen in 1.8.9. */
function statusOf(kind: Failing, backend: Backend): number {
  switch (kind) {
    case 'unusable': case 'target': return 2;
    case 'version': return 3;
    case 'out': return 1;
    case 'kernel': return backend === 'nft' ? 4 : 1;
  }
}
