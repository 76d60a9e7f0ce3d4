import {
  type Disposable, DocumentLink, EventEmitter, Range, type TextDocument, Uri, ViewColumn, languages as editorLanguages, window, workspace,
} from 'vscode';
import { languages, ownScheme as scheme } from './documents.ts';
import type { Family, RulesetAnswer, RulesetRequest } from './protocol.ts';
import { commands } from './protocol.ts';

/** Shows, beside a script, the ruleset that it leaves behind, in a document of its own that follows every edit. */
export interface ResultingRulesets extends Disposable {
  /** Opens the document for what a code lens or a menu hands over; without that, for the active editor. */
  show(argument: unknown): Promise<void>;
  /** Says that a document has changed, so that what it leaves behind is asked for again. */
  changed(uri: string): void;
}

/** `ask` runs a command of the server. */
export function createResultingRulesets(ask: (command: string, argument: RulesetRequest) => Promise<RulesetAnswer>): ResultingRulesets {
  const changes = new EventEmitter<Uri>();
  const sources = new Map<string, readonly (number | null)[]>();
  const provider = workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changes.event,
    async provideTextDocumentContent(uri) {
      const answer = await ask(commands.resultingRuleset, requestOf(uri));
      if (answer.error !== undefined) return `# ${answer.error.message}\n`;
      const header = answer.refused.map(({ line, message }) => `# line ${line + 1}: ${message}\n`);
      sources.set(uri.toString(), [...header.map(() => null), ...answer.sources]);
      return header.join('') + answer.text;
    },
  });
  const links = editorLanguages.registerDocumentLinkProvider({ scheme }, {
    provideDocumentLinks: (document) => linksOf(document, sources.get(document.uri.toString()) ?? []),
  });
  return {
    async show(argument) {
      const request = asRequest(argument);
      if (request === undefined) return;
      const document = await workspace.openTextDocument(uriOf(request));
      await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preserveFocus: true, preview: true });
    },
    changed(uri) {
      for (const document of workspace.textDocuments) if (document.uri.scheme === scheme && requestOf(document.uri).uri === uri) changes.fire(document.uri);
    },
    dispose() {
      for (const part of [changes, provider, links]) part.dispose();
    },
  };
}

/** The path is what the tab shows, and its ending makes the text a ruleset of the family. */
function uriOf({ uri, family = 'ipv4', namespace }: RulesetRequest): Uri {
  const name = Uri.parse(uri).path.split('/').at(-1) ?? '';
  return Uri.from({ scheme, path: `/${name} ruleset${namespace === undefined ? '' : ` of ${namespace}`}.${family === 'ipv6' ? 'v6' : 'v4'}`, query: JSON.stringify({ uri, family, namespace }) });
}

const requestOf = (uri: Uri): RulesetRequest => JSON.parse(uri.query) as RulesetRequest;

/** A link on each rule to the line that made it. */
function linksOf(document: TextDocument, sources: readonly (number | null)[]): DocumentLink[] {
  const source = Uri.parse(requestOf(document.uri).uri);
  return sources.flatMap((line, index) => {
    if (line === null || index >= document.lineCount) return [];
    const link = new DocumentLink(new Range(index, 0, index, document.lineAt(index).text.length), source.with({ fragment: `L${line + 1}` }));
    link.tooltip = `Line ${line + 1} made this rule`;
    return [link];
  });
}

function asRequest(argument: unknown): RulesetRequest | undefined {
  if (typeof argument === 'object' && argument !== null && 'uri' in argument && typeof argument.uri === 'string') {
    const family = 'family' in argument ? argument.family as Family : undefined;
    const namespace = 'namespace' in argument ? argument.namespace as string : undefined;
    return { uri: argument.uri, ...(family === undefined ? {} : { family }), ...(namespace === undefined ? {} : { namespace }) };
  }
  const document = window.activeTextEditor?.document;
  return document !== undefined && languages.includes(document.languageId) ? { uri: document.uri.toString() } : undefined;
}
