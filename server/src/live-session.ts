import { RulesetDocument } from './core/ruleset/document.ts';
import type { HostFacts } from './core/engine/host.ts';
import { LineParser } from './core/syntax/parser.ts';
import { readBeside } from './beside.ts';
import type { Environment } from './environment.ts';
import { DEFAULT_SETTINGS, type Session, type Settings, type Simulation } from './features/session.ts';
import { readHostFacts } from './host-facts.ts';
import { Diagnostics } from './rules/run.ts';
import type { Finding } from './rules/rule.ts';
import { siblingOf } from './sibling.ts';
import { warmUp } from './warm-up.ts';

/** The state of one client's session: its documents, and what was computed from them. */
export class LiveSession implements Session {
  settings: Settings = DEFAULT_SETTINGS;
  snippets = false;
  suggestCommand: string | undefined;
  refresh: () => void = () => undefined;
  readonly simulations = new Map<string, Simulation>();
  private parser: LineParser | undefined;
  private readonly environment: Environment;
  private readonly documents = new Map<string, RulesetDocument>();
  private readonly diagnostics = new WeakMap<RulesetDocument, Diagnostics>();
  private readonly hosts = new Map<string, HostFacts>();
  /** Files beside open ones that are not open themselves. */
  private readonly siblings = new Map<string, { readonly document: RulesetDocument | undefined }>();

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** Loads the grammar and warms the code up; before that no document can be opened. */
  async loadGrammar(): Promise<void> {
    this.parser = await LineParser.create(this.environment.wasm);
    warmUp(this.parser);
  }

  open(uri: string, languageId: string, version: number, text: string): RulesetDocument {
    if (this.parser === undefined) throw new Error('a document came before the grammar was loaded');
    const document = new RulesetDocument(this.parser, uri, languageId, version, text, readBeside(uri, (beside) => this.environment.readText(beside)));
    document.setFamily(this.settings.family);
    this.documents.set(uri, document);
    this.siblings.clear();
    return document;
  }

  close(uri: string): void {
    this.documents.delete(uri);
    this.siblings.clear();
    this.simulations.delete(uri);
  }

  document(uri: string): RulesetDocument | undefined {
    return this.documents.get(uri);
  }

  findings(document: RulesetDocument): readonly Finding[] {
    return this.diagnosticsOf(document).findings();
  }

  /** Works out what `findings` does not know yet, in small steps. */
  analysing(document: RulesetDocument): Generator<undefined, void> {
    return this.diagnosticsOf(document).analysing();
  }

  private diagnosticsOf(document: RulesetDocument): Diagnostics {
    let diagnostics = this.diagnostics.get(document);
    if (diagnostics === undefined) {
      diagnostics = new Diagnostics(document, () => ({ host: this.host(document.uri), settings: this.settings, sibling: () => this.sibling(document.uri) }));
      this.diagnostics.set(document, diagnostics);
    }
    return diagnostics;
  }

  host(uri: string): HostFacts {
    const folder = uri.slice(0, uri.lastIndexOf('/') + 1);
    const known = this.hosts.get(folder);
    if (known !== undefined) return known;
    const { facts } = readHostFacts(this.environment, folder);
    this.hosts.set(folder, facts);
    return facts;
  }

  /** The ruleset file of the other family: as it is open, or else as it was when it was first asked for. */
  private sibling(uri: string): RulesetDocument | undefined {
    const beside = siblingOf(uri);
    if (beside === undefined || this.parser === undefined) return undefined;
    const open = this.documents.get(beside);
    if (open !== undefined) return open;
    let known = this.siblings.get(beside);
    if (known === undefined) {
      const text = this.environment.readText(beside);
      this.siblings.set(beside, known = { document: text === undefined ? undefined : new RulesetDocument(this.parser, beside, 'iptables', 0, text) });
    }
    return known.document;
  }

  /** Forgets facts about hosts, because a file that states them has changed. */
  forgetHosts(): void {
    this.hosts.clear();
  }

  apply(settings: Settings): void {
    this.settings = settings;
    for (const document of this.documents.values()) document.setFamily(settings.family);
  }

  all(): Iterable<RulesetDocument> {
    return this.documents.values();
  }
}
