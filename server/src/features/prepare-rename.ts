import { LSPErrorCodes, ResponseError, type PrepareRenameParams, type Range } from 'vscode-languageserver';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Position } from '../core/syntax/positions.ts';
import { defineFeature } from './feature.ts';
import { isRefusal, renamable, type Refusal } from './support/chain-name.ts';

/** The chain name that renaming at the position would change. */
export interface RenameSubject {
  readonly range: Range;
  readonly placeholder: string;
}

/** What would be renamed at the position, or why nothing can be. */
export function prepareRename(document: RulesetDocument, position: Position): RenameSubject | Refusal {
  const chain = renamable(document, position);
  if (isRefusal(chain)) return chain;
  const { line, span, name } = chain.occurrence;
  return { range: document.rangeOf(line, span), placeholder: name };
}

export default defineFeature<PrepareRenameParams, RenameSubject | undefined>({
  method: 'textDocument/prepareRename',
  capabilities: {},
  answer(session, { textDocument: { uri }, position }) {
    const document = session.document(uri);
    if (document === undefined) return undefined;
    const answer = prepareRename(document, position);
    if (isRefusal(answer)) throw new ResponseError(LSPErrorCodes.RequestFailed, answer.refusal);
    return answer;
  },
});
