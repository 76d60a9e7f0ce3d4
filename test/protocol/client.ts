import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  createProtocolConnection, StreamMessageReader, StreamMessageWriter,
  type ClientCapabilities, type InitializeResult, type ProtocolConnection, type PublishDiagnosticsParams, type Range, type Registration, type RegistrationParams,
} from 'vscode-languageserver-protocol/node';

const SERVER = fileURLToPath(new URL('../../server/bin/iptables-lens-server.js', import.meta.url));

/** A JSON-RPC client of the built server, over its standard input and output, as any LSP editor would be one. */
export class TestClient {
  readonly connection: ProtocolConnection;
  initialized!: InitializeResult;
  /** What the server sent of itself, by method. */
  readonly requestsOfServer: string[] = [];
  /** What it registered of itself. */
  readonly registrations: Registration[] = [];
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly published = new Map<string, PublishDiagnosticsParams>();
  private waiting: (() => void)[] = [];
  stderr = '';

  private constructor(process: ChildProcessWithoutNullStreams) {
    this.process = process;
    process.stderr.on('data', (chunk: Buffer) => { this.stderr += chunk.toString(); });
    this.connection = createProtocolConnection(new StreamMessageReader(process.stdout), new StreamMessageWriter(process.stdin));
  }

  /** Starts a server and initializes it; `settings` answers its workspace/configuration. */
  static async start(settings: Record<string, unknown> = {}, capabilities: ClientCapabilities = FULL_CLIENT, initializationOptions = {}): Promise<TestClient> {
    const client = new TestClient(spawn(process.execPath, [SERVER, '--stdio']));
    const { connection } = client;
    connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      client.published.set(params.uri, params);
      for (const wake of client.waiting.splice(0)) wake();
    });
    connection.onRequest('workspace/configuration', () => [settings]);
    connection.onRequest('client/registerCapability', ({ registrations }: RegistrationParams) => {
      client.requestsOfServer.push('client/registerCapability');
      client.registrations.push(...registrations);
      return null;
    });
    for (const method of ['client/unregisterCapability', 'workspace/inlayHint/refresh', 'workspace/codeLens/refresh']) {
      connection.onRequest(method, () => {
        client.requestsOfServer.push(method);
        return null;
      });
    }
    connection.listen();
    client.initialized = await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities, initializationOptions });
    await connection.sendNotification('initialized', {});
    return client;
  }

  /** Process id of the server. */
  get pid(): number {
    return this.process.pid!;
  }

  request<Answer>(method: string, params: unknown): Promise<Answer> {
    return this.connection.sendRequest<Answer>(method, params);
  }

  command<Answer>(command: string, argument: unknown): Promise<Answer> {
    return this.request('workspace/executeCommand', { command, arguments: [argument] });
  }

  /** Opens a document and answers its first diagnostics. */
  async open(uri: string, text: string, languageId = 'iptables'): Promise<PublishDiagnosticsParams> {
    this.published.delete(uri);
    await this.connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
    return this.diagnostics(uri, 1);
  }

  /** Applies one change and answers the diagnostics of that version. */
  async change(uri: string, version: number, text: string, range?: Range): Promise<PublishDiagnosticsParams> {
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version }, contentChanges: [range === undefined ? { text } : { range, text }],
    });
    return this.diagnostics(uri, version);
  }

  /** Closes a document and waits until its diagnostics are taken back. */
  async close(uri: string): Promise<void> {
    this.published.delete(uri);
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    // A round of before may still be on its way; the one that takes them back is of no version.
    await this.diagnosticsWhere(uri, ({ version }) => version === undefined);
  }

  /** The diagnostics published for a version or a later one. */
  async diagnostics(uri: string, version: number): Promise<PublishDiagnosticsParams> {
    for (;;) {
      const known = this.published.get(uri);
      if (known !== undefined && known.version !== undefined && known.version >= version) return known;
      await new Promise<void>((wake) => this.waiting.push(wake));
    }
  }

  /** The latest diagnostics, as soon as they are such ones. */
  async diagnosticsWhere(uri: string, isWanted: (round: PublishDiagnosticsParams) => boolean): Promise<PublishDiagnosticsParams> {
    for (;;) {
      const known = this.published.get(uri);
      if (known !== undefined && isWanted(known)) return known;
      await new Promise<void>((wake) => this.waiting.push(wake));
    }
  }

  /** Shuts the server down as the protocol asks; answers its exit code. */
  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.process.once('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const code = await ended;
    this.connection.dispose();
    return code;
  }
}

export const FULL_CLIENT: ClientCapabilities = {
  workspace: {
    configuration: true, didChangeConfiguration: { dynamicRegistration: true },
    inlayHint: { refreshSupport: true }, codeLens: { refreshSupport: true }, workspaceEdit: { documentChanges: true },
  },
  textDocument: {
    publishDiagnostics: { versionSupport: true, relatedInformation: true, tagSupport: { valueSet: [1, 2] } },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.fixAll'] } } },
    rename: { prepareSupport: true }, documentSymbol: { hierarchicalDocumentSymbolSupport: true },
  },
};
