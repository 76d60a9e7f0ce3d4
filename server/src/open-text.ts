import { TextDocument, type TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import type { RulesetDocument } from './core/ruleset/document.ts';
import { mayRunIptables } from './core/ruleset/script.ts';
import type { LiveSession } from './live-session.ts';

/**
 * A text that the client has open. A shell script is nobody's business here before it may run one of the programs: until
 * then its text is all that is kept, and nothing is read, checked or published.
 */
export class OpenText {
  readonly uri: string;
  private readonly session: LiveSession;
  private idle: TextDocument | undefined;
  private known: RulesetDocument | undefined;

  constructor(session: LiveSession, uri: string, languageId: string, version: number, text: string) {
    this.uri = uri;
    this.session = session;
    this.take(TextDocument.create(uri, languageId, version, text));
  }

  /** The document, once it is one that the server has to do with. */
  get document(): RulesetDocument | undefined {
    return this.known;
  }

  get text(): string {
    return this.idle?.getText() ?? this.known!.getText();
  }

  /** Applies changes in order, as LSP states them. */
  update(changes: TextDocumentContentChangeEvent[], version: number): this {
    if (this.idle === undefined) this.known!.update(changes, version);
    else this.take(TextDocument.update(this.idle, changes, version));
    return this;
  }

  private take(text: TextDocument): void {
    const { languageId, version } = text;
    const content = text.getText();
    const isIdle = languageId === 'shellscript' && !mayRunIptables(content);
    this.idle = isIdle ? text : undefined;
    if (!isIdle) this.known = this.session.open(this.uri, languageId, version, content);
  }
}
