import type { Span } from '../text.ts';
import { availableIn, optionBySpelling, protocolMatch, spellings } from '../extensions/catalogue.ts';
import type { ExtensionDefinition, ExtensionUse, MatchDefinition, OptionSpec } from '../extensions/definition.ts';
import type { RuleHeader } from './model.ts';
import { BASE_OPTIONS, findByPrefix, findLongBase, type BaseOption, type LongCandidate } from './options.ts';
import type { Reading } from './reading.ts';
import { OpenUse } from './use.ts';

/** What a long option is: iptables' own, or that of a loaded extension. */
export type Meaning = { readonly base: BaseOption } | { readonly use: OpenUse; readonly spec: OptionSpec };

const BASE_CANDIDATES: readonly LongCandidate<Meaning>[] = BASE_OPTIONS.map((base) => ({ spelling: base.name, meaning: { base } }));

/** The extensions that a rule has loaded so far, and the long options that they and iptables itself understand. */
export class LoadedExtensions {
  private readonly reading: Reading;
  private readonly header: RuleHeader;
  /** Uses in the order in which they were loaded. */
  private readonly uses: OpenUse[] = [];
  /** Those among them whose name is a guess at what was meant. */
  private readonly guessed: OpenUse[] = [];
  private protocolUsed = false;

  /** `header` is the rule's as it is being read: its protocol may bring in a match. */
  constructor(reading: Reading, header: RuleHeader) {
    this.reading = reading;
    this.header = header;
  }

  /** Loads the extension that the line names at `span`. */
  load(definition: ExtensionDefinition, span: Span): OpenUse {
    const use = new OpenUse(definition, this.reading.family, span, this.reading.line.text);
    this.uses.push(use);
    return use;
  }

  /** Loads what was probably meant at `span`; what the use as a whole lacks is not reported. */
  loadGuess(definition: ExtensionDefinition, span: Span): void {
    this.guessed.push(this.load(definition, span));
  }

  /** An exact spelling or unique prefix among the loaded extensions' and iptables' own options; loads the protocol's match at need. */
  find(name: string): Meaning | 'ambiguous' | undefined {
    const exact = this.findExact(name);
    if (exact !== undefined) return exact;
    const found = findByPrefix(name, this.candidates());
    if (found !== undefined && found !== 'ambiguous') return found;
    if (this.loadProtocolMatch()) return this.findExact(name) ?? findByPrefix(name, this.candidates());
    return found;
  }

  /** Whether an option of exactly this name could stand here; loads the protocol's match at need. */
  has(name: string): boolean {
    return this.findExact(name) !== undefined || (this.loadProtocolMatch() && this.findExact(name) !== undefined);
  }

  /** Whether getopt is run again for the sake of the protocol's match at a letter that is no option; once in a rule. */
  runsAgain(): boolean {
    const { protocolUsed } = this;
    return this.loadProtocolMatch() || (!protocolUsed && this.protocolDefinition !== undefined);
  }

  /** Every long option that could stand here, with its other spellings. */
  candidates(): LongCandidate<Meaning>[] {
    const candidates: LongCandidate<Meaning>[] = [];
    const seen = new Set<string>();
    for (const use of [...this.uses].reverse()) {
      if (seen.has(use.definition.name + use.definition.kind)) continue;
      seen.add(use.definition.name + use.definition.kind);
      for (const spec of use.definition.options) {
        if (!availableIn(spec, this.reading.family)) continue;
        const meaning: Meaning = { use, spec };
        for (const spelling of spellings(spec)) candidates.push({ spelling, meaning });
      }
    }
    candidates.push(...BASE_CANDIDATES);
    return candidates;
  }

  /** What has been loaded, each extension once. */
  definitions(): Set<ExtensionDefinition> {
    return new Set(this.uses.map((use) => use.definition));
  }

  /** Finishes every use, in the order of loading, with the problems that show only when the whole line is read. */
  close(ofRule: boolean): ExtensionUse[] {
    const { protocol } = this.header;
    const context = protocol === undefined ? undefined : { number: protocol.value, negated: protocol.negated };
    const closed = this.uses.map((use) => use.close(context, ofRule, this.guessed.includes(use) ? [] : this.reading.problems));
    for (const use of closed) this.reading.problems.push(...use.definition.checkBeside?.(use, closed) ?? []);
    return closed;
  }

  /** The extension loaded last is searched first, so that `-m recent --set -m recent --rcheck` gives each its own options. */
  private findExact(name: string): Meaning | undefined {
    for (let index = this.uses.length - 1; index >= 0; index--) {
      const use = this.uses[index]!;
      const spec = optionBySpelling(use.definition, name, this.reading.family);
      if (spec !== undefined) return { use, spec };
    }
    const base = findLongBase(name);
    return base === undefined ? undefined : { base };
  }

  private loadProtocolMatch(): boolean {
    const { protocol } = this.header;
    if (protocol === undefined || this.protocolUsed) return false;
    this.protocolUsed = true;
    const definition = this.protocolDefinition;
    if (definition === undefined || this.uses.some((use) => use.definition === definition)) return false;
    this.load(definition, protocol.span);
    return true;
  }

  /** The match of the rule's protocol. */
  private get protocolDefinition(): MatchDefinition | undefined {
    const { protocol } = this.header;
    const definition = protocol === undefined ? undefined : protocolMatch(protocol.value, this.reading.family);
    // iptables knows the protocol's match by name, and `mobility-header` or 135 is no match's name (seen in 1.8.9).
    return definition?.name === 'mh' && this.reading.line.text.slice(protocol!.valueSpan.start, protocol!.valueSpan.end) !== 'mh' ? undefined : definition;
  }
}
