import { MarkupKind, type Hover, type HoverParams } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Position } from '../core/syntax/positions.ts';
import { defineFeature } from './feature.ts';
import { paragraphs } from './support/describe.ts';
import { hoverLine } from './support/hover/line.ts';
import { hoverToken } from './support/hover/token.ts';
import { hoverValue } from './support/hover/value.ts';
import { placeAt, rangeAt } from './support/place.ts';

/** What stands at the position, explained; undefined where there is nothing to say. */
export function hover(document: RulesetDocument, position: Position): Hover | undefined {
  const place = placeAt(document, position);
  const meaning = hoverToken(place) ?? hoverLine(place);
  const value = hoverValue(place);
  const explained = value === undefined || meaning === undefined ? value ?? meaning : { span: value.span, markdown: paragraphs(value.markdown, meaning.markdown) };
  return explained && { contents: { kind: MarkupKind.Markdown, value: explained.markdown }, range: rangeAt(place, explained.span) };
}

export default defineFeature<HoverParams, Hover | undefined>({
  method: 'textDocument/hover',
  capabilities: { hoverProvider: true },
  answer(session, { textDocument: { uri }, position }) {
    const document = session.document(uri);
    return document && hover(document, position);
  },
});
