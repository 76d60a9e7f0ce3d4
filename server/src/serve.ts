import {
  DidChangeConfigurationNotification, ProtocolRequestType0, TextDocumentSyncKind, TextDocuments,
  type Connection, type InitializeParams, type InitializeResult, type ServerCapabilities, type TextDocumentClientCapabilities,
} from 'vscode-languageserver';
import type { RulesetDocument } from './core/ruleset/document.ts';
import type { Environment } from './environment.ts';
import type { Feature } from './features/feature.ts';
import { COMMANDS, FEATURES } from './features/features.generated.ts';
import { DEFAULT_SETTINGS, type Settings } from './features/session.ts';
import { LiveSession } from './live-session.ts';
import { OpenText } from './open-text.ts';
import { Pause } from './pause.ts';
import { Publishing } from './publishing.ts';
import { WatchedFiles } from './watched-files.ts';

const SECTION = 'iptables-lens';

/** Tells a client that asks for it of which documents what it shows may be another thing now, though nobody has edited them. */
const RENEWED = 'iptables-lens/renewed';

/** Milliseconds without an edit before scripts that read the edited text are followed anew. */
const PAUSE_BEFORE_RENEWAL = 150;

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
    return initializeResult(FEATURES.filter((feature) => !client.registers(feature)));
  });
  connection.onInitialized(async () => {
    registerLater(connection, FEATURES.filter((feature) => client.registers(feature)));
    if (client.configurationChanges) await connection.client.register(DidChangeConfigurationNotification.type, { section: SECTION });
    await configure();
  });

  for (const feature of FEATURES) connection.onRequest(feature.method, (params: never) => feature.answer(session, params));
  connection.onExecuteCommand((params) => COMMANDS.find(({ name }) => name === params.command)?.run(session, params.arguments?.[0]));

  const watched = new WatchedFiles(connection);
  const publishing = new Publishing(connection, session, () => {
    if (client.watches) watched.watch(session.filesRead());
  });
  const renewal = new Pause(PAUSE_BEFORE_RENEWAL, () => { republish(session.readAnew()); });
  const documents = new TextDocuments<OpenText>({
    create: (uri, languageId, version, text) => new OpenText(session, uri, languageId, version, text),
    update: (text, changes, version) => text.update(changes, version),
  });
  session.openText = (uri) => documents.get(uri)?.text;
  documents.onDidChangeContent(({ document: { document } }) => {
    if (document !== undefined) publishing.schedule(document);
    renewal.start();
  });
  documents.onDidClose(({ document: { uri, document } }) => {
    // What scripts read there is what was saved last.
    renewal.start();
    if (document === undefined) return;
    session.close(uri);
    publishing.clear(uri);
  });
  documents.listen(connection);

  session.refresh = () => {
    if (client.inlayHintRefresh) void connection.languages.inlayHint.refresh();
    if (client.codeLensRefresh) void connection.sendRequest('workspace/codeLens/refresh');
  };
  connection.onDidChangeConfiguration(configure);
  connection.onDidChangeWatchedFiles(() => {
    session.forgetFiles();
    republish([...session.all()]);
  });

  async function configure(): Promise<void> {
    if (client.configuration && session.apply(settingsFrom(await connection.workspace.getConfiguration(SECTION)))) republish([...session.all()]);
  }

  /** Says anew what there is to say of documents that are what they were, while what they depend on is not. */
  function republish(renewed: readonly RulesetDocument[]): void {
    if (renewed.length === 0) return;
    for (const document of renewed) publishing.schedule(document);
    if (client.renewals) void connection.sendNotification(RENEWED, { uris: renewed.map(({ uri }) => uri) });
    session.refresh();
    if (client.semanticTokensRefresh) void connection.languages.semanticTokens.refresh();
  }

  connection.listen();
}

/** Announces features that are for documents of one language alone. */
function registerLater(connection: Connection, features: readonly Feature[]): void {
  for (const { method, language } of features) void connection.client.register(new ProtocolRequestType0(method), { documentSelector: [{ language: language! }] });
}

