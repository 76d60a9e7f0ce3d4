import {
  type CodeAction, type CodeLens, type CompletionList, type Hover, type InlayHint, Position, Range, type TextDocument, Uri, commands,
  window, workspace,
} from 'vscode';
import { eventually, ok } from './check.ts';

/** The address of a file of the test workspace. */
export function file(name: string): Uri {
  const [folder] = workspace.workspaceFolders ?? [];
  ok(folder, 'a workspace folder is open');
  return Uri.joinPath(folder.uri, name);
}

/**
 * Opens a file of the test workspace in an editor, as a user does: `openTextDocument` would keep the document for minutes
 * after its editor is closed.
 */
export async function open(name: string): Promise<TextDocument> {
  const uri = file(name);
  await commands.executeCommand('vscode.open', uri);
  return eventually(`an editor on ${name}`, () => {
    const document = window.activeTextEditor?.document;
    return document?.uri.toString() === uri.toString() && document;
  });
}

/** Opens a document that has no file, in an editor. */
export async function openUntitled(content: string, language = 'iptables'): Promise<TextDocument> {
  const document = await workspace.openTextDocument({ content, language });
  const editor = await window.showTextDocument(document);
  // VS Code gives it the backup of the closed document of the same name where that is not deleted yet.
  const everything = new Range(0, 0, document.lineCount, 0);
  if (document.getText() !== content) await editor.edit((edits) => edits.replace(everything, content));
  return document;
}

/** Closes all editors without saving. */
export async function closeEditors(): Promise<void> {
  while (window.tabGroups.all.some(({ tabs }) => tabs.length > 0)) await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
}

/** Where `text` begins in a document. */
export function placeOf(document: TextDocument, text: string): Position {
  const offset = document.getText().indexOf(text);
  ok(offset >= 0, `the document holds ${text}`);
  return document.positionAt(offset);
}

/** The code lenses of a document, each with its command. */
export function lenses({ uri }: TextDocument): Thenable<CodeLens[]> {
  return commands.executeCommand('vscode.executeCodeLensProvider', uri, 1000);
}

/** The text of each line's inlay hints; lines without one are left out. */
export async function hints(document: TextDocument): Promise<Map<number, string>> {
  const everything = new Range(0, 0, document.lineCount, 0);
  const found = await commands.executeCommand<InlayHint[]>('vscode.executeInlayHintProvider', document.uri, everything);
  const texts = new Map<number, string>();
  for (const { position: { line }, label } of found) texts.set(line, (texts.get(line) ?? '') + labelText(label));
  return texts;
}

/** The completion items at a place. */
export async function completions({ uri }: TextDocument, position: Position): Promise<string[]> {
  const list = await commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', uri, position);
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

/** The hover's texts at a place. */
export async function hoverText({ uri }: TextDocument, position: Position): Promise<string> {
  const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', uri, position);
  return hovers.flatMap(({ contents }) => contents).map((content) => (typeof content === 'string' ? content : content.value)).join('\n');
}

/** The quick fixes for a range that have an edit. */
export async function quickFixes({ uri }: TextDocument, range: Range): Promise<CodeAction[]> {
  const actions = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', uri, range, 'quickfix');
  return actions.filter(({ edit }) => edit !== undefined);
}

function labelText(label: InlayHint['label']): string {
  return typeof label === 'string' ? label : label.map(({ value }) => value).join('');
}
