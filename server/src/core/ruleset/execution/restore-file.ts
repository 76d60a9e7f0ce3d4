import { TABLE_NAMES, isBuiltIn, isTableName } from '../../netfilter.ts';
import type { Problem } from '../../extensions/definition.ts';
import type { Argument, Line, LineContent } from '../../syntax/line.ts';
import { nearest } from '../../values/spelling.ts';
import { chainNameProblems } from '../chain-name.ts';
import type { Table } from '../model.ts';
import { declaredAt, emptyTable, namedTables, userChain, whole } from './chains.ts';
import { setPolicy } from './policy.ts';
import type { ExecutionState } from './state.ts';

/** The blocks of a ruleset file: `*table`, its chains, `COMMIT`. */
export class RestoreFile {
  private readonly state: ExecutionState;
  /** The `*table` block that is open, and whether its name is a table's. */
  private block: { readonly line: Line; readonly table: Table | undefined } | undefined;

  constructor(state: ExecutionState) {
    this.state = state;
  }

  /** Starts a block; the one before must be over. */
  open(name: Argument): void {
    const { state } = this;
    this.missingCommit();
    if (!isTableName(name.text)) {
      const [best] = nearest(name.text, TABLE_NAMES);
      state.problem('unknown-table', `There is no table \`${name.text}\`; the tables are ${namedTables()}.`, name,
        best === undefined ? {} : { fix: { title: `Write ${best}`, span: name, newText: best, safe: false } });
      this.block = { line: state.line, table: undefined };
      return;
    }
    const before = state.tables.get(name.text);
    if (before?.line !== undefined) {
      state.problem('duplicate-table', `This block replaces the \`*${name.text}\` block above: iptables-restore empties the table when it meets its name again.`, name, {
        accepted: true, related: [{ line: before.line, span: { start: 0, end: before.line.text.length }, message: 'The block that is replaced' }],
      });
    }
    const table = emptyTable(name.text, state.line);
    // The kernel knows when it first heard of a table, and lists them by that.
    state.tables.set(name.text, table);
    this.block = { line: state.line, table };
  }

  /** The table of the open block; a problem where no block is open. */
  tableForRule(): Table | undefined {
    if (this.block === undefined) this.state.problem('outside-table', 'A rule stands inside a `*table` block; none is open here.', whole(this.state.line));
    return this.block?.table;
  }

  /** Drops the block that is open: nothing of it is loaded. */
  abandon(): void {
    if (this.block?.table !== undefined) this.state.tables.delete(this.block.table.name);
    this.block = undefined;
  }

  /** Reports a block that is still open at the end of the file, or where the next one starts. */
  missingCommit(): void {
    if (this.block === undefined) return;
    const { line: opened } = this.block;
    const { line: end } = this.state;
    const table = opened.content.kind === 'table' ? opened.content.name.text : '';
    this.state.problems.push({
      code: 'missing-commit', line: opened, span: { start: 0, end: opened.text.trimEnd().length },
      message: `The \`*${table}\` block has no \`COMMIT\`; iptables-restore loads nothing of it.`,
      related: [{ line: end, span: { start: 0, end: end.text.length }, message: '`COMMIT` is expected before the end of the block' }],
    });
    this.block = undefined;
  }

  /** Ends the block. */
  commit(): void {
    const { state } = this;
    const { line } = state;
    if (this.block === undefined) state.problem('outside-table', '`COMMIT` ends a `*table` block, and none is open here.', whole(line));
    else if (/\s$/u.test(line.text)) {
      const end = line.text.trimEnd().length;
      state.problem('invalid-line', 'Blanks behind `COMMIT` make iptables-restore refuse the line.', { start: end, end: line.text.length },
        { fix: { title: 'Remove the blanks', span: { start: end, end: line.text.length }, newText: '', safe: true } });
    }
    this.block = undefined;
  }

  /** Carries out a line `:CHAIN POLICY [packets:bytes]`. */
  declareChain({ name, policy, counters, extra }: LineContent & { readonly kind: 'chain' }): void {
    const { state } = this;
    if (this.block === undefined) {
      state.problem('outside-table', 'A chain is declared inside a `*table` block; none is open here.', whole(state.line));
      return;
    }
    const { table } = this.block;
    if (table === undefined) return;
    if (/^\s/u.test(state.line.text)) {
      const end = state.line.text.length - state.line.text.trimStart().length;
      state.problem('invalid-line', 'Blanks before `:` make iptables-restore read this as a rule, and refuse it.', whole(state.line),
        { fix: { title: 'Remove the blanks', span: { start: 0, end }, newText: '', safe: true } });
      return;
    }
    if (policy === undefined) {
      this.missingPolicy(table, name, counters);
      return;
    }
    table.made = true;
    if (isBuiltIn(table.name, name.text)) setPolicy(state, table.chains.get(name.text)!, policy.text, policy, true);
    else this.declareUserChain(table, name, policy, extra);
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
    if (!accepted) return;
    table.made = true;
    table.chains.set(name.text, userChain(name.text, state.line));
  }

  private declareUserChain(table: Table, name: Argument, policy: Argument, extra: readonly Argument[]): void {
    const { state } = this;
    const wrong = chainNameProblems(name.text, name, state.family, 'declaration');
    state.problems.push(...wrong.map((problem) => ({ ...problem, line: state.line })));
    if (wrong.length > 0) return;
    if (policy.text !== '-') this.policyOnUserChain(table, name, policy, extra);
    const before = table.chains.get(name.text);
    if (before !== undefined) {
      state.problem('chain-exists', `The chain \`${name.text}\` is declared twice: iptables-legacy refuses this, iptables-nft empties the chain here.`, name,
        { accepted: true, ...declaredAt(before) });
    }
    table.chains.set(name.text, userChain(name.text, state.line));
  }

  private policyOnUserChain(table: Table, name: Argument, policy: Argument, extra: readonly Argument[]): void {
    const isOthers = TABLE_NAMES.some((other) => isBuiltIn(other, name.text));
    const split = extra.length > 0 || !/^(ACCEPT|DROP)$/u.test(policy.text) ? '' : ', iptables-nft ignores the policy';
    this.state.problem('invalid-policy', isOthers
      ? `The table \`${table.name}\` has no built-in chain \`${name.text}\`: iptables-legacy refuses this, iptables-nft makes a chain that nothing leads to.`
      : `\`${name.text}\` is a user-defined chain and has no policy: iptables-legacy refuses this${split}. Write \`-\`.`, policy,
    isOthers ? { accepted: true } : { accepted: true, fix: { title: 'Write -', span: policy, newText: '-', safe: true } });
  }
}

function insertPolicy(line: Line, name: Argument, counters: Argument | undefined, policy: string): NonNullable<Problem['fix']> {
  const span = counters === undefined ? { start: name.end, end: line.text.length } : { start: name.end, end: name.end };
  return { title: `Add the policy ${policy}`, span, newText: ` ${policy}${counters === undefined ? ' [0:0]' : ''}`, safe: policy === '-' };
}
