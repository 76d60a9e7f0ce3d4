import { type QuickInputButton, type QuickPick, type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { CheckAnswer, PacketSuggestion } from './protocol.ts';

const placeholder = 'tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0';
const editButton: QuickInputButton = { iconPath: new ThemeIcon('edit'), tooltip: 'Edit Packet' };

/** What the user chooses from, how typed text is validated, and the text to start with. */
export interface PacketQuestion {
  suggestions: readonly PacketSuggestion[];
  recent: readonly string[];
  check(packet: string): Promise<CheckAnswer>;
  typed: string;
}

interface PacketItem extends QuickPickItem {
  packet?: string;
}

/** Asks for a packet: one of the list or any text in notation. Undefined when the user gives up. */
export async function pickPacket(question: PacketQuestion): Promise<string | undefined> {
  const pick = window.createQuickPick<PacketItem>();
  pick.title = 'Simulate Packet';
  pick.placeholder = placeholder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const write = (text: string): void => {
    pick.value = text;
    void offer(pick, question);
  };
  const chosen = new Promise<string | undefined>((resolve) => {
    pick.onDidChangeValue(() => void offer(pick, question));
    pick.onDidTriggerItemButton(({ item }) => write(item.packet ?? ''));
    pick.onDidAccept(() => {
      const packet = pick.activeItems[0]?.packet;
      if (packet !== undefined) resolve(packet);
    });
    pick.onDidHide(() => resolve(undefined));
  });
  write(question.typed);
  pick.show();
  return chosen.finally(() => pick.dispose());
}

/** Lists the choices for the text in the box: the text itself in front, refused as soon as the server says it is wrong. */
async function offer(pick: QuickPick<PacketItem>, question: PacketQuestion): Promise<void> {
  const choices = listed(question);
  const text = pick.value;
  const packet = text.trim();
  if (packet === '' || choices.some((choice) => choice.packet === packet)) {
    pick.items = choices;
    return;
  }
  const right: PacketItem = { label: packet, packet, description: 'simulate', alwaysShow: true };
  pick.items = [right, ...choices];
  pick.activeItems = [right];
  const { error } = await question.check(packet);
  // An answer about text that has changed meanwhile says nothing about the text in the box.
  if (error === undefined || pick.value !== text) return;
  const wrong: PacketItem = { label: packet, detail: `$(error) ${error.message}`, alwaysShow: true };
  pick.items = [wrong, ...choices];
  // The beginning of a listed packet is wrong by itself; Enter then takes that packet.
  pick.activeItems = [choices.find((choice) => choice.packet?.startsWith(packet)) ?? wrong];
}

function listed({ suggestions, recent }: PacketQuestion): PacketItem[] {
  const known = new Set(suggestions.map((suggestion) => suggestion.packet));
  const before = recent.filter((packet) => !known.has(packet));
  return [
    ...section('suggested', suggestions.map(suggestedItem)),
    ...section('recent', before.map((packet) => ({ label: packet, packet, buttons: [editButton] }))),
  ];
}

function section(label: string, items: PacketItem[]): PacketItem[] {
  return items.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...items];
}

function suggestedItem({ packet, label, detail }: PacketSuggestion): PacketItem {
  const item: PacketItem = { label: packet, packet, buttons: [editButton] };
  if (label !== packet) item.description = label;
  if (detail !== undefined && detail !== '') item.detail = detail;
  return item;
}
