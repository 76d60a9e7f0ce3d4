import { LSPErrorCodes, ResponseError, type RenameParams, type WorkspaceEdit } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Position } from '../core/syntax/positions.ts';
import { defineFeature } from './feature.ts';
import { isExpanded, occurrencesOf } from './support/chains.ts';
import { isRefusal, nameRefusal, renamable, type Refusal } from './support/chain-name.ts';

/** Renames the chain at the position wherever its table names it, or says why it can't be done. */
export function rename(document: RulesetDocument, position: Position, newName: string): WorkspaceEdit | Refusal {
  const chain = renamable(document, position);
  if (isRefusal(chain)) return chain;
  const refusal = nameRefusal(document, chain.id, newName);
  if (refusal !== undefined) return refusal;
  const occurrences = occurrencesOf(document, chain.id);
  const made = occurrences.find(isExpanded);
  if (made !== undefined) {
    const word = made.line.text.slice(made.span.start, made.span.end);
    return { refusal: `Line ${made.line.number + 1} names \`${chain.id.name}\` by \`${word}\`; change it where that gets its value.` };
  }
  const edits = occurrences.map(({ line, span }) => ({ range: document.rangeOf(line, span), newText: newName }));
  return { changes: { [document.uri]: edits } };
}

export default defineFeature<RenameParams, WorkspaceEdit | undefined>({
  method: 'textDocument/rename',
  capabilities: { renameProvider: { prepareProvider: true } },
  answer(session, { textDocument: { uri }, position, newName }) {
    const document = session.document(uri);
    if (document === undefined) return undefined;
    const answer = rename(document, position, newName);
    if (isRefusal(answer)) throw new ResponseError(LSPErrorCodes.RequestFailed, answer.refusal);
    return answer;
  },
});
