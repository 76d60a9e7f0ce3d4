import type { Connection } from 'vscode-languageserver';
import { Background } from './background.ts';
import type { RulesetDocument } from './core/ruleset/document.ts';
import { toDiagnostics } from './features/support/diagnostics.ts';
import type { LiveSession } from './live-session.ts';
import type { Finding } from './rules/rule.ts';

/** Milliseconds above which diagnostics wait for a pause in typing, so that completion does not queue up behind them. */
const SLOW = 50;

/** Rounds that have to be slow before any waits: the first edits of a file are, since their code is yet to be compiled. */
const SLOW_ROUNDS = 3;

/** Milliseconds without an edit before the analysis starts, so that a client that types on never waits for a slice of it. */
const PAUSE = 150;

/**
 * Publishes diagnostics, once for all edits that are already waiting; of very large files after a pause in typing. Those
 * that take an analysis follow in a second round, which the next edit puts off.
 */
export class Publishing {
  private readonly connection: Connection;
  private readonly session: LiveSession;
  private readonly onRound: () => void;
  private readonly pending = new Map<string, RulesetDocument>();
  private readonly background = new Background<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What the last rounds took, in milliseconds; first rounds, which read whole files, do not count. */
  private costs: readonly number[] = [];
  private readonly seen = new WeakSet<RulesetDocument>();
  /** The versions of which documents beside have been told. */
  private readonly told = new WeakMap<RulesetDocument, number>();

  /** `onRound`: what follows each round. */
  constructor(connection: Connection, session: LiveSession, onRound: () => void) {
    this.connection = connection;
    this.session = session;
    this.onRound = onRound;
  }

  schedule(document: RulesetDocument): void {
    this.background.stop(document.uri);
    this.pending.set(document.uri, document);
    const { cost } = this;
    if (this.timer !== undefined && cost < SLOW) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), cost < SLOW ? 0 : 2 * cost);
  }

  clear(uri: string): void {
    this.background.stop(uri);
    this.pending.delete(uri);
    void this.connection.sendDiagnostics({ uri, diagnostics: [] });
    for (const other of this.session.comparedWith(uri)) this.schedule(other);
  }

  /** What a round is sure to take, in milliseconds; 0 while too few are known. */
  private get cost(): number {
    return this.costs.length < SLOW_ROUNDS ? 0 : Math.min(...this.costs);
  }

  private flush(): void {
    const start = performance.now();
    const documents = [...this.pending.values()];
    this.pending.clear();
    this.timer = undefined;
    for (const document of documents) this.publish(document, this.session.findings(document));
    if (documents.every((document) => this.seen.has(document))) this.costs = [performance.now() - start, ...this.costs.slice(0, SLOW_ROUNDS - 1)];
    for (const document of documents) {
      this.seen.add(document);
      this.analyse(document);
    }
    this.onRound();
  }

  private analyse(document: RulesetDocument): void {
    const before = this.session.findings(document);
    this.background.start(document.uri, PAUSE, () => this.session.analysing(document), () => {
      const findings = this.session.findings(document);
      if (!sameFindings(before, findings)) this.publish(document, findings);
      this.tellBeside(document);
    });
  }

  /** Looks again at documents that are compared with an edited one, once for each of its versions. */
  private tellBeside(document: RulesetDocument): void {
    if (this.told.get(document) === document.version) return;
    this.told.set(document, document.version);
    for (const other of this.session.comparedWith(document.uri)) this.schedule(other);
  }

  private publish(document: RulesetDocument, findings: readonly Finding[]): void {
    void this.connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics: toDiagnostics(document, findings) });
  }
}

const sameFindings = (a: readonly Finding[], b: readonly Finding[]): boolean => a.length === b.length && a.every((finding, index) => finding === b[index]);
