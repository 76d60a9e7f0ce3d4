import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Line } from '../core/syntax/line.ts';
import type { Family } from '../core/netfilter.ts';
import type { HostFacts } from '../core/engine/host.ts';
import { DEFAULT_CHECK_SETTINGS, type CheckSettings, type Finding } from '../rules/rule.ts';

/** The user's settings, section `iptables-lens`. */
export interface Settings extends CheckSettings {
  readonly family: 'auto' | Family;
  readonly codeLens: { readonly rules: boolean };
  readonly inlayHints: { readonly unmatched: boolean };
  /** Files with what the kernel holds before a script that names none itself. */
  readonly startFrom: readonly string[];
}

export const DEFAULT_SETTINGS: Settings = { family: 'auto', codeLens: { rules: true }, inlayHints: { unmatched: true }, startFrom: [], ...DEFAULT_CHECK_SETTINGS };

/** A packet that stands in a document: what was asked, in notation; of a script also the line after which it was, and the first argument with which it is run. */
export interface Simulation {
  readonly packet: string;
  readonly at?: Line | undefined;
  readonly run?: string | undefined;
}

/** What the features of one client share: its open documents, settings, and the simulations shown in them. */
export interface Session {
  readonly settings: Settings;
  /** Whether the client takes snippets in completion items. */
  readonly snippets: boolean;
  /** Command by which the client opens completion again, as its `initializationOptions` name it; not every client has one. */
  readonly suggestCommand?: string | undefined;
  /** The open document; undefined when the client never opened it or has closed it. */
  document(uri: string): RulesetDocument | undefined;
  /** The document's diagnostics as far as they are known after its last edit. */
  findings(document: RulesetDocument): readonly Finding[];
  /** Facts about the host that stand beside the file; empty when there are none. */
  host(uri: string): HostFacts;
  /** The packet shown in each document, by uri; hints are computed from it anew after every edit. */
  readonly simulations: Map<string, Simulation>;
  /** Asks the client to fetch code lenses and inlay hints again. */
  refresh(): void;
}
