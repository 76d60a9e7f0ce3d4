import { BUILT_IN_CHAINS, TABLE_NAMES, VERDICTS, isBuiltIn, isTableName, type Family, type Policy, type TableName } from '../netfilter.ts';
import type { Problem } from '../extensions/definition.ts';
import type { Argument, Line, LineContent } from '../syntax/line.ts';
import type { Span } from '../text.ts';
import { findTarget, targetsOf } from '../extensions/catalogue.ts';
import { CHAIN_NAME_LIMIT, chainNameProblems } from './chain-name.ts';
import { sameRule, unfold } from './identity.ts';
import type { BoundCommand, BoundRule, Chain, LocatedProblem, Rule, Ruleset, Table } from './model.ts';
import { nearest } from '../values/spelling.ts';

export interface BoundLine {
  readonly line: Line;
  readonly bound: BoundRule | undefined;
  /** What the line says this time, where that is not its first content: a here-document in a loop, a line that `echo` prints. */
  readonly content?: LineContent;
}

/**
 * Executes the lines in order, as iptables-restore does with a ruleset and a shell with commands, into the ruleset that
 * they leave behind in a kernel that was empty before. Lines that iptables would refuse are reported and passed over;
 * where the back ends differ the result is that of iptables-nft.
 */
export function buildRuleset(lines: Iterable<BoundLine>, family: Family): Ruleset {
  return new Execution(family).run(lines);
}

class Execution {
  private readonly family: Family;
  private readonly tables = new Map<TableName, Table>();
  private readonly problems: LocatedProblem[] = [];
  /** The `*table` block that is open, and whether its name is a table's. */
  private block: { readonly line: Line; readonly table: Table | undefined } | undefined;
  private line!: Line;

  constructor(family: Family) {
    this.family = family;
  }

  run(lines: Iterable<BoundLine>): Ruleset {
    for (const { line, bound, content } of lines) {
      this.line = line;
      this.execute(content ?? line.content, bound);
    }
    if (this.block !== undefined) this.missingCommit(this.block.line, this.line);
    return { family: this.family, tables: this.tables, problems: this.problems };
  }

  private execute(content: LineContent, bound: BoundRule | undefined): void {
    switch (content.kind) {
      case 'table': this.openTable(content.name); break;
      case 'chain': this.declareChain(content); break;
      case 'commit': this.commit(); break;
      case 'rule': this.rule(bound!); break;
      case 'command': this.run1(bound!, this.table(commandTable(bound!))); break;
      default: break;
    }
  }

