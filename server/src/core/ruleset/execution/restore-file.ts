import { TABLE_NAMES, isBuiltIn, isTableName, type TableName } from '../../netfilter.ts';
import type { Problem } from '../../extensions/definition.ts';
import type { Argument, Line, LineContent } from '../../syntax/line.ts';
import { nearest } from '../../values/spelling.ts';
import { chainNameProblems } from '../chain-name.ts';
import type { RestoreOptions } from '../../shell/restore-options.ts';
import type { Chain, Table } from '../model.ts';
import { copyTable, declaredAt, emptyTable, namedTables, userChain, whole } from './chains.ts';
import { maybeDeclare, maybeEmptied, restoreUnknown } from './maybe.ts';
import { setPolicy } from './policy.ts';
import type { ExecutionState, Failing, RestoreMode } from './state.ts';

/** A run of iptables-restore in a script. */
export interface RestoreRun {
  readonly options: RestoreOptions;
  /** Why nobody knows whether it runs. */
  readonly conditional: string | undefined;
}

/** A `*table` block that is open. */
interface Block {
  readonly line: Line;
  /** Undefined where its name is no table's, and where the run loads another. */
  readonly table: Table | undefined;
  /** What the table was before; nothing changes it while the block is open. */
  readonly before: Table | undefined;
  /** The chains that the table held before and that the block has yet to declare. */
  readonly held: Map<string, Chain>;
}

/** The blocks of what one iptables-restore reads: `*table`, its chains, `COMMIT`. */
export class RestoreFile {
  /** The run of a script; undefined for a ruleset file. */
  readonly run: RestoreRun | undefined;
  readonly mode: RestoreMode;
  /** Whether iptables-restore has stopped reading, with success. */
  isOver = false;
  /** Whether it reads something that nobody knows. */
  readsUnknown = false;
  /** With what it ends. */
  status = 0;
  private readonly state: ExecutionState;
  private readonly opened = new Map<string, Line>();
  private block: Block | undefined;

  constructor(state: ExecutionState, run?: RestoreRun) {
    this.state = state;
    this.run = run;
    state.declared = new Set();
    // What may not run at all takes nothing away.
    this.mode = run !== undefined && (run.options.noflush || run.conditional !== undefined) ? 'keep' : 'flush';
  }

  /** The file as far as it has been read, for a state that is a copy of its own. */
  copyFor(state: ExecutionState): RestoreFile {
    const { block, opened } = this;
    const copy = new RestoreFile(state, this.run);
    for (const name of this.state.declared) state.declared.add(name);
    for (const [name, line] of opened) copy.opened.set(name, line);
    copy.isOver = this.isOver;
    copy.readsUnknown = this.readsUnknown;
    copy.status = this.status;
    copy.block = block?.table === undefined ? block : { ...block, ...copyOfBlock(block.table, state.tables.get(block.table.name)!, block.held) };
    return copy;
  }

  /** Whether another file of another state has been read as far and in the same way, but for what their tables hold. */
  isAs(other: RestoreFile): boolean {
    return this.run === other.run && this.isOver === other.isOver && this.readsUnknown === other.readsUnknown && this.status === other.status
      && sameMaps(this.opened, other.opened) && sameSets(this.state.declared, other.state.declared) && sameBlocks(this.block, other.block);
  }

  /** The name of the table whose block is open. */
  get tableName(): TableName | undefined {
    return this.block?.table?.name;
  }

