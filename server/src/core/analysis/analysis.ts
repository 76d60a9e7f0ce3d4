import { startsTracking } from '../engine/compile/compile.ts';
import type { Backend } from '../engine/traversal.ts';
import type { Path } from '../engine/packet.ts';
import type { Hook, TableName } from '../netfilter.ts';
import type { Ruleset } from '../ruleset/model.ts';
import type { Bounds } from '../sets/bounds.ts';
import { EVERY, NONE, type PacketSet } from '../sets/diagram.ts';
import { PacketSpace } from '../sets/space.ts';
import { alike, pick, witness, type Witness } from '../sets/witness.ts';
import { Causes, type KnownCauses } from './causes.ts';
import { Changes } from './changes.ts';
import { compose } from './composition.ts';
import { Cover, type Covering, type Place } from './cover.ts';
import { decidingFor, type Deciding, type FinalFate } from './deciding.ts';
import { fatesByRuleset, fatesOf, SET_OF, type Composition, type Fates } from './fates.ts';
import { unchanged } from './flow.ts';
import { Liveness, type Findings } from './liveness.ts';
import { presenceOf } from './match.ts';
import { Passing } from './passing.ts';
import type { Prepared } from './preparation.ts';
import { coursing, follow, Search } from './search.ts';
import { completed, type Steps } from './steps.ts';
import { TableAnalysis } from './table.ts';
import { interfacePatterns } from './vocabulary.ts';

export type { Covering, Place } from './cover.ts';
export type { Deciding, FinalFate } from './deciding.ts';
export { SET_OF, type Fates } from './fates.ts';

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

/** About so many nodes the sets of a rule take. */
const NODES_OF_RULE = 40;

