import { loopingJumps } from '../engine/compile/loops.ts';
import { BUILT_IN_CHAINS, type Hook, type TableName } from '../netfilter.ts';
import { placeOfPolicies, type Rule, type Table } from '../ruleset/model.ts';
import { Placements } from '../ruleset/placement.ts';
import type { Bounds } from '../sets/bounds.ts';
import { EVERY, NONE, type PacketSet } from '../sets/diagram.ts';
import { possiblyBefore, rewritingOf } from '../sets/rewriting.ts';
import type { Analysis } from './analysis.ts';
import type { Cause, Taking } from './causes.ts';
import type { Covering, Place } from './cover.ts';
import { sameOutcome, saysTheSame } from './outcome.ts';
import { inPassing, type Steps } from './steps.ts';

/** A rule that no packet can ever match. */
export interface DeadRule extends Place {
  readonly rule: Rule;
  readonly cause: Cause;
}

/** What of a table no packet can ever come to. */
export interface DeadParts {
  /** Rules in chains that packets may enter. */
  readonly rules: readonly DeadRule[];
  /** Chains that rules lead to, but no packet can enter. */
  readonly chains: readonly string[];
}

/**
 * Finds what no packet can ever come to. Chains that nothing leads to, and those to which a rule of which not everything
 * is known may lead, are left out. Yields now and then.
 */
export function* deadParts(analysis: Analysis, name: TableName): Steps<DeadParts> {
  return yield* new DeadSearch(analysis, analysis.ruleset.tables.get(name)!).run();
}

/** So many rules are looked at in one step. */
const AT_ONCE = 4;

class DeadSearch {
  private readonly analysis: Analysis;
  private readonly table: Table;
  private readonly rules: DeadRule[] = [];
  private readonly chains: string[] = [];
  /** Packets that the kernel can show to any chain of the table. */
  private readonly arriving: PacketSet;

  constructor(analysis: Analysis, table: Table) {
    this.analysis = analysis;
    this.table = table;
    this.arriving = this.arrivingAt(BUILT_IN_CHAINS[table.name]);
  }

  *run(): Steps<DeadParts> {
    const uncertain = uncertainChains(this.table);
    const placements = Placements.of(this.table);
    for (const chain of this.table.chains.values()) {
      const { name } = chain;
      const rules = chain.rules.slice(0, placeOfPolicies(chain));
      if (rules.length > 0 && placements.hooksOf(name).size > 0 && !uncertain.has(name)) yield* this.inChain(name, rules);
    }
    return { rules: this.rules, chains: this.chains };
  }

  private *inChain(chain: string, rules: readonly Rule[]): Steps<void> {
    const dead: number[] = [];
    for (const index of rules.keys()) {
      if (index % AT_ONCE === 0) yield undefined;
      if (!this.analysis.canMatch(this.table.name, { chain, index })) dead.push(index);
    }
    if (dead.length === rules.length && !(yield* this.analysis.reachedIn(this.table.name, { chain, index: 0 }))) {
      this.chains.push(chain);
      return;
    }
    if (dead.length === 0) return;
    const end = yield* this.endOf(chain, rules.length, dead);
    const arriving = this.arrivingAt(Placements.of(this.table).hooksOf(chain));
    for (const [at, index] of dead.entries()) {
      if (at % AT_ONCE === AT_ONCE - 1) yield undefined;
      const rule = rules[index]!;
      if (rule.bound.broken || rule.bound.unknownWord !== undefined) continue;
      const place = { chain, index };
      const behind = index >= end ? { chain, index: end - 1 } : undefined;
      this.rules.push({ ...place, rule, cause: yield* this.causeOf(place, rule, behind, arriving) });
    }
  }

  /** The first rule that no packet comes to, or the number of rules. It is one of the dead ones at the end of the chain. */
  private *endOf(chain: string, count: number, dead: readonly number[]): Steps<number> {
    let first = count;
    while (dead[dead.length - 1 - (count - first)] === first - 1) first--;
    let high = count;
    while (first < high) {
      const middle = (first + high) >> 1;
      if (yield* this.analysis.reachedIn(this.table.name, { chain, index: middle })) first = middle + 1;
      else high = middle;
    }
    return first;
  }