  /** Starts a block; the one before must be over. */
  open(name: Argument): void {
    const { state } = this;
    // A table inside of a block is read as a rule.
    this.missingCommit(2);
    const only = this.run?.options.table;
    if (name.unknown !== undefined) {
      this.readsUnknown = true;
      restoreUnknown(state, state.line, only, name.unknown);
      state.unknown(name.unknown);
      this.block = unread(state.line);
      return;
    }
    if (only !== undefined && only !== name.text) {
      this.block = unread(state.line);
      return;
    }
    if (!isTableName(name.text)) {
      const [best] = nearest(name.text, TABLE_NAMES);
      state.refuse('unusable', 'unknown-table', `There is no table \`${name.text}\`; the tables are ${namedTables()}.`, name,
        best === undefined ? {} : { fix: { title: `Write ${best}`, span: name, newText: best, safe: false } });
      this.block = unread(state.line);
      return;
    }
    const above = this.opened.get(name.text);
    if (above !== undefined && this.mode === 'flush') {
      state.problem('duplicate-table', `This block replaces the \`*${name.text}\` block above: iptables-restore empties the table when it meets its name again.`, name, {
        accepted: true, related: [{ line: above, span: { start: 0, end: above.text.length }, message: 'The block that is replaced' }],
      });
    }
    this.opened.set(name.text, state.line);
    const before = state.tables.get(name.text);
    const table = this.found(name.text, before);
    // The kernel knows when it first heard of a table, and lists them by that.
    state.tables.set(name.text, table);
    this.block = { line: state.line, table, before, held: new Map(this.mode === 'flush' ? [] : table.chains) };
  }

  /** The table as the block finds it. */
  private found(name: TableName, before: Table | undefined): Table {
    const { line, backend } = this.state;
    if (before !== undefined && this.mode === 'keep') {
      const table = { ...copyTable(before), line };
      if (this.run?.options.noflush === false) maybeEmptied(this.state, table, this.run.conditional!);
      return table;
    }
    const table = emptyTable(name, line);
    // iptables-nft deletes the table, with its policies; iptables-legacy has but rules and chains to take away.
    if (backend === 'legacy') for (const [hook, chain] of table.chains) chain.policy = before?.chains.get(hook)?.policy ?? chain.policy;
    return table;
  }

  /** The table of the open block; a problem where no block is open. */
  tableForRule(): Table | undefined {
    if (this.block === undefined) this.refuseOutside('stands');
    return this.block?.table;
  }

  /** Stops reading: nothing of the block that is open is loaded. */
  end(): void {
    this.abandon();
    this.isOver = true;
  }

  private abandon(): void {
    const { table, before } = this.block ?? {};
    this.block = undefined;
    if (table === undefined) return;
    const { tables, backend } = this.state;
    // Copies of the execution share what was before.
    if (before !== undefined) tables.set(table.name, copyTable(before));
    // iptables-legacy has opened the table, so that the kernel has it from now on.
    else if (backend === 'legacy') tables.set(table.name, emptyTable(table.name, undefined));
    else tables.delete(table.name);
  }

  /** Whether a refused line changes nothing: in a script, where nothing has been refused so far. */
  get isSound(): boolean {
    return this.run !== undefined && this.status === 0;
  }

  /** Whether a line of a script is one that iptables-restore can read; if not, it is refused. */
  canRead({ kind }: LineContent): boolean {
    const { state } = this;
    const isBad = kind === 'shell' || kind === 'command' || kind === 'invalid' || (kind !== 'rule' && /^\s/u.test(state.text));
    if (isBad) state.failure(this.block === undefined ? 'out' : 'unusable', 'iptables-restore can\'t read this line.');
    return !isBad;
  }

  /** Takes note of how a line ended. Behind one that is refused a script's iptables-restore loads nothing; what else is wrong there is looked for all the same. */
  note(status: number): void {
    if (this.run !== undefined && this.status === 0 && !this.isOver) this.status = status;
  }

  /** Comes to the end of what it reads. */
  finish(): void {
    this.missingCommit(1);
  }

  /** Goes out of the block, which a trial leaves as it was, and so does one that fails. */
  private leave(): void {
    if (this.run?.options.test === true || this.status !== 0) this.abandon();
    this.block = undefined;
  }

