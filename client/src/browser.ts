import { type ExtensionContext, Uri, workspace } from 'vscode';
import { BrowserMessageReader, BrowserMessageWriter, LanguageClient, type MessageTransports } from 'vscode-languageclient/browser';
import { activateWith } from './client.ts';

/** Entry for an extension host in a web worker: the server is a worker of its own. */
export function activate(context: ExtensionContext): void {
  const script = Uri.joinPath(context.extensionUri, 'server', 'dist', 'browser.js');
  let worker: Worker | undefined;
  const startServer = async (): Promise<MessageTransports> => {
    // A worker has no exit of its own, so the one before a restart is ended here.
    worker?.terminate();
    worker = await startWorker(script);
    return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
  };
  activateWith(context, (id, name, options) => new LanguageClient(id, name, startServer, options));
}

/** Starts a script of the extension by its text, because a worker can't be started from a remote extension's address. */
async function startWorker(script: Uri): Promise<Worker> {
  const text = await workspace.fs.readFile(script);
  return new Worker(URL.createObjectURL(new Blob([text.slice()], { type: 'text/javascript' })));
}
