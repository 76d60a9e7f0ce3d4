import { loopingJumpsOf } from '../engine/compile/loops.ts';
import { ChainSurvey } from '../ruleset/chain-survey.ts';
import type { BoundRule, Chain, Rule, Table } from '../ruleset/model.ts';
import { NONE } from '../sets/diagram.ts';
import { anyOf, before, partOf, rewritesText, rewritingOf, UNCHANGED, type Rewrite, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import { AnalysedChain, type Step, type TableStep } from './chain.ts';
import { droppedByMatch, matchOf, rewrittenByMatch } from './match.ts';
import { areAlike, goesOn, isSame, RuleSets } from './rule-sets.ts';
import type { Steps } from './steps.ts';
import { consequenceOf, sameConsequence } from './target.ts';
import { variablesOf } from './variables.ts';
import { Watching } from './watched.ts';

/** What is worked out once for a table, and what an edit leaves of it is taken over. */
export interface Prepared {
  readonly rules: ReadonlyMap<string, RuleSets>;
  readonly chains: ReadonlyMap<string, AnalysedChain>;
  /** Everything that rules of the table may do to what its matches look at. */
  readonly anything: Rewriting;
  readonly hasLoops: boolean;
  /** Those of the built-in chains. */
  readonly policies: string;
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

/** So many chains are compared in one step with what they were before. */
const CHAINS_AT_ONCE = 64;

/** Turns the rules of a table into sets. */
export class Preparation {
  private readonly table: Table;
  private readonly setting: TableSetting;
  private looping: ReadonlySet<Rule> = new Set();
  /** What rules rewrite, by the text that says so; many targets do the same. */
  private readonly rewritings = new Map<string, Rewriting>();
  private made = 0;

  constructor(table: Table, setting: TableSetting) {
    this.table = table;
    this.setting = setting;
  }

  /** Yields now and then. */
  *run(): Steps<Prepared> {
    const { space, previous } = this.setting;
    this.looping = yield* loopingJumpsOf(this.table);
    const rules = yield* this.rules();
    const anything = yield* anythingOnTheWay(space, [...rules.values()]);
    const kept = previous?.anything.key === anything.key ? previous : undefined;
    const watching = new Watching(space, anything);
    const chains = new Map<string, AnalysedChain>();
    for (const [name, own] of rules) {
      const before = kept?.rules.get(name);
      const isSame = before !== undefined && own.doesAs(before);
      chains.set(name, isSame ? kept!.chains.get(name)! : yield* this.chain(name, own, kept, anything, (step) => stepInTable(space, step, anything, watching)));
    }
    const policies = [...this.table.chains.values()].flatMap(({ name, policy }) => (policy === undefined ? [] : [`${name} ${policy}`])).join();
    return { rules, chains, anything, hasLoops: this.looping.size > 0, policies };
  }

  private *rules(): Steps<ReadonlyMap<string, RuleSets>> {
    const { previous } = this.setting;
    const { chains } = this.table;
    const isNew = previous === undefined ? () => true : (name: string) => chains.has(name) !== previous.rules.has(name);
    const rules = new Map<string, RuleSets>();
    let compared = 0;
    for (const chain of chains.values()) {
      const before = previous?.rules.get(chain.name);
      rules.set(chain.name, before !== undefined && this.isAsBefore(chain, before, isNew) ? before : yield* this.rulesOf(chain, before));
      if (++compared % CHAINS_AT_ONCE === 0) yield undefined;
    }
    return rules;
  }

  /** Whether the chain has the same rules and they lead to the same. */
  private isAsBefore(chain: Chain, before: RuleSets, isNew: (name: string) => boolean): boolean {
    if (!before.isOf(chain)) return false;
    const { jumps } = ChainSurvey.of(chain);
    return jumps.size === 0 || (!this.setting.previous!.hasLoops && this.looping.size === 0 && ![...jumps].some(isNew));
  }

  private *rulesOf(chain: Chain, before: RuleSets | undefined): Steps<RuleSets> {
    const { rules } = chain;
    const known = before && new KnownRules(before, rules.length);
    const steps: Step[] = [];
    for (const [index, rule] of rules.entries()) {
      const same = known?.of(rule);
      const step = this.stepOf(rule, same);
      steps.push(step === same ? same : known?.like(step, index) ?? step);
      if (++this.made % AT_ONCE === 0) yield undefined;
    }
    return new RuleSets(chain, steps);
  }

  /** The rule as a set; `same` is what it was before. */
  private stepOf(rule: Rule, same: Step | undefined): Step {
    const { space, tracks } = this.setting;
    const consequence = consequenceOf(this.table, rule, this.looping);
    if (same !== undefined && sameConsequence(same.consequence, consequence)) return same;
    const rewriting = consequence.kind === 'chain' ? UNCHANGED : this.rewritingOf(consequence.rewrites);
    return { match: same?.match ?? matchOf(space, rule, this.table.name), killed: tracks ? NONE : droppedByMatch(space, rule), aside: rewrittenByMatch(space, rule, this.table.name), consequence, rewriting };
  }

  private rewritingOf(rewrites: readonly Rewrite[]): Rewriting {
    if (rewrites.length === 0) return UNCHANGED;
    const key = rewritesText(rewrites);
    let rewriting = this.rewritings.get(key);
    if (rewriting === undefined) this.rewritings.set(key, rewriting = rewritingOf(this.setting.space, rewrites, () => true));
    return rewriting;
  }

  private *chain(name: string, { steps, policies }: RuleSets, kept: Prepared | undefined, anything: Rewriting, inTable: (step: Step) => TableStep): Steps<AnalysedChain> {
    const before = kept?.rules.get(name)?.steps ?? [];
    const known = new Map(before.map((step, index) => [step, kept!.chains.get(name)!.steps[index]!]));
    const own: TableStep[] = [];
    for (const step of steps) {
      own.push(known.get(step) ?? inTable(step));
      if (own.length % AT_ONCE === 0) yield undefined;
    }
    const chain = new AnalysedChain(this.setting.space, name, own, own.length - policies);
    if (anything !== UNCHANGED) yield* chain.indexing();
    return chain;
  }
}

/** The rules of a chain before an edit. */
class KnownRules {
  private readonly before: RuleSets;
  private readonly places = new Map<BoundRule, number[]>();
  /** How many rules there are more than now. */
  private readonly more: number;

  constructor(before: RuleSets, now: number) {
    this.before = before;
    this.more = before.rules.length - now;
    for (const [index, { bound }] of before.rules.entries()) {
      const places = this.places.get(bound);
      if (places === undefined) this.places.set(bound, [index]);
      else places.push(index);
    }
  }

  /** What the same rule was, wherever it stood. */
  of(rule: Rule): Step | undefined {
    const place = this.places.get(rule.bound)?.find((index) => isSame(this.before.rules[index]!, rule));
    return place === undefined ? undefined : this.before.steps[place];
  }

  /** The rule that stood at the place, counted from the start or from the end, if it does the same though another text says so. */
  like(step: Step, index: number): Step | undefined {
    return [index, index + this.more].map((place) => this.before.steps[place]).find((each) => each !== undefined && areAlike(each, step));
  }
}

/** Everything that rules may do to what others look at that packets meet afterwards. */
function* anythingOnTheWay(space: PacketSpace, chains: readonly RuleSets[]): Steps<Rewriting> {
  const rewriting = anyOf(new Set(chains.map(({ rewritingOnTheWay }) => rewritingOnTheWay)));
  if (rewriting === UNCHANGED) return UNCHANGED;
  const variables = yield* variablesOf(space, chains);
  return partOf(rewriting, (level) => variables[level] === 1, variables[space.firstQuestion] === 1);
}

/** The rule among others that may do `anything` to what matches look at. */
function stepInTable(space: PacketSpace, step: Step, anything: Rewriting, watching: Watching): TableStep {
  const { match, killed, aside, consequence, rewriting } = step;
  const inside = goesOn(step) ? partOf(rewriting, (level) => anything.bits.has(level), anything.questions > 0) : UNCHANGED;
  const loose = watching.concerns(match) ? before(space, anything, match) : match;
  const acts = consequence.kind === 'chain' || consequence.outcomes.some((outcome) => outcome !== 'continue') || inside !== UNCHANGED || aside !== undefined;
  return { match, killed, aside, consequence, rewriting, inside, loose, acts };
}
