import { loopingJumps } from '../engine/compile/loops.ts';
import type { BoundRule, Rule, Table } from '../ruleset/model.ts';
import { NONE } from '../sets/diagram.ts';
import { anyOf, before, partOf, rewritesText, rewritingOf, UNCHANGED, type Rewrite, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import { AnalysedChain, type Step, type TableStep } from './chain.ts';
import { droppedByMatch, matchOf } from './match.ts';
import { consequenceOf, sameConsequence } from './target.ts';
import { Watching } from './watched.ts';

/** A rule as it was worked out, with what it was worked out from. */
interface KnownStep {
  readonly source: Rule['source'];
  readonly destination: Rule['destination'];
  readonly step: Step;
}

/** What is worked out once for a table, and what an edit leaves of it is taken over. */
export interface Prepared {
  readonly known: ReadonlyMap<BoundRule, readonly KnownStep[]>;
  readonly tableSteps: ReadonlyMap<Step, TableStep>;
  readonly chains: ReadonlyMap<string, AnalysedChain>;
  /** Everything that rules of the table may do to what its matches look at. */
  readonly anything: Rewriting;
}

/** What a table is analysed with. */
export interface TableSetting {
  readonly space: PacketSpace;
  /** Whether anything makes the kernel track connections. */
  readonly tracks: boolean;
  /** The same table before an edit, in the same space; what has not changed is taken over. */
  readonly previous: Prepared | undefined;
}

/** So many rules are worked out in one step. */
const AT_ONCE = 8;

/** Turns the rules of a table into sets. */
export class Preparation {
  private readonly table: Table;
  private readonly setting: TableSetting;
  private readonly looping: ReadonlySet<Rule>;
  private readonly known = new Map<BoundRule, readonly KnownStep[]>();
  /** What rules rewrite, by the text that says so; many targets do the same. */
  private readonly rewritings = new Map<string, Rewriting>();

  constructor(table: Table, setting: TableSetting) {
    this.table = table;
    this.setting = setting;
    this.looping = loopingJumps(table);
  }

  /** Yields now and then. */
  *run(): Generator<undefined, Prepared> {
    const steps = yield* this.steps();
    const watching = yield* this.watching(steps);
    const anything = partOf(watching.rewriting, (level) => watching.has(level), watching.has(this.setting.space.firstQuestion));
    const { previous } = this.setting;
    const kept = previous?.anything.key === anything.key ? previous : undefined;
    const tableSteps = new Map<Step, TableStep>();
    const chains = new Map<string, AnalysedChain>();
    const inTable = (step: Step): TableStep => stepInTable(this.setting.space, step, anything, watching);
    for (const [name, own] of steps) chains.set(name, yield* this.chain(name, own, inTable, kept, tableSteps));
    return { known: this.known, tableSteps, chains, anything };
  }

  private *steps(): Generator<undefined, ReadonlyMap<string, readonly Step[]>> {
    const steps = new Map<string, readonly Step[]>();
    let made = 0;
    for (const { name, rules } of this.table.chains.values()) {
      const own: Step[] = [];
      for (const rule of rules) {
        own.push(this.stepOf(rule));
        if (++made % AT_ONCE === 0) yield undefined;
      }
      steps.set(name, own);
    }
    return steps;
  }

  private stepOf(rule: Rule): Step {
    const { bound, source, destination } = rule;
    const { space, tracks, previous } = this.setting;
    const known = this.known.get(bound) ?? previous?.known.get(bound) ?? [];
    const same = known.find((each) => each.source === source && each.destination === destination);
    const consequence = consequenceOf(this.table, rule, this.looping);
    if (same !== undefined && sameConsequence(same.step.consequence, consequence)) {
      this.known.set(bound, known);
      return same.step;
    }
    const rewriting = consequence.kind === 'chain' ? UNCHANGED : this.rewritingOf(consequence.rewrites);
    const match = same?.step.match ?? matchOf(space, rule, this.table.name);
    const step = { match, killed: tracks ? NONE : droppedByMatch(space, rule).may, consequence, rewriting };
    this.known.set(bound, [...known.filter((each) => each !== same), { source, destination, step }]);
    return step;
  }

  private rewritingOf(rewrites: readonly Rewrite[]): Rewriting {
    if (rewrites.length === 0) return UNCHANGED;
    const key = rewritesText(rewrites);
    let rewriting = this.rewritings.get(key);
    if (rewriting === undefined) this.rewritings.set(key, rewriting = rewritingOf(this.setting.space, rewrites, () => true));
    return rewriting;
  }

  /** What of all that the rules rewrite their matches look at. */
  private *watching(steps: ReadonlyMap<string, readonly Step[]>): Generator<undefined, Watching> {
    const all = [...steps.values()].flat();
    const watching = new Watching(this.setting.space, anyOf(new Set(all.filter(goesOn).map(({ rewriting }) => rewriting))));
    for (const [index, { match }] of all.entries()) {
      watching.note(match);
      if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
    }
    return watching;
  }

  private *chain(name: string, steps: readonly Step[], inTable: (step: Step) => TableStep, kept: Prepared | undefined, made: Map<Step, TableStep>): Generator<undefined, AnalysedChain> {
    const own: TableStep[] = [];
    for (const step of steps) {
      let tableStep = made.get(step) ?? kept?.tableSteps.get(step);
      if (tableStep === undefined) tableStep = inTable(step);
      made.set(step, tableStep);
      own.push(tableStep);
      if (own.length % AT_ONCE === 0) yield undefined;
    }
    const before = kept?.chains.get(name);
    const isSame = before !== undefined && before.steps.length === own.length && before.steps.every((step, index) => step === own[index]);
    if (isSame) return before;
    const chain = new AnalysedChain(this.setting.space, name, own);
    yield* chain.indexing();
    return chain;
  }
}

/** Whether the rule rewrites packets that then meet other rules of the table. */
const goesOn = ({ rewriting, consequence }: Step): boolean => rewriting !== UNCHANGED && consequence.kind === 'result' && consequence.outcomes.includes('continue');

/** The rule among others that may do `anything` to what matches look at. */
function stepInTable(space: PacketSpace, step: Step, anything: Rewriting, watching: Watching): TableStep {
  const { match, killed, consequence, rewriting } = step;
  const inside = goesOn(step) ? partOf(rewriting, (level) => anything.bits.has(level), anything.questions) : UNCHANGED;
  const loose = watching.note(match) ? before(space, anything, match) : match;
  const acts = consequence.kind === 'chain' || consequence.outcomes.some((outcome) => outcome !== 'continue') || inside !== UNCHANGED;
  return { match, killed, consequence, rewriting, inside, loose, acts };
}
