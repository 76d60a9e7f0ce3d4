import { RulesetDocument } from './core/ruleset/document.ts';
import type { HostFacts } from './core/engine/host.ts';
import { LineParser } from './core/syntax/parser.ts';
import type { Environment } from './environment.ts';
import { DEFAULT_SETTINGS, type Session, type Settings, type Simulation } from './features/session.ts';
import { readHostFacts } from './host-facts.ts';
import { Diagnostics } from './rules/run.ts';
import type { Finding } from './rules/rule.ts';
import { uriBeside } from './beside.ts';
import { Companions, companionUri } from './companions.ts';
import { StartFiles } from './start-files.ts';
import { warmUp } from './warm-up.ts';

/** The state of one client's session: its documents, and what was computed from them. */
export class LiveSession implements Session {
  settings: Settings = DEFAULT_SETTINGS;
  snippets = false;
  suggestCommand: string | undefined;
  refresh: () => void = () => undefined;
  /** The text that the client has open at a uri, saved or not. */
  openText: (uri: string) => string | undefined = () => undefined;
  readonly simulations = new Map<string, Simulation>();
  private parser: LineParser | undefined;
  private startFiles: StartFiles | undefined;
  private companions: Companions | undefined;
  private readonly environment: Environment;
  private readonly documents = new Map<string, RulesetDocument>();
  private readonly diagnostics = new WeakMap<RulesetDocument, Diagnostics>();
  private readonly hosts = new Map<string, HostFacts>();

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** Loads the grammar and warms the code up; before that no document can be opened. */
  async loadGrammar(): Promise<void> {
    this.parser = await LineParser.create(this.environment.wasm);
    this.startFiles = new StartFiles(this.parser, (uri) => this.environment.readText(uri), (uri) => this.readText(uri));
    this.companions = new Companions(this.parser, {
      read: (uri) => this.readText(uri),
      version: (uri) => this.documents.get(uri)?.version ?? 0,
    });
    warmUp(this.parser);
  }

  open(uri: string, languageId: string, version: number, text: string): RulesetDocument {
    if (this.parser === undefined || this.startFiles === undefined) throw new Error('a document came before the grammar was loaded');
    const document = new RulesetDocument(this.parser, uri, languageId, version, text, this.startFiles.beside(uri));
    document.setFamily(this.settings.family);
    document.setStartFiles(this.settings.startFrom);
    this.documents.set(uri, document);
    return document;
  }

  close(uri: string): void {
    this.documents.delete(uri);
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
      diagnostics = new Diagnostics(document, () => ({ host: this.host(document.uri), settings: this.settings, companion: this.companions?.of(document) }));
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

  /** Forgets what was read from files, because some have changed. */
  forgetFiles(): void {
    this.hosts.clear();
    this.startFiles?.forget();
    this.companions?.forget();
    for (const document of this.documents.values()) document.setStartFiles(this.settings.startFrom);
  }

  /** Follows the scripts anew that have read files which hold another text now, and answers which. */
  readAnew(): readonly RulesetDocument[] {
    return [...this.documents.values()].filter((document) => document.readAnew());
  }

  /** The files that scripts read or look for, by their uris. */
  filesRead(): ReadonlySet<string> {
    const uris = new Set<string>();
    for (const document of this.documents.values()) {
      for (const path of document.filesRead) {
        const uri = uriBeside(document.uri, path);
        if (uri !== undefined) uris.add(uri);
      }
    }
    return uris;
  }

  private readText(uri: string): string | undefined {
    return this.openText(uri) ?? this.environment.readText(uri);
  }

  /** Takes the settings over; answers whether any is another than before. */
  apply(settings: Settings): boolean {
    if (JSON.stringify(settings) === JSON.stringify(this.settings)) return false;
    this.settings = settings;
    for (const document of this.documents.values()) {
      document.setFamily(settings.family);
      document.setStartFiles(settings.startFrom);
    }
    return true;
  }

  /** The open documents that are compared with what is at the uri, the ruleset of the other family. */
  comparedWith(uri: string): readonly RulesetDocument[] {
    return [...this.documents.values()].filter((document) => document.kind === 'ruleset' && companionUri(document.uri) === uri);
  }

  all(): Iterable<RulesetDocument> {
    return this.documents.values();
  }
}
