import { SymbolKind, type DocumentSymbol, type DocumentSymbolParams, type Range } from 'vscode-languageserver';
import { FAMILY_NAMES, isBuiltIn, type Family, type TableName } from '../core/netfilter.ts';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import { tableOfCommand } from '../core/ruleset/table-of-command.ts';
import type { BoundRule } from '../core/ruleset/model.ts';
import type { FunctionRegion } from '../core/ruleset/script.ts';
import type { Line } from '../core/syntax/line.ts';
import { defineFeature } from './feature.ts';
import { countOf, policiesOf } from './support/chain-text.ts';

/** Most rules that are listed one by one; an outline of more helps nobody and costs megabytes. */
const MOST_RULES = 5000;

/** Characters of a rule that the outline shows. */
const RULE_LENGTH = 80;

/** The outline: the functions of a script, and tables, their chains with their policies, and the rules of each chain. */
export function documentSymbol(document: RulesetDocument): DocumentSymbol[] {
  const outline = new Outline(document);
  for (const line of document.lines) outline.read(line);
  return outline.symbols();
}

/**
 * The lines of a chain or table that stand together with its first one: an editor says of a line that it belongs to the first
 * symbol around it, so that of chains whose rules take turns none may reach over those of another, nor into a function or out
 * of one. Where it stands in functions only, it is its first line alone.
 */
interface Run {
  first: Line;
  last: Line;
  isInFunction: boolean;
  isOver: boolean;
}

interface ChainEntry {
  /** Of its rules. */
  run?: Run;
  readonly name: string;
  policy: string | undefined;
  declaration: Line | undefined;
  readonly rules: BoundRule[];
}

interface TableEntry {
  readonly table: TableName;
  readonly family: Family;
  /** Undefined for the table of command lines. */
  readonly opened: Line | undefined;
  run: Run;
  readonly chains: Map<string, ChainEntry>;
}

/** Gathers tables and chains in the order in which the file first names them. */
class Outline {
  private readonly document: RulesetDocument;
  private readonly entries: TableEntry[] = [];
  private block: TableEntry | undefined;
  /** The table and the chain of the last line that had one. */
  private table: TableEntry | undefined;
  private filled: ChainEntry | undefined;
  private rules = 0;
  private readonly functions: readonly FunctionRegion[];
  /** The lines that functions stand on. */
  private readonly inFunctions = new Set<number>();

  constructor(document: RulesetDocument) {
    this.document = document;
    this.functions = document.functions;
    for (const each of this.functions) for (let line = each.first; line <= each.last; line++) this.inFunctions.add(line);
  }

  read(line: Line): void {
    const { content } = line;
    if (content.kind === 'table') this.block = this.open(line);
    if (this.block !== undefined) this.continueTable(this.block, line);
    if (content.kind === 'commit') this.block = undefined;
    if (content.kind === 'chain' && content.name.text !== '') this.declare(line, this.block, content.name.text, content.policy?.text);
    for (const bound of this.document.boundRules(line)) this.command(line, bound);
  }

  symbols(): DocumentSymbol[] {
    return [...this.functions.map((each) => this.functionSymbol(each)), ...this.entries.map((entry) => this.tableSymbol(entry))];
  }

  private runFrom(line: Line): Run {
    return { first: line, last: line, isInFunction: this.inFunctions.has(line.number), isOver: false };
  }

  private lengthen(run: Run, line: Line): void {
    if (this.inFunctions.has(line.number)) run.isOver = true;
    else if (run.isInFunction) Object.assign(run, this.runFrom(line));
    else if (!run.isOver && line.number > run.last.number) run.last = line;
  }

  private open(line: Line): TableEntry | undefined {
    const { table, family } = this.document.context(line);
    if (table === undefined) return undefined;
    const entry: TableEntry = { table, family, opened: line, run: this.runFrom(line), chains: new Map() };
    this.entries.push(entry);
    return entry;
  }

  private command(line: Line, bound: BoundRule): void {
    const { command } = bound;
    if (command?.chain === undefined || command.chain === '') return;
    const entry = line.content.kind === 'command' ? this.commandTable(line, bound) : this.block;
    if (entry === undefined) return;
    switch (command.kind) {
      case 'new-chain': this.declare(line, entry, command.chain, undefined); break;
      case 'policy': this.declare(line, entry, command.chain, command.argument?.text); break;
      case 'append': case 'insert': case 'replace':
        this.addRule(this.chain(entry, command.chain), line, bound);
        break;
      default: break;
    }
  }

