import { startsTracking } from '../engine/compile/compile.ts';
import type { Backend } from '../engine/traversal.ts';
import type { Path } from '../engine/packet.ts';
import { TABLE_NAMES, type TableName } from '../netfilter.ts';
import type { Ruleset } from '../ruleset/model.ts';
import { NONE, type PacketSet } from '../sets/diagram.ts';
import { PacketSpace } from '../sets/space.ts';
import { witness, type Witness } from '../sets/witness.ts';
import { coverOf, type Covering, type Place } from './cover.ts';
import { decidingFor, type Deciding, type FinalFate } from './deciding.ts';
import { fatesOf, type Composition, type Fates } from './fates.ts';
import { hits } from './chain.ts';
import { packetsIn } from './flow.ts';
import { TableAnalysis } from './table.ts';
import { interfacePatterns } from './vocabulary.ts';

export type { Covering, Place } from './cover.ts';
export type { Deciding, FinalFate } from './deciding.ts';
export type { Fates } from './fates.ts';

/** A packet of a class with what decides its fate; undefined where that depends on values that are not known. */
export interface Example extends Witness {
  readonly decidedBy: Deciding | undefined;
}

export interface AnalysisOptions {
  /** The analysis of the ruleset before an edit: what the edit leaves alone is taken over. */
  readonly previous?: Analysis | undefined;
  /** Interfaces beside those that rules name, which classes of packets speak of. */
  readonly interfaces?: readonly string[];
  /** Default: nft, as on today's distributions. */
  readonly backend?: Backend;
}

/** Above this many nodes an analysis starts with an empty space, so that what edits leave behind goes. */
const MOST_NODES = 1 << 23;

/**
 * Makes a ruleset ready for exact questions about all packets at once; the answers are worked out when they are asked
 * for. Sets are over packets as they come to a hook. What depends on the moment counts as possible and never as sure,
 * so a rule is dead only when no packet can ever match it.
 */
export function analyse(ruleset: Ruleset, options: AnalysisOptions = {}): Analysis {
  return new Analysis(ruleset, options);
}

export class Analysis {
  readonly ruleset: Ruleset;
  readonly space: PacketSpace;
  readonly backend: Backend;
  /** Whether the ruleset makes the kernel track connections. */
  readonly tracks: boolean;
  private readonly patterns: readonly string[];
  private readonly tables = new Map<TableName, TableAnalysis>();
  private composed: ReadonlyMap<TableName, TableAnalysis> | undefined;

  constructor(ruleset: Ruleset, { previous, interfaces = [], backend = 'nft' }: AnalysisOptions) {
    this.ruleset = ruleset;
    this.backend = backend;
    this.tracks = startsTracking(ruleset);
    this.patterns = [...new Set([...interfacePatterns(ruleset), ...interfaces])].sort();
    const kept = previous !== undefined && this.canFollow(previous) ? previous : undefined;
    this.space = kept?.space ?? new PacketSpace(ruleset.family, this.patterns);
    for (const name of TABLE_NAMES) {
      const table = ruleset.tables.get(name);
      if (table !== undefined) this.tables.set(name, new TableAnalysis(table, { space: this.space, tracks: this.tracks, previous: kept?.tables.get(name) }));
    }
  }

  private canFollow({ ruleset, patterns, tracks, space }: Analysis): boolean {
    return ruleset.family === this.ruleset.family && tracks === this.tracks && space.size < MOST_NODES
      && patterns.length === this.patterns.length && patterns.every((pattern, index) => pattern === this.patterns[index]);
  }

  /** Works out what rules of every table are reached by, a little at each step; whoever runs it may stop at any step. */
  *work(): Generator<undefined, void> {
    for (const table of this.tables.values()) yield* table.work();
  }

  /** Where the rules of a table lead; undefined for a table that the ruleset does not have. */
  table(name: TableName): TableAnalysis | undefined {
    return this.tables.get(name);
  }

  /** Packets that may come to the rule, whether they match or not. */
  reaching(table: TableName, place: Place): PacketSet {
    const analysis = this.tables.get(table)!;
    const step = analysis.summary(place.chain).steps[place.index]!;
    return packetsIn(this.space, analysis.passingStep(place.chain, { ...step, match: { may: 0, must: 0 } }));
  }

  /** Whether a packet can ever come to the rule, whether it matches or not. */
  isReached(table: TableName, place: Place): boolean {
    return this.reaching(table, place) !== NONE;
  }

  /** Packets that may come to the rule and match it. */
  left(table: TableName, place: Place): PacketSet {
    const analysis = this.tables.get(table)!;
    return packetsIn(this.space, analysis.passingStep(place.chain, analysis.summary(place.chain).steps[place.index]!));
  }

  /** Whether a packet can ever come to the rule and match it. */
  canMatch(table: TableName, place: Place): boolean {
    const analysis = this.tables.get(table)!;
    const { space } = this;
    const set = hits(space, analysis.summary(place.chain).steps[place.index]!);
    return set !== NONE && analysis.mayEnter(place.chain, set);
  }

  /** Which rules see to it that no packet is left for the rule; undefined where some is, or where nothing leads to its chain. */
  cover(table: TableName, place: Place): readonly Covering[] | undefined {
    return coverOf(this.tables.get(table)!, place);
  }

  /** What may become of the packets of a class on one path through all tables. */
  fates(path: Path, packets: PacketSet): Fates {
    return fatesOf(this.composition(), path, packets);
  }

  /**
   * A packet of `packets`, a set of `fates`, that may fare so, and the rule or policy that sees to it; undefined when the
   * set is empty.
   */
  example(path: Path, packets: PacketSet, fate: FinalFate): Example | undefined {
    const found = witness(this.space, packets);
    return found && { ...found, decidedBy: decidingFor(this.composition(), path, found.bits, fate) };
  }

  private composition(): Composition {
    this.composed ??= this.compose();
    return { space: this.space, tables: this.composed, backend: this.backend, tracks: this.tracks };
  }

  /** The tables once more, where rewriting what another table looks at counts too. */
  private compose(): ReadonlyMap<TableName, TableAnalysis> {
    const { level, bits } = this.space.fields.destination;
    const watched = new Set([...this.tables.values()].flatMap((table) => [...table.lookedAt()]));
    for (let bit = 0; bit < bits; bit++) watched.add(level + bit);
    return new Map([...this.tables].map(([name, table]) => [name, table.rewrites() || name === 'nat'
      ? new TableAnalysis(table.table, { space: this.space, tracks: this.tracks, previous: table, watched }) : table]));
  }
}
