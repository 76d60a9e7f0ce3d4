import { isTableName, type Family } from '../../netfilter.ts';
import type { Line, LineContent } from '../../syntax/line.ts';
import type { BoundLine } from '../build.ts';
import type { BoundCommand, BoundRule, Ruleset, Table } from '../model.ts';
import { executeOnChains } from './chain-commands.ts';
import { namedTables, userChain } from './chains.ts';
import { RestoreFile } from './restore-file.ts';
import { executeOnRules } from './rule-commands.ts';
import { ExecutionState, type ExecutionStart } from './state.ts';

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

  /** Carries out one line, or what it says this time, and answers the status with which iptables ends, if it is a command. */
  execute({ line, bound, content = line.content, restore }: BoundLine): number {
    const { state } = this;
    if (restore !== this.file.run) {
      this.file.missingCommit();
      this.file = new RestoreFile(state, restore);
    }
    state.begin(line, content.kind === 'command' ? undefined : this.file.mode);
    return content.kind === 'command' ? this.command(bound!) : this.restored(content, bound);
  }

  /** What iptables-restore does with a line. */
  private restored(content: LineContent, bound: BoundRule | undefined): number {
    const { file } = this;
    if (bound?.ends === true) file.end();
    if (file.isOver) return 0;
    switch (content.kind) {
      case 'table': file.open(content.name); return 0;
      case 'chain': file.declareChain(content); return 0;
      case 'commit': file.commit(); return 0;
      case 'rule': return this.onTable(bound!, file.tableForRule());
      default: return 0;
    }
  }

  /** What the lines have left behind; call it once, after the last one. */
  finish(): Ruleset {
    const { family, tables, problems, failures } = this.state;
    this.file.missingCommit();
    return { family, tables, problems, failures };
  }

  private command(bound: BoundRule): number {
    const { state } = this;
    const name = bound.table?.name ?? 'filter';
    if (!isTableName(name)) {
      return state.refuse('version', 'unknown-table', `There is no table \`${name}\`; the tables are ${namedTables()}.`, bound.table!.span);
    }
    const refused = bound.problems.find(({ accepted }) => accepted !== true);
    if (bound.command === undefined && refused !== undefined) return state.failure('unusable', refused.message);
    const isNew = !state.tables.has(name);
    const status = this.onTable(bound, state.table(name));
    // Where the arguments are wrong iptables never looks at the table.
    if (isNew && !state.opened) state.tables.delete(name);
    return status;
  }

  private onTable(bound: BoundRule, table: Table | undefined): number {
    const { command } = bound;
    if (table === undefined || command === undefined || bound.skipped) return 0;
    if (bound.unresolved !== undefined) {
      addUnresolved(table, command, bound, this.state.line);
      this.state.failures.push({ line: this.state.line, status: undefined, message: `What it does depends on \`${bound.unresolved}\`, which is not known.` });
      return 0;
    }
    switch (command.kind) {
      case 'append': case 'insert': case 'replace': case 'delete': case 'check': return executeOnRules(this.state, table, command, bound);
      default: return executeOnChains(this.state, table, command);
    }
  }
}

/** A command with something that the shell has yet to expand: a rule that may be anything, where its chain is known. */
function addUnresolved(table: Table, { kind, chain: name, position }: BoundCommand, bound: BoundRule, line: Line): void {
  if (kind === 'new-chain' && name !== undefined && !table.chains.has(name)) table.chains.set(name, userChain(name, line));
  const chain = name === undefined ? undefined : table.chains.get(name);
  if (chain === undefined) return;
  const rule = { bound, source: undefined, destination: undefined };
  if (kind === 'append') chain.rules.push(rule);
  else if (kind === 'insert') chain.rules.splice(Math.min((position ?? 1) - 1, chain.rules.length), 0, rule);
  else return;
  table.made = true;
}
