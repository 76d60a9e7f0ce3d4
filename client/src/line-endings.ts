import { type CodeAction, EndOfLine, TextEdit, type WorkspaceEdit } from 'vscode';
import type { Middleware } from 'vscode-languageclient';

/**
 * Lets fixes of line endings work: an editor's document has one line ending for all lines, and edits of single ones do
 * nothing. What the server names in `data.endOfLine` is set for the whole document, as a part of the same edit.
 */
export const provideCodeActions: NonNullable<Middleware['provideCodeActions']> = async (document, range, context, token, next) => {
  const actions = await next(document, range, context, token);
  for (const action of actions ?? []) {
    if (!('edit' in action) || action.edit === undefined || !endsLinesInLf(action)) continue;
    setLf(action.edit);
  }
  return actions;
};

/** The client keeps the server's `data` on each action, which is no part of the editor's own type. */
const endsLinesInLf = (action: CodeAction): boolean =>
  (action as CodeAction & { data?: { endOfLine?: unknown } | null }).data?.endOfLine === 'LF';

function setLf(edit: WorkspaceEdit): void {
  for (const [uri, edits] of edit.entries()) edit.set(uri, [...edits, TextEdit.setEndOfLine(EndOfLine.LF)]);
}
