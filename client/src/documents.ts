import { Disposable, type TextDocument, type Uri, workspace } from 'vscode';

/** Languages that the server is told of: rulesets, and shell scripts for the iptables commands in them. */
export const languages: readonly string[] = ['iptables', 'shellscript'];

/** The scheme of documents that this extension makes. */
export const ownScheme = 'iptables-lens';

/** Whether the document shows what another one holds or held, beside it: what is wrong there is told in that one. */
export const isCopy = ({ scheme }: Uri): boolean => scheme === ownScheme || scheme === 'git';

/** Whether there is anything in the document for the server: of shell scripts only those that name iptables. */
function isOurs({ languageId, getText }: TextDocument): boolean {
  return languageId === 'iptables' || (languageId === 'shellscript' && /\bip6?tables\b/u.test(getText()));
}

/** Calls `start` as soon as a document of ours is open, so that other shell scripts cost no server. */
export function onFirstDocument(start: () => void): Disposable {
  if (workspace.textDocuments.some(isOurs)) {
    start();
    return new Disposable(() => undefined);
  }
  const waiting = workspace.onDidOpenTextDocument((document) => {
    if (!isOurs(document)) return;
    waiting.dispose();
    start();
  });
  return waiting;
}
