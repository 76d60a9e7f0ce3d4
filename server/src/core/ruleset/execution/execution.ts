import { isTableName, type Family, type TableName } from '../../netfilter.ts';
import type { Line, LineContent } from '../../syntax/line.ts';
import type { BoundLine } from '../bound-line.ts';
import type { BoundCommand, BoundRule, CommandKind, Ruleset, Table } from '../model.ts';
import { tableNameOf } from '../table-of-command.ts';
import { executeOnChains } from './chain-commands.ts';
import { namedTables, ownRules } from './chains.ts';
import { differenceOf, makeDifferent, type Difference } from './difference.ts';
import { dependent, doubtOf, isUncounted, madeByAnother } from './doubt.ts';
import { executeSomewhere, maybeExecute, restoreUnknown } from './maybe.ts';
import { openWordsOf, type OpenWords } from './open-words.ts';
import { RestoreFile, type RestoreRun } from './restore-file.ts';
import { executeOnRules } from './rule-commands.ts';
import { ExecutionState, type ExecutionStart } from './state.ts';

/** Commands by which scripts ask and tidy up, so that their failure is an answer where somebody looks at it. */
const PROBES: ReadonlySet<CommandKind> = new Set(['check', 'delete', 'list', 'list-rules', 'new-chain', 'delete-chain', 'flush', 'zero']);

/**
 * Lines executed one after the other, as iptables-restore does with a ruleset and a shell with commands. Lines that
 * iptables would refuse are reported and passed over; where the back ends differ it follows the one that it was given.
 */
export class Execution {
  private readonly state: ExecutionState;
  /** What iptables-restore is reading: the ruleset, or what the latest run of a script reads. */
  private file: RestoreFile;

  constructor(family: Family, start: ExecutionStart = {}) {
    this.state = new ExecutionState(family, start);
    this.file = new RestoreFile(this.state);
  }

  /**
   * Carries out one line, or what it says this time, and answers the status with which iptables ends; of a line that an
   * iptables-restore reads the one that this would end with now.
   */
  execute({ line, bound, content = line.content, text, restore, begins, unknownInput, asked }: BoundLine): number | undefined {
    const { state } = this;
    if (restore !== this.file.run || begins === true) this.begin(restore);
    if (unknownInput !== undefined) return this.unknownInput(line, unknownInput);
    const isCommand = content.kind === 'command' && restore === undefined;
    state.begin(line, isCommand ? undefined : this.file.mode, isCommand || this.file.isSound, asked === true && PROBES.has(bound?.command?.kind ?? 'append'), text);
    const open = bound && openWordsOf(bound, content);
    if (isCommand) return this.command(bound!, open);
    this.restored(content, bound, open);
    this.file.note(state.status);
    return this.file.status;
  }

  /** Whether no iptables-restore is under way. */
  get isBetween(): boolean {
    return this.file.run === undefined;
  }

  /** The table of the block that is open. */
  get block(): TableName | undefined {
    return this.file.tableName;
  }

  /** The execution as it is now, on which the lines that follow have no effect. */
  copy(): Execution {
    const { family, backend, namespace } = this.state;
    const copy = new Execution(family, { backend, namespace });
    this.state.copyTo(copy.state);
    copy.file = this.file.copyFor(copy.state);
    return copy;
  }

  /** What makes another execution this one, between two lines; undefined where that is more than what may be carried on. */
  differenceTo(before: Execution): Difference | undefined {
    return this.file.isAs(before.file) ? differenceOf(before.state, this.state) : undefined;
  }

  /** Makes it what it would be now if a difference had been there before lines that do not heed it. */
  makeDifferent(difference: Difference): void {
    makeDifferent(this.state, difference);
  }

  /** Comes to the end of what an iptables-restore of a script reads, and answers the status with which it ends, as far as that is known. */
  endRestore(): number | undefined {
    const { file } = this;
    this.begin(undefined);
    if (file.run?.options.reads === false) return file.run.options.status;
    return file.run?.conditional !== undefined || file.readsUnknown ? undefined : file.status;
  }

  /** Comes to the end of what one iptables-restore reads, and begins with the next. */
  private begin(run: RestoreRun | undefined): void {
    this.file.finish();
    this.file = new RestoreFile(this.state, run);
  }