  private *causeOf(place: Place, rule: Rule, behind: Place | undefined, arriving: PacketSet): Steps<Cause> {
    const causes = this.analysis.causes(this.table.name);
    let cause = causes.of(place, behind);
    if (cause === undefined) causes.note(place, behind, cause = yield* this.findCause(place, rule, behind, arriving));
    return cause;
  }

  private *findCause(place: Place, rule: Rule, end: Place | undefined, arriving: PacketSet): Steps<Cause> {
    const { may } = this.match(place);
    if (may === NONE) return { kind: 'contradiction' };
    if (end !== undefined) {
      const behind = yield* this.behind(place, rule, end, arriving);
      // Of several rules up to there those that take its own packets say more.
      if (behind.alone || behind.meets) return behind;
    }
    const isBuiltIn = this.table.chains.get(place.chain)!.builtIn;
    const { space } = this.analysis;
    if (!space.intersects(may, arriving) && (isBuiltIn || !space.intersects(may, this.arriving))) return { kind: 'hook', because: this.whyNever(may, isBuiltIn ? arriving : this.arriving) };
    const by = (yield* this.analysis.covering(this.table.name, place)) ?? [];
    if (!by.some(({ how }) => how === 'takes')) return { kind: isBuiltIn ? 'unmet' : 'called', by };
    return yield* this.covered(place, rule, by, arriving);
  }

  /** Why the kernel shows none of the packets, but those `arriving`; undefined where it is for something else or for several reasons. */
  private whyNever(may: PacketSet, arriving: PacketSet): 'fragment' | 'loopback' | 'state' | undefined {
    const { space } = this.analysis;
    const loopback = space.interface('in', 'lo');
    if (space.includes(loopback, may) && !space.intersects(loopback, arriving)) return 'loopback';
    const fragments = space.equals('fragment', 1);
    if (space.includes(fragments, may) && !space.intersects(fragments, arriving)) return 'fragment';
    const ofAnyState = possiblyBefore(space, rewritingOf(space, [{ field: 'state' }], () => true), may);
    return space.intersects(ofAnyState, arriving) ? 'state' : undefined;
  }

  private *behind(dead: Place, rule: Rule, place: Place, arriving: PacketSet): Steps<Extract<Cause, { kind: 'behind' }>> {
    const by: Covering = { ...place, rule: this.table.chains.get(place.chain)!.rules[place.index]!, how: 'takes' };
    const alone = this.match(place).must === EVERY;
    const meets = yield* this.analysis.reachedIn(this.table.name, place, this.match(dead).may);
    return { kind: 'behind', by, alone, meets, contrary: alone ? undefined : yield* this.contrary(dead, rule, by, arriving) };
  }

  /** A rule that takes packets from the dead one and does something else with them, where one that takes others does the same. */
  private *contrary(dead: Place, rule: Rule, by: Covering, arriving: PacketSet): Steps<Covering | undefined> {
    const own = { chain: dead.chain, rule, may: this.match(dead).may };
    if (!(yield* this.doesTheSame(own, by, arriving))) return undefined;
    for (const each of (yield* this.analysis.covering(this.table.name, dead)) ?? []) {
      if (each.how === 'takes' && !(yield* this.doesTheSame(own, each, arriving))) return each;
    }
    return undefined;
  }

  /** The chain's own rules first: if they take all that the rule could match, it does not matter how the chain is called. */
  private *covered(place: Place, rule: Rule, by: readonly Covering[], arriving: PacketSet): Steps<Cause> {
    const { may } = this.match(place);
    const takers: Taking[] = [];
    const whole: Taking[] = [];
    for (const each of by) {
      if (each.how !== 'takes') continue;
      const taker = { ...each, same: yield* this.doesTheSame({ chain: place.chain, rule, may }, each, arriving) };
      takers.push(taker);
      if (each.chain === place.chain && !(yield* this.letsBack(each, may, arriving))) whole.push(taker);
    }
    const own = takers.filter(({ chain }) => chain === place.chain);
    const enough = (yield* this.fewest(whole.filter(({ same }) => same), may, arriving)) ?? (yield* this.fewest(whole, may, arriving));
    if (enough !== undefined) return { kind: 'covered', by: enough };
    // Packets that rules of the chain itself take have come in.
    return takers.length === by.length || own.length > 0 ? { kind: 'covered', by: takers } : { kind: 'called', by };
  }