/** What the client announced that it can do. */
class ClientSupport {
  configuration = false;
  configurationChanges = false;
  inlayHintRefresh = false;
  codeLensRefresh = false;
  semanticTokensRefresh = false;
  snippets = false;
  watches = false;
  renewals = false;
  private laterRegistered: ReadonlySet<string> = new Set();

  /** Whether it takes a feature for documents of one language alone, which it has to be told later. */
  registers({ method, language }: Feature): boolean {
    return language !== undefined && this.laterRegistered.has(method);
  }

  read({ capabilities: { workspace, textDocument }, initializationOptions }: InitializeParams): void {
    this.laterRegistered = laterRegistered(textDocument);
    this.configuration = workspace?.configuration === true;
    this.configurationChanges = workspace?.didChangeConfiguration?.dynamicRegistration === true;
    this.inlayHintRefresh = workspace?.inlayHint?.refreshSupport === true;
    this.codeLensRefresh = workspace?.codeLens?.refreshSupport === true;
    this.semanticTokensRefresh = workspace?.semanticTokens?.refreshSupport === true;
    this.watches = workspace?.didChangeWatchedFiles?.dynamicRegistration === true && workspace.didChangeWatchedFiles.relativePatternSupport === true;
    this.renewals = optionOf(initializationOptions, 'renewals') === true;
    this.snippets = textDocument?.completion?.completionItem?.snippetSupport === true;
  }
}

/** The methods of documents that may be registered later than at the start. */
function laterRegistered(verbs: TextDocumentClientCapabilities | undefined): ReadonlySet<string> {
  const given = Object.entries((verbs ?? {}) as Readonly<Record<string, { readonly dynamicRegistration?: boolean } | undefined>>);
  return new Set(given.flatMap(([verb, support]) => (support?.dynamicRegistration === true ? [`textDocument/${verb}`] : [])));
}

/** One of a client's initialization options. */
const optionOf = (options: unknown, name: string): unknown => (options as Readonly<Record<string, unknown>> | null | undefined)?.[name];

/** The client's own command that opens the list of completions, from its initialization options. */
function suggestCommandOf(options: unknown): string | undefined {
  const command = optionOf(options, 'suggestCommand');
  return typeof command === 'string' ? command : undefined;
}

function initializeResult(features: readonly Feature[]): InitializeResult {
  const capabilities: ServerCapabilities = {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    executeCommandProvider: { commands: COMMANDS.map(({ name }) => name) },
  };
  for (const feature of features) Object.assign(capabilities, feature.capabilities);
  return { capabilities, serverInfo: { name: 'iptables-lens-server', version: '0.1.0' } };
}

/** The settings that a client sent, with the default for whatever is missing or not of the right kind. */
function settingsFrom(given: unknown): Settings {
  const { family, codeLens, inlayHints, hints, management, startFrom } = (typeof given === 'object' && given !== null ? given : {}) as {
    family?: unknown; codeLens?: { rules?: unknown } | null; inlayHints?: { unmatched?: unknown } | null; hints?: { partlyShadowed?: unknown } | null; management?: unknown; startFrom?: unknown;
  };
  return {
    family: family === 'ipv4' || family === 'ipv6' ? family : 'auto',
    codeLens: { rules: typeof codeLens?.rules === 'boolean' ? codeLens.rules : DEFAULT_SETTINGS.codeLens.rules },
    inlayHints: { unmatched: typeof inlayHints?.unmatched === 'boolean' ? inlayHints.unmatched : DEFAULT_SETTINGS.inlayHints.unmatched },
    hints: { partlyShadowed: typeof hints?.partlyShadowed === 'boolean' ? hints.partlyShadowed : DEFAULT_SETTINGS.hints.partlyShadowed },
    management: textsIn(management),
    startFrom: textsIn(startFrom),
  };
}

/** The texts of a setting that is one or a list of them. */
const textsIn = (given: unknown): string[] => [given].flat().filter((text): text is string => typeof text === 'string' && text.trim() !== '');
