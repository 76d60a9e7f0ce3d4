import type { InlayHint, InlayHintParams, Range } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import { defineFeature } from './feature.ts';
import type { Session } from './session.ts';
import { marksOf, rulesetsOf, type Mark } from './support/marks.ts';
import { shownSimulation } from './support/simulation.ts';

/** The marks of the simulation shown in the document, as hints behind the lines of `range`. */
export function inlayHints(session: Session, document: RulesetDocument, range: Range): InlayHint[] {
  const shown = shownSimulation(session, document);
  if (shown === undefined) return [];
  return marksOf(shown.simulated.result, rulesetsOf(document, shown), session.settings.inlayHints)
    .filter(({ line }) => line.number >= range.start.line && line.number <= range.end.line)
    .map((mark) => hintOf(document, mark));
}

function hintOf(document: RulesetDocument, { line, label, tooltip }: Mark): InlayHint {
  return {
    position: document.positionAt(line, line.text.length), label, paddingLeft: true,
    ...(tooltip === undefined ? {} : { tooltip: { kind: 'markdown' as const, value: tooltip } }),
  };
}

export default defineFeature({
  method: 'textDocument/inlayHint',
  capabilities: { inlayHintProvider: true },
  answer(session, { textDocument, range }: InlayHintParams) {
    const document = session.document(textDocument.uri);
    return document === undefined ? [] : inlayHints(session, document, range);
  },
});
