import { SymbolKind, type DocumentSymbol, type DocumentSymbolParams, type Range } from 'vscode-languageserver';
import { FAMILY_NAMES, isBuiltIn, type Family, type TableName } from '../core/netfilter.ts';
import { tableOfCommand, type RulesetDocument } from '../core/ruleset/document.ts';
import type { BoundRule } from '../core/ruleset/model.ts';
import type { Line } from '../core/syntax/line.ts';
import { defineFeature } from './feature.ts';
import { countOf } from './support/chain-text.ts';

/** Most rules that are listed one by one; an outline of more helps nobody and costs megabytes. */
const MOST_RULES = 5000;

/** Characters of a rule that the outline shows. */
const RULE_LENGTH = 80;

/** The outline: tables, their chains with their policies, and the rules of each chain. */
export function documentSymbol(document: RulesetDocument): DocumentSymbol[] {
  const outline = new Outline(document);
  for (const line of document.lines) outline.read(line);
  return outline.symbols();
}

interface ChainEntry {
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
  readonly first: Line;
  last: Line;
  readonly chains: Map<string, ChainEntry>;
}

/** Gathers tables and chains in the order in which the file first names them. */
class Outline {
  private readonly document: RulesetDocument;
  private readonly entries: TableEntry[] = [];
  private block: TableEntry | undefined;
  private rules = 0;

  constructor(document: RulesetDocument) {
    this.document = document;
  }

  read(line: Line): void {
    const { content } = line;
    if (content.kind === 'table') this.block = this.open(line);
    if (this.block !== undefined) this.block.last = line;
    if (content.kind === 'commit') this.block = undefined;
    if (content.kind === 'chain' && content.name.text !== '') this.declare(line, this.block, content.name.text, content.policy?.text);
    for (const bound of this.document.boundRules(line)) this.command(line, bound);
  }

  symbols(): DocumentSymbol[] {
    return this.entries.map((entry) => this.tableSymbol(entry));
  }

  private open(line: Line): TableEntry | undefined {
    const { table, family } = this.document.context(line);
    if (table === undefined) return undefined;
    const entry: TableEntry = { table, family, opened: line, first: line, last: line, chains: new Map() };
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
        this.chain(entry, command.chain).rules.push(bound);
        this.rules++;
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
      entry = { table, family, opened: undefined, first: line, last: line, chains: new Map() };
      this.entries.push(entry);
    }
    entry.last = line;
    return entry;
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

  private tableSymbol({ table, family, opened, first, last, chains }: TableEntry): DocumentSymbol {
    const rules = [...chains.values()].reduce((sum, chain) => sum + chain.rules.length, 0);
    const name = opened === undefined && family !== this.document.family ? `${table} (${FAMILY_NAMES[family]})` : table;
    return {
      name, kind: SymbolKind.Module, detail: countOf(rules, 'rule'),
      range: this.range(first, last), selectionRange: this.range(first, first),
      children: [...chains.values()].map((chain) => this.chainSymbol(table, chain)),
    };
  }

  /** The chain's range is that of its rules, because ranges from all the declarations above would lie in each other. */
  private chainSymbol(table: TableName, { name, policy, declaration, rules }: ChainEntry): DocumentSymbol {
    const first = rules[0]?.line ?? declaration!;
    const last = rules.reduce((latest, { line }) => (line.number > latest.number ? line : latest), first);
    return {
      name, kind: isBuiltIn(table, name) ? SymbolKind.Interface : SymbolKind.Function, detail: policy ?? '',
      range: this.range(first, last), selectionRange: this.range(first, first),
      children: this.rules > MOST_RULES ? [] : rules.map((rule) => this.ruleSymbol(rule)),
    };
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
