import { LSPErrorCodes, ResponseError, type RenameParams, type WorkspaceEdit } from 'vscode-languageserver';
import type { Position, RulesetDocument } from '../core/ruleset/document.ts';
import { defineFeature } from './feature.ts';
import { occurrencesOf } from './support/chains.ts';
import { isRefusal, nameRefusal, renamable, type Refusal } from './support/chain-name.ts';

/** Renames the chain at the position wherever its table names it, or says why it can't be done. */
export function rename(document: RulesetDocument, position: Position, newName: string): WorkspaceEdit | Refusal {
  const chain = renamable(document, position);
  if (isRefusal(chain)) return chain;
  const refusal = nameRefusal(document, chain.id, newName);
  if (refusal !== undefined) return refusal;
  const edits = occurrencesOf(document, chain.id).map(({ line, span }) => ({ range: document.rangeOf(line, span), newText: newName }));
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