  /** Whether the other rule surely does the same with packets that end at it as the dead one would. */
  private *doesTheSame(dead: { readonly chain: string; readonly rule: Rule; readonly may: PacketSet }, other: Covering, arriving: PacketSet): Steps<boolean> {
    if (saysTheSame(this.table, dead, other)) return true;
    if (!sameOutcome(this.table, dead.chain, dead.rule, other)) return false;
    // Of a jump nothing comes back that it takes, but it ends elsewhere what it goes to for good.
    return !(yield* this.returns(dead.rule, [dead.may, arriving])) && !(isGoto(other.rule) && (yield* this.returns(other.rule, [dead.may, arriving, this.match(other).may])));
  }

  /** Whether the rule may take some of the packets only, because a chain that it leads to gives others back. */
  private *letsBack(taker: Covering, may: PacketSet, arriving: PacketSet): Steps<boolean> {
    return !isGoto(taker.rule) && (yield* this.returns(taker.rule, [may, arriving, this.match(taker).must]));
  }

  /** Whether packets that are in all of the sets may come back out of the chain that the rule leads to. */
  private *returns({ bound: { target } }: Rule, sets: readonly PacketSet[]): Steps<boolean> {
    if (target?.kind !== 'chain') return false;
    return yield* inPassing(this.analysis.space, this.analysis.returning(this.table.name, target.chain, sets));
  }

  /** A smallest part of the rules that takes every packet of both sets, none of which can be done without; undefined where all do not. */
  private fewest(takers: readonly Taking[], may: PacketSet, arriving: PacketSet): Steps<readonly Taking[] | undefined> {
    return inPassing(this.analysis.space, this.fewestOf(takers, may, arriving));
  }

  private *fewestOf(takers: readonly Taking[], may: PacketSet, arriving: PacketSet): Steps<readonly Taking[] | undefined> {
    if (takers.length === 0) return undefined;
    const { space } = this.analysis;
    const wanted = space.intersection(may, arriving);
    // What the takers behind each one leave over.
    const after: PacketSet[] = [wanted];
    for (const each of [...takers].reverse()) {
      if (space.includes(this.match(each).must, wanted)) return [takers.find((taker) => space.includes(this.match(taker).must, wanted))!];
      after.push(space.difference(after.at(-1)!, this.match(each).must));
      yield undefined;
    }
    if (after.at(-1) !== NONE) return undefined;
    const kept: Taking[] = [];
    let taken: PacketSet = NONE;
    for (const [index, each] of takers.entries()) {
      if (!space.intersects(after[takers.length - 1 - index]!, space.complement(taken))) continue;
      kept.push(each);
      taken = space.union(taken, this.match(each).must);
      yield undefined;
    }
    return kept;
  }

  /** Packets that the kernel can show to the table at any of the hooks. */
  private arrivingAt(hooks: Iterable<Hook>): PacketSet {
    let all: PacketSet = NONE;
    for (const hook of hooks) all = this.analysis.space.union(all, this.analysis.arriving(this.table.name, hook));
    return all;
  }

  private match(place: Place): Bounds {
    return this.analysis.matchAt(this.table.name, place);
  }
}

const isGoto = ({ bound: { target } }: Rule): boolean => target?.kind === 'chain' && target.goto;

/** Chains that packets may get into by a rule of which not everything is known: one that is refused, runs in a circle, or has yet to be expanded by a shell. */
function uncertainChains(table: Table): ReadonlySet<string> {
  const placements = Placements.of(table);
  const looping = loopingJumps(table);
  const uncertain = new Set<string>();
  for (const { rules } of table.chains.values()) {
    for (const rule of rules) {
      const { target, broken, unknownWord } = rule.bound;
      if (!broken && unknownWord === undefined && !looping.has(rule)) continue;
      const led = target?.kind === 'chain' ? target.chain : undefined;
      if (unknownWord !== undefined && (target === undefined || (led !== undefined && !table.chains.has(led)))) return userDefined(table);
      if (led !== undefined) for (const reached of placements.reachedFrom(led)) uncertain.add(reached);
    }
  }
  return uncertain;
}

const userDefined = ({ chains }: Table): ReadonlySet<string> => new Set([...chains.values()].filter(({ builtIn }) => !builtIn).map(({ name }) => name));
