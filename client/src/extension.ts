import type { ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { activateWith } from './client.ts';

/** Entry for an extension host in Node: the server is a child process that speaks over IPC. */
export function activate(context: ExtensionContext): void {
  activateWith(context, (id, name, options) => {
    const server = { module: context.asAbsolutePath('server/dist/server.cjs'), transport: TransportKind.ipc };
    return new LanguageClient(id, name, { run: server, debug: server }, options);
  });
}