  /** Reports a block that is still open at the end of the file, or where the next one starts; a script's iptables-restore ends with `status`. */
  private missingCommit(status: number): void {
    if (this.block === undefined) return;
    const { line: opened } = this.block;
    const { line: end } = this.state;
    const table = opened.content.kind === 'table' ? opened.content.name.text : '';
    const message = `The \`*${table}\` block has no \`COMMIT\`; iptables-restore loads nothing of it.`;
    if (this.isSound && !this.isOver) this.state.failures.push({ line: opened, status, message });
    this.note(status);
    this.state.problems.push({
      code: 'missing-commit', line: opened, span: { start: 0, end: opened.text.trimEnd().length }, message,
      related: [{ line: end, span: { start: 0, end: end.text.length }, message: '`COMMIT` is expected before the end of the block' }],
    });
    this.leave();
  }

  /** Ends the block. */
  commit(): void {
    const { state } = this;
    const { line, text } = state;
    if (this.block === undefined) state.refuse('out', 'outside-table', '`COMMIT` ends a `*table` block, and none is open here.', whole(line));
    else if (/\s$/u.test(text)) {
      const end = line.text.trimEnd().length;
      state.refuse('unusable', 'invalid-line', 'Blanks behind `COMMIT` make iptables-restore refuse the line.', { start: end, end: line.text.length },
        { fix: { title: 'Remove the blanks', span: { start: end, end: line.text.length }, newText: '', safe: true } });
    }
    this.note(state.status);
    this.leave();
  }

  /** Carries out a line `:CHAIN POLICY [packets:bytes]`. */
  declareChain({ name, policy, counters, extra }: LineContent & { readonly kind: 'chain' }): void {
    const { state } = this;
    if (this.block === undefined) {
      this.refuseOutside('declares a chain');
      return;
    }
    const { table, held } = this.block;
    if (table === undefined) return;
    if (/^\s/u.test(state.text)) {
      const end = state.line.text.length - state.line.text.trimStart().length;
      state.refuse('unusable', 'invalid-line', 'Blanks before `:` make iptables-restore read this as a rule, and refuse it.', whole(state.line),
        { fix: { title: 'Remove the blanks', span: { start: 0, end }, newText: '', safe: true } });
      return;
    }
    if (policy === undefined) {
      this.missingPolicy(table, name, counters);
      return;
    }
    table.made = true;
    const conditional = this.run?.conditional;
    if (conditional !== undefined) maybeDeclare(table, name.text, policy.text, state, conditional);
    else if (isBuiltIn(table.name, name.text)) setPolicy(state, table.chains.get(name.text)!, policy.text, policy, true);
    else this.declareUserChain(table, held, name, policy, extra);
  }

  private missingPolicy(table: Table, name: Argument, counters: Argument | undefined): void {
    const { state } = this;
    const builtIn = isBuiltIn(table.name, name.text);
    // iptables-nft takes the counters for the policy of a user-defined chain, which it ignores (seen in 1.8.9).
    const accepted = !builtIn && counters !== undefined;
    state.problem('invalid-policy', accepted
      ? `The declaration of \`${name.text}\` lacks its \`-\`: iptables-legacy refuses this.`
      : `The declaration of \`${name.text}\` needs a policy: \`ACCEPT\` or \`DROP\` for a built-in chain, \`-\` for any other.`, whole(state.line),
    { fix: insertPolicy(state.line, name, counters, builtIn ? 'ACCEPT' : '-'), ...(accepted ? { accepted } : {}) });
    if (accepted) this.refusedByLegacy('out', 'A declaration lacks its policy.');
    else state.failure('unusable', 'A declaration lacks its policy.');
    if (!accepted) return;
    table.made = true;
    this.declare(table, name.text);
  }

  private declareUserChain(table: Table, held: Map<string, Chain>, name: Argument, policy: Argument, extra: readonly Argument[]): void {
    const { state } = this;
    const wrong = chainNameProblems(name.text, name, state.family, 'declaration');
    state.problems.push(...wrong.map((problem) => ({ ...problem, line: state.line })));
    const refused = wrong.find(({ accepted }) => accepted !== true);
    if (refused !== undefined) {
      state.failure('unusable', refused.message);
      return;
    }
    if (policy.text !== '-') this.policyOnUserChain(table, name, policy, extra);
    state.declared.add(name.text);
    const before = table.chains.get(name.text);
    if (before !== undefined && held.get(name.text) !== before) {
      state.problem('chain-exists', `The chain \`${name.text}\` is declared twice: iptables-legacy refuses this, iptables-nft empties the chain here.`, name,
        { accepted: true, ...declaredAt(before) });
      if (this.mode === 'flush') this.refusedByLegacy('unusable', `The chain \`${name.text}\` is declared twice.`);
    }
    held.delete(name.text);
    this.declare(table, name.text);
  }

