import { Disposable, workspace } from 'vscode';
import { languages } from './documents.ts';

const pause = 300;

/** Calls `react` with a document's uri once no edit has followed another for 300 milliseconds. */
export function afterEdits(react: (uri: string) => void): Disposable {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const cancel = (uri: string): void => {
    clearTimeout(timers.get(uri));
    timers.delete(uri);
  };
  const schedule = (uri: string): void => {
    cancel(uri);
    timers.set(uri, setTimeout(() => {
      timers.delete(uri);
      react(uri);
    }, pause));
  };
  return Disposable.from(
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (languages.includes(document.languageId) && contentChanges.length > 0) schedule(document.uri.toString());
    }),
    workspace.onDidCloseTextDocument((document) => cancel(document.uri.toString())),
    new Disposable(() => timers.forEach((timer) => clearTimeout(timer))),
  );
}
