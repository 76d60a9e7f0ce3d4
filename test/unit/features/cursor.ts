import type { TextEdit } from 'vscode-languageserver';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import type { Position } from '../../../server/src/core/syntax/positions.ts';
import { DEFAULT_SETTINGS, type Session } from '../../../server/src/features/session.ts';
import { openDocument } from '../../support/document.ts';

export const CURSOR = '<|>';

/** A document from a text with `<|>` where the cursor stands; without it the cursor stands at the end. */
export async function atCursor(marked: string, name?: string): Promise<{ readonly document: RulesetDocument; readonly position: Position }> {
  const at = marked.indexOf(CURSOR);
  const before = at === -1 ? marked : marked.slice(0, at);
  const document = await openDocument(before + (at === -1 ? '' : marked.slice(at + CURSOR.length)), name);
  const rows = before.split('\n');
  return { document, position: { line: rows.length - 1, character: rows.at(-1)!.length } };
}

/** A line inside a table block. */
export const inTable = (line: string, table = 'filter'): string => `*${table}\n${line}\nCOMMIT\n`;

/** Offset in the text of a position. */
export function offsetOf(text: string, { line, character }: Position): number {
  let start = 0;
  for (let row = 0; row < line; row++) start = text.indexOf('\n', start) + 1;
  return start + character;
}

/** The text after edits that do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = edits.map((edit, index) => ({ edit, index })).sort((a, b) => offsetOf(text, b.edit.range.start) - offsetOf(text, a.edit.range.start) || b.index - a.index);
  return sorted.reduce((result, { edit: { range, newText } }) => result.slice(0, offsetOf(text, range.start)) + newText + result.slice(offsetOf(text, range.end)), text);
}

/** The text of a range. */
export const textIn = (document: RulesetDocument, { start, end }: { readonly start: Position; readonly end: Position }): string =>
  document.getText().slice(offsetOf(document.getText(), start), offsetOf(document.getText(), end));

/** Texts that no feature may stumble over. */
export const ODD_TEXTS: Readonly<Record<string, string>> = {
  'an empty document': '',
  'one newline': '\n',
  'a half-typed option': inTable('-A INPUT -p tcp --dp<|>'),
  'a half-typed line at the end of the text': '*filter\n-A INPUT -p tcp -m <|>',
  'a lone dash': inTable('-<|>'),
  'a lone negation': inTable('-A INPUT !<|>'),
  'an open quote': inTable('-A INPUT -m comment --comment "ssh<|>'),
  'CRLF': '*filter\r\n:INPUT DROP [0:0]\r\n-A INPUT -p tcp --dport <|>22 -j ACCEPT\r\nCOMMIT\r\n',
  'command lines': '#!/bin/sh\niptables -N web\niptables -A INPUT -p tcp \\\n  --dport 80 -j <|>web\nip6tables -P INPUT DROP\n',
  'an unknown table': '*filtre\n-A INPUT -j <|>ACCEPT\nCOMMIT\n',
  'no table': '-A INPUT -j <|>ACCEPT\n',
  'shell': 'if true; then<|>\n  echo\nfi\n',
  'a NUL': '*filter\n-A INPUT \0<|>\nCOMMIT\n',
};

/** A filter table with this many rules in a few chains, the cursor in the middle of it. */
export function largeText(rules: number): string {
  const lines = ['*filter', ':INPUT DROP [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ...Array.from({ length: 10 }, (_, chain) => `:chain${chain} - [0:0]`)];
  for (let index = 0; index < rules; index++) {
    if (index === rules >> 1) lines.push('-A INPUT -p tcp -m conntrack --ctstate <|>NEW -j chain1');
    lines.push(`-A chain${index % 10} -s 10.${(index >> 8) & 255}.${index & 255}.1/32 -i eth${index % 4} -p tcp -m tcp --dport ${index % 65536} -j ACCEPT`);
  }
  return `${lines.join('\n')}\nCOMMIT\n`;
}

/** A session with one open document, as the features see it. */
export async function sessionWith(text: string, name?: string): Promise<{ readonly session: Session; readonly document: RulesetDocument }> {
  const document = await openDocument(text, name);
  return { session: sessionOf(document), document };
}

/** A session in which this document alone is open. */
export const sessionOf = (document: RulesetDocument): Session => ({
  settings: DEFAULT_SETTINGS, snippets: false, simulations: new Map(),
  document: (uri) => (uri === document.uri ? document : undefined), findings: () => [], host: () => ({}), refresh: () => undefined,
});