  private unknownInput(line: Line, reason: string): undefined {
    const { state } = this;
    this.file.readsUnknown = true;
    state.begin(line, this.file.mode, true);
    state.unknown(reason);
    restoreUnknown(state, line, this.file.run?.options.table, reason);
  }

  /** What iptables-restore does with a line. */
  private restored(content: LineContent, bound: BoundRule | undefined, open: OpenWords | undefined): void {
    const { file } = this;
    if (bound?.ends === true && file.tableForRule() !== undefined) file.end();
    if (file.isOver || (file.run !== undefined && !file.canRead(content))) return;
    switch (content.kind) {
      case 'table': file.open(content.name); return;
      case 'chain': file.declareChain(content); return;
      case 'commit': file.commit(); return;
      case 'rule': this.onTable(bound!, file.tableForRule(), open); return;
      default:
    }
  }

  /** What the lines have left behind; call it once, after the last one. */
  finish(): Ruleset {
    const { family, namespace, tables, problems, failures } = this.state;
    this.file.finish();
    for (const { chains } of tables.values()) for (const chain of chains.values()) if (chain.policies !== undefined) ownRules(chain).push(...chain.policies);
    return { family, ...(namespace !== undefined && { namespace }), tables, problems, failures };
  }

  private command(bound: BoundRule, open: OpenWords | undefined): number | undefined {
    const { state } = this;
    if (open?.isAnything === true || open?.table !== undefined) return this.somewhere(bound, open);
    const name = tableNameOf(bound);
    if (!isTableName(name)) {
      return state.refuse('version', 'unknown-table', `There is no table \`${name}\`; the tables are ${namedTables()}.`, bound.table!.span);
    }
    const refused = bound.problems.find(({ accepted }) => accepted !== true);
    if (bound.command === undefined && !bound.ends) return state.failure('unusable', refused?.message ?? 'iptables is not told what to do.');
    const isNew = !state.tables.has(name);
    const status = this.onTable(bound, state.table(name), open);
    // Where the arguments are wrong iptables never looks at the table.
    if (isNew && !state.opened) state.tables.delete(name);
    return status;
  }

  /** What a command may do of which nobody knows where it works. */
  private somewhere(bound: BoundRule, open: OpenWords, table?: Table): undefined {
    const { state } = this;
    const reason = bound.conditional ?? bound.unknownWord!;
    executeSomewhere(state, bound, open, reason, table);
    state.unknown(reason);
  }

  private onTable(bound: BoundRule, table: Table | undefined, open: OpenWords | undefined): number | undefined {
    const { command } = bound;
    if (table === undefined || bound.skipped) return 0;
    if (open?.isPlaceOpen === true) return this.somewhere(bound, open, table);
    if (command === undefined) return 0;
    if (bound.unresolved !== undefined) {
      maybeExecute(this.state, table, { command, bound, reason: bound.conditional ?? bound.unresolved, open });
      this.state.unknown(bound.conditional ?? bound.unresolved);
      return undefined;
    }
    const { state } = this;
    state.doubt = state.isExact ? doubtOf(table, command, bound) ?? (state.restoring === undefined ? madeByAnother(table, command, bound) : undefined) : undefined;
    if (state.doubt === undefined) return carryOut(state, table, command, bound);
    const mayWorkElsewhere = isUncounted(table, command);
    const status = mayWorkElsewhere ? 0 : carryOut(state, table, command, dependent(table, command, bound));
    if (mayWorkElsewhere || (status !== 0 && state.opened)) maybeExecute(state, table, { command, bound, reason: state.doubt });
    state.unknown(state.doubt);
    return undefined;
  }
}

function carryOut(state: ExecutionState, table: Table, command: BoundCommand, bound: BoundRule): number {
  switch (command.kind) {
    case 'append': case 'insert': case 'replace': case 'delete': case 'check': return executeOnRules(state, table, command, bound);
    default: return state.isExact && bound.broken ? state.failure('unusable', bound.problems.find(({ accepted }) => accepted !== true)!.message) : executeOnChains(state, table, command);
  }
}
