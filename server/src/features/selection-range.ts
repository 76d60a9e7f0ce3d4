import type { Range, SelectionRange, SelectionRangeParams } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Position } from '../core/syntax/positions.ts';
import type { ExtensionUse } from '../core/extensions/definition.ts';
import type { BoundRule, HeaderPart } from '../core/ruleset/model.ts';
import type { Line } from '../core/syntax/line.ts';
import { cover, type Span } from '../core/text.ts';
import { defineFeature } from './feature.ts';
import { placeAt, touches } from './support/place.ts';
import { usesOf } from '../core/ruleset/uses.ts';

/** The ranges around a position, from the smallest: list element, value, option, extension, rule, table block, file. */
export function selectionRange(document: RulesetDocument, position: Position): SelectionRange {
  const { line, offset } = placeAt(document, position);
  const last = document.lines.at(-1);
  const file: Range = { start: { line: 0, character: 0 }, end: last === undefined ? position : document.positionAt(last, last.text.length) };
  if (line === undefined) return { range: { start: position, end: position } };
  const spans = spansOf(document, line).filter((span) => touches(span, offset)).sort((a, b) => length(b) - length(a));
  let selection: SelectionRange = { range: file };
  const block = blockOf(document, line);
  for (const range of [...(block === undefined ? [] : [block]), ...spans.map((span) => document.rangeOf(line, span))]) {
    if (!isSame(range, selection.range)) selection = { range, parent: selection };
  }
  return selection;
}

const length = ({ start, end }: Span): number => end - start;

const isSame = (a: Range, b: Range): boolean =>
  a.start.line === b.start.line && a.start.character === b.start.character && a.end.line === b.end.line && a.end.character === b.end.character;

/** Everything in a line that can be selected as a whole. */
function spansOf(document: RulesetDocument, line: Line): Span[] {
  const { content, text } = line;
  const whole = { start: text.length - text.trimStart().length, end: text.trimEnd().length };
  const bound = document.boundRule(line);
  if (bound !== undefined) return [whole, ...boundSpans(bound), ...bound.tokens, ...elements(bound)];
  switch (content.kind) {
    case 'chain': return [whole, content.name, ...(content.policy === undefined ? [] : [content.policy]), ...(content.counters === undefined ? [] : [content.counters])];
    case 'table': return [whole, content.name];
    case 'expectation': return [whole, content.verdict, content.packet];
    case 'suppression': return [whole, ...content.codes];
    case 'start': return [whole, ...content.files];
    case 'call': return [whole, ...content.arguments];
    default: return [whole];
  }
}

function boundSpans(bound: BoundRule): Span[] {
  const { command, header, target } = bound;
  const parts = (Object.values(header) as (HeaderPart<unknown> | undefined)[]).flatMap((part) => (part === undefined ? [] : [part.span]));
  return [
    ...(command === undefined ? [] : [command.span]), ...(target === undefined ? [] : [target.span]), ...parts,
    ...usesOf(bound).flatMap((use) => [extent(use), ...use.options.map(({ span }) => span)]),
  ];
}

/** From where an extension is named to the end of its last option. */
const extent = ({ span, options }: ExtensionUse): Span => options.reduce((all, option) => cover(all, option.span), span);

/** The elements of values that are lists. */
function elements({ tokens }: BoundRule): Span[] {
  return tokens.filter(({ role, text }) => role === 'value' && text.includes(',')).flatMap(({ start, text }) => {
    let at = start;
    return text.split(',').map((element) => {
      const span = { start: at, end: at + element.length };
      at = span.end + 1;
      return span;
    });
  });
}

/** The table block around a line, with its `*table` and `COMMIT` lines. */
function blockOf(document: RulesetDocument, line: Line): Range | undefined {
  const { lines } = document;
  const at = lines.indexOf(line);
  let first = at;
  while (first >= 0 && lines[first]!.content.kind !== 'table') {
    if (first < at && lines[first]!.content.kind === 'commit') return undefined;
    first--;
  }
  if (first < 0) return undefined;
  let last = at;
  while (last + 1 < lines.length && lines[last]!.content.kind !== 'commit' && lines[last + 1]!.content.kind !== 'table') last++;
  return { start: document.positionAt(lines[first]!, 0), end: document.positionAt(lines[last]!, lines[last]!.text.length) };
}

export default defineFeature<SelectionRangeParams, SelectionRange[]>({
  method: 'textDocument/selectionRange',
  capabilities: { selectionRangeProvider: true },
  answer(session, { textDocument: { uri }, positions }) {
    const document = session.document(uri);
    return document === undefined ? [] : positions.map((position) => selectionRange(document, position));
  },
});