/** With fewer nodes and questions a space serves any number of edits; a larger one until they have left too many behind. */
const LEAST_NODES = 1 << 19;
const LEAST_QUESTIONS = 256;

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
  /** How many rules there are in all tables. */
  readonly rules: number;
  private readonly patterns: readonly string[];
  private readonly before = new Map<TableName, TableState>();
  private readonly tables = new Map<TableName, WorkedTable>();
  private composed: Composition | undefined;
  private passing: Passing | undefined;
  /** How much the space held when it was new and everything was worked out. */
  private atFirst: { readonly nodes: number; readonly questions: number } | undefined;

  constructor(ruleset: Ruleset, { previous, interfaces = [], backend = 'nft' }: AnalysisOptions) {
    this.ruleset = ruleset;
    this.backend = backend;
    this.tracks = startsTracking(ruleset);
    this.rules = rulesIn(ruleset);
    this.patterns = [...new Set([...interfacePatterns(ruleset), ...interfaces])].sort();
    const kept = previous !== undefined && this.canFollow(previous) ? previous : undefined;
    this.space = kept?.space ?? new PacketSpace(ruleset.family, this.patterns, this.rules * NODES_OF_RULE);
    this.atFirst = kept?.atFirst;
    for (const [name, table] of kept?.tables ?? []) this.before.set(name, table.state);
  }

  private canFollow({ ruleset, patterns, tracks, space, atFirst }: Analysis): boolean {
    return ruleset.family === this.ruleset.family && tracks === this.tracks
      && (atFirst === undefined || (space.size < Math.max(LEAST_NODES, 2 * atFirst.nodes) && space.questions.length < Math.max(LEAST_QUESTIONS, 2 * atFirst.questions)))
      && patterns.length === this.patterns.length && patterns.every((pattern, index) => pattern === this.patterns[index]);
  }

  /** Works out which rules of every table can match, a little at each step; whoever runs it may stop at any step. */
  *work(): Steps<void> {
    for (const name of this.ruleset.tables.keys()) yield* (yield* this.working(name)).liveness.work();
    this.atFirst ??= { nodes: this.space.size, questions: this.space.questions.length };
  }

  /** A table of the ruleset, worked out in small steps. */
  private *working(name: TableName): Steps<WorkedTable> {
    let worked = this.tables.get(name);
    if (worked !== undefined) return worked;
    const state = this.before.get(name);
    const made = new WorkedTable(yield* TableAnalysis.of(this.ruleset.tables.get(name)!, { space: this.space, tracks: this.tracks, previous: state?.prepared }), state);
    // Somebody may have asked meanwhile.
    worked = this.tables.get(name) ?? made;
    this.tables.set(name, worked);
    this.before.delete(name);
    return worked;
  }

  private worked(name: TableName): WorkedTable {
    return completed(this.working(name));
  }

  /** Packets that the kernel can show to a built-in chain. */
  arriving(table: TableName, hook: Hook): PacketSet {
    return this.worked(table).analysis.arriving(hook);
  }

  /** Of which packets the conditions of the rule hold. */
  matchAt(table: TableName, place: Place): Bounds {
    return this.worked(table).analysis.chain(place.chain).steps[place.index]!.match;
  }

  /** Packets that may come to the rule, whether they match or not. */
  reaching(table: TableName, place: Place): PacketSet {
    return completed(follow(this.worked(table).analysis, place, EVERY)).reaching.reduce<PacketSet>((so, set) => this.space.union(so, set), NONE);
  }

  /** Whether a packet of the set can ever come to the rule, whether it matches or not. */
  isReached(table: TableName, place: Place, set: PacketSet = EVERY): boolean {
    return completed(this.reachedIn(table, place, set));
  }

  /** The same in small steps. */
  *reachedIn(table: TableName, place: Place, set: PacketSet = EVERY): Steps<boolean> {
    return yield* (yield* this.working(table)).liveness.isReached(place, set);
  }

  /** Packets that may come to the rule and match it. */
  left(table: TableName, place: Place): PacketSet {
    return completed(this.leftOf(table, place, EVERY));
  }

  /** Packets of the set, told by what they are when they come to the hook, that may come to the rule and match it, in small steps. */
  *leftOf(table: TableName, place: Place, set: PacketSet): Steps<PacketSet> {
    const { analysis } = yield* this.working(table);
    const { loose } = analysis.chain(place.chain).steps[place.index]!;
    const { hitting } = yield* follow(analysis, place, this.space.intersection(loose.may, set));
    return hitting.reduce<PacketSet>((so, each) => this.space.union(so, each), NONE);
  }

  /** Whether a packet can ever come to the rule and match it. */
  canMatch(table: TableName, place: Place): boolean {
    return this.worked(table).liveness.isAlive(place);
  }

  /** Which rules see to it that no packet is left for the rule; undefined where some is, or where nothing leads to its chain. */
  cover(table: TableName, place: Place): readonly Covering[] | undefined {
    return completed(this.covering(table, place));
  }

  /** The same in small steps. */
  *covering(table: TableName, place: Place): Steps<readonly Covering[] | undefined> {
    const { liveness, cover } = yield* this.working(table);
    return liveness.isAlive(place) ? undefined : yield* cover.of(place, liveness.stoppedAt(place));
  }

  /** Why rules of the table are dead, as far as somebody has found it out. */
  causes(table: TableName): Causes {
    return this.worked(table).causes;
  }

  /** Whether a packet that is in all of the sets may come back out of the chain. */
  *returning(table: TableName, chain: string, sets: readonly PacketSet[]): Steps<boolean> {
    const { analysis } = yield* this.working(table);
    const set = sets.reduce((so, each) => this.space.intersection(so, each));
    return (yield* coursing(analysis).through(chain, unchanged(set))).length > 0;
  }

  /** What may become of the packets of a class on one path through all tables. */
  fates(path: Path, packets: PacketSet): Fates {
    return completed(this.following(path, packets));
  }

  /** The same in small steps. */
  *following(path: Path, packets: PacketSet): Steps<Fates> {
    return yield* fatesOf(yield* this.composition(), path, packets);
  }

  /**
   * A packet of `packets`, a set of `fates`, that may fare so, and the rule or policy that sees to it; undefined when the
   * set is empty.
   */
  example(path: Path, packets: PacketSet, fate: FinalFate): Example | undefined {
    const found = witness(this.space, packets);
    if (found === undefined) return undefined;
    const composition = completed(this.composition());
    return { ...found, decidedBy: decidingFor(composition, path, this.inOneRuleset(composition, path, found.bits, fate), fate) };
  }

  /** The packet in one of the rulesets in which it may fare so: in the one that has the first rules, as far as there is a choice. */
  private inOneRuleset(composition: Composition, path: Path, bits: Uint8Array, fate: FinalFate): Uint8Array {
    const { space, ruleset: { tables } } = this;
    if (!composition.tellsRulesetsApart) return bits;
    let left = completed(fatesByRuleset(composition, path, alike(space, bits)))[SET_OF[fate]];
    for (const { chains } of tables.values()) {
      for (const { rules } of chains.values()) {
        for (const { bound } of rules) {
          const there = bound.presence === undefined ? NONE : space.intersection(left, presenceOf(space, bound).may);
          if (there !== NONE) left = there;
        }
      }
    }
    return pick(space, left);
  }

  /** The search for single packets of a class that fare in a certain way, which is quick for any number of rules. */
  *searching(): Steps<Passing> {
    return (this.passing ??= new Passing(yield* this.composition()));
  }

  private *composition(): Steps<Composition> {
    if (this.composed !== undefined) return this.composed;
    const tables = new Map<TableName, TableAnalysis>();
    for (const name of this.ruleset.tables.keys()) tables.set(name, (yield* this.working(name)).analysis);
    return (this.composed = yield* compose(tables, this));
  }
}

function rulesIn({ tables }: Ruleset): number {
  let count = 0;
  for (const { chains } of tables.values()) for (const { rules } of chains.values()) count += rules.length;
  return count;
}

/** What is known of a table for the analysis after an edit. */
interface TableState {
  readonly prepared: Prepared;
  readonly findings: Findings;
  readonly causes: KnownCauses;
}

/** A table with all that is asked about it. */
class WorkedTable {
  readonly analysis: TableAnalysis;
  readonly search: Search;
  readonly liveness: Liveness;
  readonly cover: Cover;
  readonly causes: Causes;

  /** `before` is what was known of it before an edit. */
  constructor(analysis: TableAnalysis, before: TableState | undefined) {
    this.analysis = analysis;
    this.search = new Search(analysis, 'loose');
    const changes = before && new Changes(analysis.space, before.prepared, analysis.prepared, this.search.routes);
    this.liveness = new Liveness(analysis, this.search, changes && { changes, known: before!.findings });
    this.cover = new Cover(analysis, this.search);
    this.causes = new Causes(analysis, changes && { changes, known: before!.causes });
  }

  get state(): TableState {
    return { prepared: this.analysis.prepared, findings: this.liveness.known, causes: this.causes.known };
  }
}