  private openTable(name: Argument): void {
    if (this.block !== undefined) this.missingCommit(this.block.line, this.line);
    if (!isTableName(name.text)) {
      const [best] = nearest(name.text, TABLE_NAMES);
      this.problem('unknown-table', `There is no table \`${name.text}\`; the tables are ${TABLE_NAMES.map((table) => `\`${table}\``).join(', ')}.`, name,
        best === undefined ? {} : { fix: { title: `Write ${best}`, span: name, newText: best, safe: false } });
      this.block = { line: this.line, table: undefined };
      return;
    }
    const before = this.tables.get(name.text);
    if (before?.line !== undefined) {
      this.problem('duplicate-table', `This block replaces the \`*${name.text}\` block above: iptables-restore empties the table when it meets its name again.`, name, {
        accepted: true, related: [{ line: before.line, span: { start: 0, end: before.line.text.length }, message: 'The block that is replaced' }],
      });
    }
    const table = emptyTable(name.text, this.line);
    this.tables.set(name.text, table);
    this.block = { line: this.line, table };
  }

  private missingCommit(opened: Line, end: Line): void {
    const table = opened.content.kind === 'table' ? opened.content.name.text : '';
    this.problems.push({
      code: 'missing-commit', line: opened, span: { start: 0, end: opened.text.trimEnd().length },
      message: `The \`*${table}\` block has no \`COMMIT\`; iptables-restore loads nothing of it.`,
      related: [{ line: end, span: { start: 0, end: end.text.length }, message: '`COMMIT` is expected before the end of the block' }],
    });
    this.block = undefined;
  }

  private commit(): void {
    if (this.block === undefined) this.problem('outside-table', '`COMMIT` ends a `*table` block, and none is open here.', whole(this.line));
    else if (/\s$/u.test(this.line.text)) {
      const end = this.line.text.trimEnd().length;
      this.problem('invalid-line', 'Blanks behind `COMMIT` make iptables-restore refuse the line.', { start: end, end: this.line.text.length },
        { fix: { title: 'Remove the blanks', span: { start: end, end: this.line.text.length }, newText: '', safe: true } });
    }
    this.block = undefined;
  }

  private declareChain({ name, policy, counters, extra }: LineContent & { readonly kind: 'chain' }): void {
    if (this.block === undefined) {
      this.problem('outside-table', 'A chain is declared inside a `*table` block; none is open here.', whole(this.line));
      return;
    }
    const { table } = this.block;
    if (table === undefined) return;
    if (/^\s/u.test(this.line.text)) {
      const end = this.line.text.length - this.line.text.trimStart().length;
      this.problem('invalid-line', 'Blanks before `:` make iptables-restore read this as a rule, and refuse it.', whole(this.line),
        { fix: { title: 'Remove the blanks', span: { start: 0, end }, newText: '', safe: true } });
      return;
    }
    if (policy === undefined) {
      this.missingPolicy(table, name, counters);
      return;
    }
    if (isBuiltIn(table.name, name.text)) this.setPolicy(table.chains.get(name.text)!, policy.text, policy, true);
    else this.declareUserChain(table, name, policy, extra);
  }

  private missingPolicy(table: Table, name: Argument, counters: Argument | undefined): void {
    const builtIn = isBuiltIn(table.name, name.text);
    // iptables-nft takes the counters for the policy of a user-defined chain, which it ignores (seen in 1.8.9).
    const accepted = !builtIn && counters !== undefined;
    this.problem('invalid-policy', accepted
      ? `The declaration of \`${name.text}\` lacks its \`-\`: iptables-legacy refuses this.`
      : `The declaration of \`${name.text}\` needs a policy: \`ACCEPT\` or \`DROP\` for a built-in chain, \`-\` for any other.`, whole(this.line),
    { fix: insertPolicy(this.line, name, counters, builtIn ? 'ACCEPT' : '-'), ...(accepted ? { accepted } : {}) });
    if (accepted) table.chains.set(name.text, userChain(name.text, this.line));
  }

  private declareUserChain(table: Table, name: Argument, policy: Argument, extra: readonly Argument[]): void {
    const wrong = chainNameProblems(name.text, name, this.family, 'declaration');
    this.problems.push(...wrong.map((problem) => ({ ...problem, line: this.line })));
    if (wrong.length > 0) return;
    if (policy.text !== '-') this.policyOnUserChain(table, name, policy, extra);
    const before = table.chains.get(name.text);
    if (before !== undefined) {
      this.problem('chain-exists', `The chain \`${name.text}\` is declared twice: iptables-legacy refuses this, iptables-nft empties the chain here.`, name,
        { accepted: true, ...declaredAt(before) });
    }
    table.chains.set(name.text, userChain(name.text, this.line));
  }

  private policyOnUserChain(table: Table, name: Argument, policy: Argument, extra: readonly Argument[]): void {
    const isOthers = TABLE_NAMES.some((other) => isBuiltIn(other, name.text));
    const split = extra.length > 0 || !/^(ACCEPT|DROP)$/u.test(policy.text) ? '' : ', iptables-nft ignores the policy';
    this.problem('invalid-policy', isOthers
      ? `The table \`${table.name}\` has no built-in chain \`${name.text}\`: iptables-legacy refuses this, iptables-nft makes a chain that nothing leads to.`
      : `\`${name.text}\` is a user-defined chain and has no policy: iptables-legacy refuses this${split}. Write \`-\`.`, policy,
    isOthers ? { accepted: true } : { accepted: true, fix: { title: 'Write -', span: policy, newText: '-', safe: true } });
  }

  private setPolicy(chain: Chain, policy: string, span: Span, mayKeep: boolean): void {
    chain.declaration = this.line;
    if (policy === 'ACCEPT' || policy === 'DROP') chain.policy = policy satisfies Policy;
    else if (!(mayKeep && policy === '-')) {
      const upper = policy.toUpperCase();
      const fix = upper === 'ACCEPT' || upper === 'DROP' ? upper : 'DROP';
      this.problem('invalid-policy', `A policy is \`ACCEPT\` or \`DROP\`, not \`${policy}\`; to refuse with an answer, end the chain with a \`-j REJECT\` rule.`, span,
        { fix: { title: `Write ${fix}`, span, newText: fix, safe: false } });
    }
  }

  private rule(bound: BoundRule): void {
    if (this.block === undefined) {
      this.problem('outside-table', 'A rule stands inside a `*table` block; none is open here.', whole(this.line));
      return;
    }
    if (this.block.table !== undefined) this.run1(bound, this.block.table);
  }

  private table(name: TableName | undefined): Table | undefined {
    if (name === undefined) return undefined;
    const table = this.tables.get(name) ?? emptyTable(name, undefined);
    this.tables.set(name, table);
    return table;
  }

  /** Carries out one command on its table. */
  private run1(bound: BoundRule, table: Table | undefined): void {
    if (table === undefined) {
      if (bound.table !== undefined) this.problem('unknown-table', `There is no table \`${bound.table.name}\`; the tables are ${TABLE_NAMES.map((name) => `\`${name}\``).join(', ')}.`, bound.table.span);
      return;
    }
    const { command } = bound;
    if (command === undefined || bound.skipped) return;
    if (bound.unresolved !== undefined) {
      this.unresolved(table, command, bound);
      return;
    }
    switch (command.kind) {
      case 'append': case 'insert': case 'replace': case 'delete': case 'check': this.onRules(table, command, bound); break;
      case 'policy': this.policy(table, command); break;
      case 'new-chain': this.newChain(table, command); break;
      case 'delete-chain': this.deleteChains(table, command); break;
      case 'rename-chain': this.renameChain(table, command); break;
      case 'flush': this.flush(table, command); break;
      case 'zero': case 'list': case 'list-rules': this.chains(table, command); break;
    }
  }

  /** A command with something that the shell has yet to expand: a rule that may be anything, where its chain is known. */
  private unresolved(table: Table, { kind, chain: name, position }: BoundCommand, bound: BoundRule): void {
    if (kind === 'new-chain' && name !== undefined && !table.chains.has(name)) table.chains.set(name, userChain(name, this.line));
    const chain = name === undefined ? undefined : table.chains.get(name);
    if (chain === undefined) return;
    if (kind === 'append') chain.rules.push({ bound, source: undefined, destination: undefined });
    else if (kind === 'insert') chain.rules.splice(Math.min((position ?? 1) - 1, chain.rules.length), 0, { bound, source: undefined, destination: undefined });
  }

  private onRules(table: Table, command: BoundCommand, bound: BoundRule): void {
    const chain = this.existing(table, command);
    if (bound.target?.kind === 'chain') this.checkJump(table, bound.target);
    if (chain === undefined) return;
    const rules = unfold(bound);
    switch (command.kind) {
      case 'append': chain.rules.push(...rules); break;
      case 'insert': this.insert(chain, command, rules); break;
      case 'replace': this.replaceRule(chain, command, rules); break;
      case 'delete': this.deleteRules(chain, command, bound, rules); break;
      default: this.check(chain, rules, bound);
    }
  }

  private insert(chain: Chain, command: BoundCommand, rules: readonly Rule[]): void {
    const index = (command.position ?? 1) - 1;
    if (index > chain.rules.length) {
      this.missingRule(chain, command, `\`${chain.name}\` has ${count(chain)}; a rule can be inserted up to number ${chain.rules.length + 1}.`);
      return;
    }
    // Each is inserted at the same number, so that several addresses end up in reverse order (seen in 1.8.9).
    for (const rule of rules) chain.rules.splice(index, 0, rule);
  }

  private replaceRule(chain: Chain, command: BoundCommand, rules: readonly Rule[]): void {
    if (rules.length > 1) this.problem('invalid-value', '`-R` puts one rule in the place of one; several addresses would make several.', command.span);
    else if (command.position !== undefined && command.position > chain.rules.length) this.missingRule(chain, command, `\`${chain.name}\` has ${count(chain)}.`);
    else if (command.position !== undefined) chain.rules[command.position - 1] = rules[0]!;
  }

  private deleteRules(chain: Chain, command: BoundCommand, bound: BoundRule, rules: readonly Rule[]): void {
    if (command.position !== undefined) {
      if (command.position > chain.rules.length) this.missingRule(chain, command, `\`${chain.name}\` has ${count(chain)}.`);
      else chain.rules.splice(command.position - 1, 1);
      return;
    }
    for (const rule of rules) {
      const index = chain.rules.findIndex((other) => sameRule(other, rule));
      if (index === -1) this.noSuchRule(chain, bound);
      else chain.rules.splice(index, 1);
    }
  }

  private check(chain: Chain, rules: readonly Rule[], bound: BoundRule): void {
    if (rules.some((rule) => !chain.rules.some((other) => sameRule(other, rule)))) this.noSuchRule(chain, bound);
  }

  private noSuchRule(chain: Chain, bound: BoundRule): void {
    if (!bound.broken) this.problem('missing-rule', `\`${chain.name}\` holds no such rule at this point.`, bound.command!.span);
  }

  private missingRule(chain: Chain, command: BoundCommand, message: string): void {
    this.problem('missing-rule', `There is no rule ${command.position}: ${message}`, command.span, declaredAt(chain));
  }

  /** The chain that the command names, or a problem. */
  private existing(table: Table, command: BoundCommand): Chain | undefined {
    if (command.chain === undefined) return undefined;
    const chain = table.chains.get(command.chain);
    if (chain === undefined) this.undefinedChain(table, command.chain, command.chainSpan!);
    return chain;
  }

  private undefinedChain(table: Table, name: string, span: Span): void {
    const elsewhere = TABLE_NAMES.filter((other) => isBuiltIn(other, name));
    const [best] = nearest(name, table.chains.keys());
    const message = elsewhere.length > 0
      ? `The table \`${table.name}\` has no chain \`${name}\`; it has ${BUILT_IN_CHAINS[table.name].map((chain) => `\`${chain}\``).join(', ')}.`
      : `The table \`${table.name}\` has no chain \`${name}\` at this point${best === undefined ? '' : `; did you mean \`${best}\`?`}`;
    this.problem('undefined-chain', message.endsWith('?') || message.endsWith('.') ? message : `${message}.`, span,
      best === undefined ? {} : { fix: { title: `Write ${best}`, span, newText: best, safe: false } });
  }

  private checkJump(table: Table, target: { readonly chain: string; readonly nameSpan: Span }): void {
    const { chain, nameSpan } = target;
    if (isBuiltIn(table.name, chain)) {
      this.problem('jump-to-built-in', `\`${chain}\` is a built-in chain; only the kernel calls it. A rule can jump to user-defined chains.`, nameSpan);
    } else if (chain.length >= CHAIN_NAME_LIMIT) {
      this.problem('undefined-chain', `\`${chain}\` has ${chain.length} characters; names of chains and targets have at most ${CHAIN_NAME_LIMIT - 1}.`, nameSpan);
    } else if (!table.chains.has(chain)) {
      this.unknownTarget(table, chain, nameSpan);
    }
  }

  private unknownTarget(table: Table, name: string, span: Span): void {
    const other = findTarget(name, this.family === 'ipv4' ? 'ipv6' : 'ipv4');
    if (other !== undefined) {
      this.problem('wrong-family', `The target \`${name}\` exists for ${other.families[0] === 'ipv4' ? 'IPv4' : 'IPv6'} only.`, span);
      return;
    }
    const [best] = nearest(name, [...VERDICTS, ...targetsOf(this.family).map((target) => target.name), ...userChains(table)]);
    this.problem('undefined-chain', `\`${name}\` is no target, and the table \`${table.name}\` has no such chain at this point${best === undefined ? '.' : `; did you mean \`${best}\`?`}`, span,
      best === undefined ? {} : { fix: { title: `Write ${best}`, span, newText: best, safe: false } });
  }

  private flush(table: Table, command: BoundCommand): void {
    // In a ruleset iptables-nft 1.8.9 flushes what the kernel had before, and leaves the file's own rules.
    if (command.chain === undefined && this.line.content.kind === 'rule') return;
    for (const chain of this.chains(table, command)) chain.rules = [];
  }

  private policy(table: Table, command: BoundCommand): void {
    const chain = this.existing(table, command);
    if (chain === undefined || command.argument === undefined) return;
    if (!chain.builtIn) this.problem('invalid-policy', `\`${chain.name}\` is a user-defined chain; only built-in chains have a policy.`, command.span);
    else if (table.name === 'nat' && command.argument.text === 'DROP') {
      this.problem('nat-filtering', 'iptables refuses a `DROP` policy in `nat`, which sees only the first packet of a connection; filter in `filter`.', command.span);
    } else this.setPolicy(chain, command.argument.text, command.argument.span, false);
  }

  private newChain(table: Table, command: BoundCommand): void {
    if (command.chain === undefined) return;
    const before = table.chains.get(command.chain);
    if (before !== undefined) this.problem('chain-exists', `The chain \`${command.chain}\` already exists at this point.`, command.chainSpan!, declaredAt(before));
    else if (chainNameProblems(command.chain, command.span, this.family, 'command').length === 0) table.chains.set(command.chain, userChain(command.chain, this.line));
  }

  private deleteChains(table: Table, command: BoundCommand): void {
    const chains = this.chains(table, command).filter((chain) => command.chain !== undefined || !chain.builtIn);
    const referenced = new Set([...table.chains.values()].flatMap((chain) => chain.rules)
      .flatMap(({ bound }) => (bound.target?.kind === 'chain' ? [bound.target.chain] : [])));
    for (const chain of chains) {
      const why = chain.builtIn ? 'it is built in' : chain.rules.length > 0 ? `it holds ${count(chain)}` : referenced.has(chain.name) ? 'rules still jump to it' : undefined;
      if (why === undefined) table.chains.delete(chain.name);
      else this.problem('busy-chain', `\`${chain.name}\` can't be deleted here: ${why}.`, command.chainSpan ?? command.span, declaredAt(chain));
    }
  }

  private renameChain(table: Table, command: BoundCommand): void {
    const chain = this.existing(table, command);
    const name = command.argument?.text;
    if (chain === undefined || name === undefined) return;
    if (chain.builtIn) this.problem('busy-chain', `\`${chain.name}\` is built in and keeps its name.`, command.span);
    else if (table.chains.has(name)) this.problem('chain-exists', `The chain \`${name}\` already exists at this point.`, command.argument!.span);
    else {
      table.chains.delete(chain.name);
      table.chains.set(name, { ...chain, name, declaration: this.line });
      this.redirect(table, chain.name, name);
    }
  }

  /** Jumps follow a renamed chain. */
  private redirect(table: Table, from: string, to: string): void {
    for (const chain of table.chains.values()) {
      chain.rules = chain.rules.map((rule) => {
        const { target } = rule.bound;
        return target?.kind === 'chain' && target.chain === from ? { ...rule, bound: { ...rule.bound, target: { ...target, chain: to } } } : rule;
      });
    }
  }

  /** The chain that a command names, or all of the table where it names none. */
  private chains(table: Table, command: BoundCommand): Chain[] {
    if (command.chain === undefined) return [...table.chains.values()];
    const chain = this.existing(table, command);
    return chain === undefined ? [] : [chain];
  }

  private problem(code: string, message: string, span: Span, more: Pick<LocatedProblem, 'accepted' | 'fix' | 'related'> = {}): void {
    this.problems.push({ code, message, span: { start: span.start, end: span.end }, line: this.line, ...more });
  }
}