  /** Declares a chain, which empties one that is there. */
  private declare(table: Table, name: string): void {
    const { reach, line } = this.state;
    if (table.chains.has(name)) reach.regrouped(table);
    table.chains.set(name, userChain(name, line));
  }

  private refuseOutside(what: string): void {
    const { line } = this.state;
    const beginning = line.text.trim().split(/\s+/u).slice(0, 2).join(' ');
    this.state.refuse('out', 'outside-table', `\`${beginning}\` ${what} outside of any block; write \`*filter\`, or another table, above it.`, whole(line));
  }

  private refusedByLegacy(kind: Failing, message: string): void {
    if (this.state.backend === 'legacy') this.state.failure(kind, message);
  }

  private policyOnUserChain(table: Table, name: Argument, policy: Argument, extra: readonly Argument[]): void {
    const isOthers = TABLE_NAMES.some((other) => isBuiltIn(other, name.text));
    this.refusedByLegacy('out', `\`${name.text}\` is declared with a policy and is no built-in chain.`);
    const split = extra.length > 0 || !/^(ACCEPT|DROP)$/u.test(policy.text) ? '' : ', iptables-nft ignores the policy';
    this.state.problem('invalid-policy', isOthers
      ? `The table \`${table.name}\` has no built-in chain \`${name.text}\`: iptables-legacy refuses this, iptables-nft makes a chain that nothing leads to. Remove the declaration, or move it to another table.`
      : `\`${name.text}\` is a user-defined chain and has no policy: iptables-legacy refuses this${split}. Write \`-\`.`, policy,
    isOthers ? { accepted: true } : { accepted: true, fix: { title: 'Write -', span: policy, newText: '-', safe: true } });
  }
}

/** The chains that are yet to be declared as those of a copy of the table. */
function copyOfBlock(table: Table, copy: Table, held: ReadonlyMap<string, Chain>): Pick<Block, 'table' | 'held'> {
  const copies = held.size === 0 ? undefined : new Map(zip(table.chains.values(), copy.chains.values()));
  return { table: copy, held: new Map(Array.from(held, ([name, chain]) => [name, copies!.get(chain) ?? chain])) };
}

function * zip<A, B>(a: Iterable<A>, b: Iterable<B>): Generator<readonly [A, B]> {
  const others = b[Symbol.iterator]();
  for (const element of a) yield [element, others.next().value as B];
}

/** Whether two blocks are the same, whose tables differ by no more than rules. */
function sameBlocks(a: Block | undefined, b: Block | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.line === b.line && a.table?.name === b.table?.name && a.before === b.before && a.held.size === b.held.size
    && [...a.held].every(([name, chain]) => b.held.has(name) && isIn(a.table, chain) && isIn(b.table, b.held.get(name)!));
}

/** Whether the table still holds the chain by its name. */
const isIn = (table: Table | undefined, chain: Chain): boolean => table?.chains.get(chain.name) === chain;

const sameMaps = <K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): boolean => a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);

const sameSets = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean => a.size === b.size && [...a].every((element) => b.has(element));

/** A block of which nothing is loaded. */
const unread = (line: Line): Block => ({ line, table: undefined, before: undefined, held: new Map() });

function insertPolicy(line: Line, name: Argument, counters: Argument | undefined, policy: string): NonNullable<Problem['fix']> {
  const span = counters === undefined ? { start: name.end, end: line.text.length } : { start: name.end, end: name.end };
  return { title: `Add the policy ${policy}`, span, newText: ` ${policy}${counters === undefined ? ' [0:0]' : ''}`, safe: policy === '-' };
}
