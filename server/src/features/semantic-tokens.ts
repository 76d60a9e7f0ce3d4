import { SemanticTokensBuilder, type Range, type SemanticTokens, type SemanticTokensDelta, type SemanticTokensParams } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Line } from '../core/syntax/line.ts';
import { indexAt } from '../core/syntax/positions.ts';
import { defineFeature } from './feature.ts';
import { LEGEND, highlightsOf } from './support/highlights.ts';

const NUMBERS = new Map(LEGEND.tokenTypes.map((type, index) => [type, index]));
const BITS = new Map(LEGEND.tokenModifiers.map((modifier, index) => [modifier, 1 << index]));

/** Above this many lines only what is on the screen is answered: an editor asks for everything after every edit. */
const MOST_LINES = 2000;

/** What each client was told last of a document, which a delta goes by. */
const builders = new WeakMap<RulesetDocument, SemanticTokensBuilder>();

/** The tokens of the document, or how they differ from the answer named; null where there are too many. */
export function semanticTokens(document: RulesetDocument, previous?: string): SemanticTokens | SemanticTokensDelta | null {
  if (document.lines.length > MOST_LINES) return null;
  const builder = builders.get(document) ?? new SemanticTokensBuilder();
  builders.set(document, builder);
  builder.previousResult(previous ?? '');
  push(builder, document, document.lines);
  return builder.buildEdits();
}

/** The tokens of the lines in the range. */
export function semanticTokensIn(document: RulesetDocument, range: Range): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  push(builder, document, document.lines.slice(indexAt(document.lines, range.start.line), indexAt(document.lines, range.end.line) + 1));
  return builder.build();
}

function push(builder: SemanticTokensBuilder, document: RulesetDocument, lines: readonly Line[]): void {
  for (const line of lines) {
    for (const highlight of highlightsOf(document, line)) {
      const { start } = document.rangeOf(line, highlight);
      builder.push(start.line, start.character, highlight.end - highlight.start, NUMBERS.get(highlight.type)!, highlight.modifier === undefined ? 0 : BITS.get(highlight.modifier)!);
    }
  }
}

export default defineFeature<SemanticTokensParams, SemanticTokens | SemanticTokensDelta | null>({
  method: 'textDocument/semanticTokens/full',
  capabilities: { semanticTokensProvider: { legend: LEGEND, full: { delta: true }, range: true } },
  answer(session, { textDocument: { uri } }) {
    const document = session.document(uri);
    return document === undefined ? null : semanticTokens(document);
  },
});