function commandTable(bound: BoundRule): TableName | undefined {
  const name = bound.table?.name ?? 'filter';
  return isTableName(name) ? name : undefined;
}

function emptyTable(name: TableName, line: Line | undefined): Table {
  const chains = new Map<string, Chain>();
  for (const hook of BUILT_IN_CHAINS[name]) chains.set(hook, { name: hook, builtIn: true, policy: 'ACCEPT', declaration: undefined, rules: [] });
  return { name, line, chains };
}

function userChain(name: string, declaration: Line): Chain {
  return { name, builtIn: false, policy: undefined, declaration, rules: [] };
}

const userChains = ({ chains }: Table): string[] => [...chains.values()].filter(({ builtIn }) => !builtIn).map(({ name }) => name);

function declaredAt(chain: Chain): Pick<LocatedProblem, 'related'> {
  const line = chain.declaration;
  return line === undefined ? {} : { related: [{ line, span: whole(line), message: `\`${chain.name}\` is declared here` }] };
}

function insertPolicy(line: Line, name: Argument, counters: Argument | undefined, policy: string): NonNullable<Problem['fix']> {
  const span = counters === undefined ? { start: name.end, end: line.text.length } : { start: name.end, end: name.end };
  return { title: `Add the policy ${policy}`, span, newText: ` ${policy}${counters === undefined ? ' [0:0]' : ''}`, safe: policy === '-' };
}

const count = (chain: Chain): string => (chain.rules.length === 1 ? '1 rule' : `${chain.rules.length} rules`);

const whole = (line: Line): Span => ({ start: line.text.length - line.text.trimStart().length, end: line.text.trimEnd().length });