  private commandTable(line: Line, bound: BoundRule): TableEntry | undefined {
    const table = tableOfCommand(bound);
    const { family } = bound;
    if (table === undefined) return undefined;
    let entry = this.entries.find((other) => other.opened === undefined && other.table === table && other.family === family);
    if (entry === undefined) {
      entry = { table, family, opened: undefined, run: this.runFrom(line), chains: new Map() };
      this.entries.push(entry);
    }
    this.continueTable(entry, line);
    return entry;
  }

  private continueTable(entry: TableEntry, line: Line): void {
    if (this.table !== undefined && this.table !== entry) this.table.run.isOver = true;
    this.table = entry;
    this.lengthen(entry.run, line);
  }

  private addRule(chain: ChainEntry, line: Line, bound: BoundRule): void {
    if (this.filled?.run !== undefined && this.filled !== chain) this.filled.run.isOver = true;
    this.filled = chain;
    chain.run ??= this.runFrom(line);
    this.lengthen(chain.run, line);
    chain.rules.push(bound);
    this.rules++;
  }

  private declare(line: Line, entry: TableEntry | undefined, name: string, policy: string | undefined): void {
    if (entry === undefined) return;
    const chain = this.chain(entry, name);
    chain.declaration ??= line;
    if (policy !== undefined && policy !== '-') chain.policy = policy;
  }

  private chain({ chains }: TableEntry, name: string): ChainEntry {
    let chain = chains.get(name);
    if (chain === undefined) {
      chain = { name, policy: undefined, declaration: undefined, rules: [] };
      chains.set(name, chain);
    }
    return chain;
  }

  private functionSymbol({ name, first, last }: FunctionRegion): DocumentSymbol {
    const [from, to] = [this.document.lineAt(first)!.line, this.document.lineAt(last)!.line];
    return { name: `${name}()`, kind: SymbolKind.Function, range: this.range(from, to), selectionRange: this.range(from, from) };
  }

  private tableSymbol({ table, family, opened, run, chains }: TableEntry): DocumentSymbol {
    const rules = [...chains.values()].reduce((sum, chain) => sum + chain.rules.length, 0);
    const name = opened === undefined && family !== this.document.family ? `${table} (${FAMILY_NAMES[family]})` : table;
    return {
      name, kind: SymbolKind.Module, detail: countOf(rules, 'rule'),
      range: this.range(run.first, run.last), selectionRange: this.range(run.first, run.first),
      children: [...chains.values()].map((chain) => this.chainSymbol({ table, family }, chain)),
    };
  }

  /** The chain's range is that of its rules, because ranges from all the declarations above would lie in each other. */
  private chainSymbol({ table, family }: Pick<TableEntry, 'table' | 'family'>, { name, policy, declaration, rules, run }: ChainEntry): DocumentSymbol {
    const { first, last } = run ?? this.runFrom(declaration!);
    return {
      name, kind: isBuiltIn(table, name) ? SymbolKind.Interface : SymbolKind.Function, detail: policy === undefined ? '' : this.mayBe(table, family, name) ?? policy,
      range: this.range(first, last), selectionRange: this.range(first, first),
      children: this.rules > MOST_RULES ? [] : rules.map((rule) => this.ruleSymbol(rule)),
    };
  }

  /** What the policy of a script's chain may be, where that is one of several. */
  private mayBe(table: TableName, family: Family, name: string): string | undefined {
    const chain = this.document.kind === 'script' ? this.document.ruleset(family).tables.get(table)?.chains.get(name) : undefined;
    return chain?.policies === undefined ? undefined : policiesOf(chain)?.join(' or ');
  }

  private ruleSymbol({ line, command }: BoundRule): DocumentSymbol {
    const range = this.range(line, line);
    const text = line.text.slice(command!.span.end).replace(/\s+/gu, ' ').trim();
    const name = text.length > RULE_LENGTH ? `${text.slice(0, RULE_LENGTH - 1)}…` : text;
    return { name: name === '' ? 'every packet, no target' : name, kind: SymbolKind.Property, range, selectionRange: range };
  }

  private range(first: Line, last: Line): Range {
    return { start: this.document.positionAt(first, 0), end: this.document.positionAt(last, last.text.length) };
  }
}

export default defineFeature<DocumentSymbolParams, DocumentSymbol[]>({
  method: 'textDocument/documentSymbol',
  capabilities: { documentSymbolProvider: true },
  answer(session, { textDocument: { uri } }) {
    const document = session.document(uri);
    return document === undefined ? [] : documentSymbol(document);
  },
});
