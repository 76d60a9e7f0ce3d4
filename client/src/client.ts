import { type ExtensionContext, commands as editorCommands, workspace } from 'vscode';
import { type BaseLanguageClient, type LanguageClientOptions, RevealOutputChannelOn } from 'vscode-languageclient';
import { afterEdits } from './after-edits.ts';
import { isCopy, languages, onFirstDocument } from './documents.ts';
import { provideCodeActions } from './line-endings.ts';
import { commands, renewed } from './protocol.ts';
import { rememberPackets } from './recent-packets.ts';
import { createResultingRulesets } from './resulting-ruleset.ts';
import { type SimulationParts, createSimulation, renewFate } from './simulate.ts';
import { createFateStatus } from './status.ts';
import { createExpectationTests } from './tests.ts';

const id = 'iptables-lens';
const name = 'iptables Lens';

/** Builds a client that is not started yet; all that differs between the two entries. */
export type ClientFactory = (id: string, name: string, options: LanguageClientOptions) => BaseLanguageClient;

/** Starts the server with the first document that it can say something about, and shows what it says. */
export function activateWith(context: ExtensionContext, create: ClientFactory): void {
  const status = createFateStatus(commands.clearSimulation);
  const parts: SimulationParts = {
    status,
    recent: rememberPackets(context.workspaceState),
    ask: (command, argument) => client.sendRequest('workspace/executeCommand', { command, arguments: [argument] }),
  };
  const expectations = createExpectationTests((uri) => parts.ask(commands.runExpectations, { uri }));
  const simulation = createSimulation(parts);
  const rulesets = createResultingRulesets((command, argument) => parts.ask(command, argument));
  const facts = workspace.createFileSystemWatcher('**/iptables-lens.json');
  const starts = workspace.createFileSystemWatcher('**/{*.v4,*.v6,*.rules,*.iptables,*.ip6tables}');
  const client = create(id, name, {
    documentSelector: languages.map((language) => ({ language })),
    initializationOptions: { suggestCommand: 'editor.action.triggerSuggest', renewals: true },
    diagnosticCollectionName: id,
    outputChannelName: name,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    synchronize: { fileEvents: [facts, starts] },
    middleware: {
      executeCommand: (command, args, next) => (command === commands.resultingRuleset ? rulesets.show(args[0]) : simulation(command, args, next)),
      provideCodeActions,
      handleDiagnostics: (uri, diagnostics, next) => next(uri, isCopy(uri) ? [] : diagnostics),
    },
  });
  const restart = async (): Promise<void> => {
    status.forgetAll();
    if (client.needsStop()) await client.stop();
    await client.start();
  };
  const renew = (uri: string): void => {
    void renewFate(parts, uri);
    void expectations.renew(uri);
    rulesets.changed(uri);
  };
  context.subscriptions.push(
    client, status, facts, starts, expectations, rulesets,
    afterEdits(renew),
    client.onNotification(renewed, ({ uris }: { readonly uris: readonly string[] }) => uris.forEach(renew)),
    editorCommands.registerCommand(commands.restartServer, restart),
    // A server that can't start is told by the client itself, in a notification.
    onFirstDocument(() => void client.start()),
  );
}
