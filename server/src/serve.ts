import {
  DidChangeConfigurationNotification, TextDocumentSyncKind, TextDocuments,
  type Connection, type InitializeParams, type InitializeResult, type ServerCapabilities, type TextDocumentContentChangeEvent,
} from 'vscode-languageserver';
import type { RulesetDocument } from './core/ruleset/document.ts';
import type { Environment } from './environment.ts';
import { COMMANDS, FEATURES } from './features/features.generated.ts';
import { DEFAULT_SETTINGS, type Settings } from './features/session.ts';
import { toDiagnostics } from './features/support/diagnostics.ts';
import { LiveSession } from './live-session.ts';

const SECTION = 'iptables-lens';

/** Serves one client on a connection, with every feature and command that there is. */
export function serve(connection: Connection, environment: Environment): void {
  const session = new LiveSession(environment);
  const client = new ClientSupport();
  connection.onInitialize(async (params) => {
    client.read(params);
    session.snippets = client.snippets;
    session.suggestCommand = suggestCommandOf(params.initializationOptions);
    // A client sends nothing else before it has the answer, so the grammar is there when the first document comes.
    await session.loadGrammar();
    return initializeResult();
  });
  connection.onInitialized(async () => {
    if (client.configurationChanges) await connection.client.register(DidChangeConfigurationNotification.type, { section: SECTION });
    await configure();
  });

  for (const feature of FEATURES) connection.onRequest(feature.method, (params: never) => feature.answer(session, params));
  connection.onExecuteCommand((params) => COMMANDS.find(({ name }) => name === params.command)?.run(session, params.arguments?.[0]));

  const publishing = new Publishing(connection, session);
  const documents = new TextDocuments<RulesetDocument>({
    create: (uri, languageId, version, text) => session.open(uri, languageId, version, text),
    update: (document, changes: TextDocumentContentChangeEvent[], version) => {
      document.update(changes, version);
      return document;
    },
  });
  documents.onDidChangeContent(({ document }) => publishing.schedule(document));
  documents.onDidClose(({ document }) => {
    session.close(document.uri);
    publishing.clear(document.uri);
  });
  documents.listen(connection);

  session.refresh = () => {
    if (client.inlayHintRefresh) void connection.languages.inlayHint.refresh();
    if (client.codeLensRefresh) void connection.sendRequest('workspace/codeLens/refresh');
  };
  connection.onDidChangeConfiguration(configure);
  connection.onDidChangeWatchedFiles(() => {
    session.forgetHosts();
    republish();
  });

  async function configure(): Promise<void> {
    if (client.configuration) session.apply(settingsFrom(await connection.workspace.getConfiguration(SECTION)));
    republish();
  }

  function republish(): void {
    for (const document of session.all()) publishing.schedule(document);
    session.refresh();
  }

  connection.listen();
}

/** What the client announced that it can do. */
class ClientSupport {
  configuration = false;
  configurationChanges = false;
  inlayHintRefresh = false;
  codeLensRefresh = false;
  snippets = false;

  read({ capabilities: { workspace, textDocument } }: InitializeParams): void {
    this.configuration = workspace?.configuration === true;
    this.configurationChanges = workspace?.didChangeConfiguration?.dynamicRegistration === true;
    this.inlayHintRefresh = workspace?.inlayHint?.refreshSupport === true;
    this.codeLensRefresh = workspace?.codeLens?.refreshSupport === true;
    this.snippets = textDocument?.completion?.completionItem?.snippetSupport === true;
  }
}

/** Milliseconds above which diagnostics wait for a pause in typing, so that completion does not queue up behind them. */
const SLOW = 50;

/** Publishes diagnostics, once for all edits that are already waiting; of very large files after a pause in typing. */
class Publishing {
  private readonly connection: Connection;
  private readonly session: LiveSession;
  private readonly pending = new Map<string, RulesetDocument>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What the last round took, in milliseconds; first rounds, which read whole files, do not count. */
  private cost = 0;
  private readonly seen = new WeakSet<RulesetDocument>();

  constructor(connection: Connection, session: LiveSession) {
    this.connection = connection;
    this.session = session;
  }

  schedule(document: RulesetDocument): void {
    this.pending.set(document.uri, document);
    if (this.timer !== undefined && this.cost < SLOW) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.cost < SLOW ? 0 : 2 * this.cost);
  }

  clear(uri: string): void {
    this.pending.delete(uri);
    void this.connection.sendDiagnostics({ uri, diagnostics: [] });
  }

  private flush(): void {
    const start = performance.now();
    const documents = [...this.pending.values()];
    this.pending.clear();
    this.timer = undefined;
    for (const document of documents) {
      const diagnostics = toDiagnostics(document, this.session.findings(document));
      void this.connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
    }
    this.cost = documents.every((document) => this.seen.has(document)) ? performance.now() - start : 0;
    for (const document of documents) this.seen.add(document);
  }
}

/** The client's own command that opens the list of completions, from its initialization options. */
function suggestCommandOf(options: unknown): string | undefined {
  const command = (options as { suggestCommand?: unknown } | null | undefined)?.suggestCommand;
  return typeof command === 'string' ? command : undefined;
}

function initializeResult(): InitializeResult {
  const capabilities: ServerCapabilities = {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    executeCommandProvider: { commands: COMMANDS.map(({ name }) => name) },
  };
  for (const feature of FEATURES) Object.assign(capabilities, feature.capabilities);
  return { capabilities, serverInfo: { name: 'iptables-lens-server', version: '0.1.0' } };
}

/** The settings that a client sent, with the default for whatever is missing or not of the right kind. */
function settingsFrom(given: unknown): Settings {
  const { family, codeLens, inlayHints } = (typeof given === 'object' && given !== null ? given : {}) as {
    family?: unknown; codeLens?: { rules?: unknown } | null; inlayHints?: { unmatched?: unknown } | null;
  };
  return {
    family: family === 'ipv4' || family === 'ipv6' ? family : 'auto',
    codeLens: { rules: typeof codeLens?.rules === 'boolean' ? codeLens.rules : DEFAULT_SETTINGS.codeLens.rules },
    inlayHints: { unmatched: typeof inlayHints?.unmatched === 'boolean' ? inlayHints.unmatched : DEFAULT_SETTINGS.inlayHints.unmatched },
  };
}
