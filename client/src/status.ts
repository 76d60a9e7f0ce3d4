import { Disposable, MarkdownString, StatusBarAlignment, type TextDocument, window, workspace } from 'vscode';
import type { Simulated } from './protocol.ts';

/** The status bar item that says the fate of the packet simulated last in the active editor's document. */
export interface FateStatus extends Disposable {
  show(uri: string, simulated: Simulated): void;
  /** The packet whose fate is known for a document, if any. */
  packet(uri: string): string | undefined;
  forget(uri: string): void;
  forgetAll(): void;
}

/** Creates the item; a click on it runs `clearCommand`. */
export function createFateStatus(clearCommand: string): FateStatus {
  const fates = new Map<string, Simulated>();
  const item = window.createStatusBarItem('simulation', StatusBarAlignment.Left);
  item.name = 'iptables Lens: Simulated Packet';

  const refresh = (): void => {
    const uri = window.activeTextEditor?.document.uri.toString();
    const fate = uri === undefined ? undefined : fates.get(uri);
    if (uri === undefined || fate === undefined) return item.hide();
    item.text = `$(symbol-event) ${escapeIcons(shortened(fate.summary))} $(close)`;
    item.tooltip = tooltip(fate);
    item.command = { title: 'Clear Simulation', command: clearCommand, arguments: [{ uri }] };
    item.accessibilityInformation = { label: `Simulated packet: ${fate.summary}. Activate to clear.`, role: 'button' };
    item.show();
  };
  const forget = (uri: string): void => {
    if (fates.delete(uri)) refresh();
  };
  const subscriptions = Disposable.from(
    item,
    window.onDidChangeActiveTextEditor(refresh),
    workspace.onDidCloseTextDocument((document: TextDocument) => forget(document.uri.toString())),
  );
  return {
    show: (uri, simulated) => {
      fates.set(uri, simulated);
      refresh();
    },
    packet: (uri) => fates.get(uri)?.packet,
    forget,
    forgetAll: () => {
      fates.clear();
      refresh();
    },
    dispose: () => subscriptions.dispose(),
  };
}

function tooltip(fate: Simulated): MarkdownString {
  return new MarkdownString('').appendCodeblock(fate.packet, 'plaintext').appendText(`${fate.summary}\n\nClick to clear the simulation.`);
}

/** Longest summary that leaves room for other items; the tooltip has the rest. */
const LENGTH = 120;

function shortened(text: string): string {
  return text.length <= LENGTH ? text : `${text.slice(0, LENGTH - 1)}…`;
}

/** A summary quotes rules, and `$(…)` in one would be drawn as an icon. */
function escapeIcons(text: string): string {
  return text.replaceAll('$(', '\\$(');
}
