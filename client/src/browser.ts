import { type ExtensionContext, Uri } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { activateWith } from './client.ts';

/** Entry for an extension host in a web worker: the server is a worker of its own. */
export function activate(context: ExtensionContext): Promise<void> {
  const script = Uri.joinPath(context.extensionUri, 'server', 'dist', 'browser.js').toString(true);
  let worker: Worker | undefined;
  // A worker has no exit of its own, so the one before a restart is ended here.
  const startServer = (): Promise<Worker> => {
    worker?.terminate();
    worker = new Worker(script);
    return Promise.resolve(worker);
  };
  return activateWith(context, (id, name, options) => new LanguageClient(id, name, startServer, options));
}
