import { matchOf } from '../../../core/analysis/match.ts';
import { consequenceOf } from '../../../core/analysis/target.ts';
import { loopingJumps } from '../../../core/engine/compile/loops.ts';
import type { Rule, Table } from '../../../core/ruleset/model.ts';
import { NONE, type PacketSet } from '../../../core/sets/diagram.ts';
import type { PacketSpace } from '../../../core/sets/space.ts';

/** So many chains are entered for one question; a table in which more lead to each other is not looked through. */
const MOST_CHAINS = 2000;

/** What a chain does with a set of packets. */
interface Passed {
  /** Rules at which some are lost. */
  readonly lostAt: readonly number[];
  /** Rules at which some leave for wherever the chain was called from. */
  readonly returnedAt: readonly number[];
  /** Packets that come to its end. */
  readonly left: PacketSet;
  /** Packets that come back, by its end or before. */
  readonly back: PacketSet;
}

/**
 * Looks through a table for the rules of a built-in chain at which packets of a set get lost, in it or in chains behind
 * it. This is for placing a rule, not for verdicts: what rules rewrite is left aside.
 */
export class Losses {
  private readonly space: PacketSpace;
  private readonly table: Table;
  private readonly looping: ReadonlySet<Rule>;
  private readonly onlyFirst: boolean;
  private entered = 0;

  /** `onlyFirst`: where the first packets are lost is enough. */
  constructor(space: PacketSpace, table: Table, onlyFirst: boolean) {
    this.space = space;
    this.table = table;
    this.looping = loopingJumps(table);
    this.onlyFirst = onlyFirst;
  }

  /** Places, from 0, of the rules of the chain that lose packets; the number of its rules stands for the policy. Undefined where that takes too long. */
  in(chain: string, packets: PacketSet): readonly number[] | undefined {
    const { policy, rules } = this.table.chains.get(chain)!;
    const { lostAt, returnedAt, left } = this.through(chain, packets);
    if (this.entered > MOST_CHAINS) return undefined;
    if (policy !== 'DROP') return lostAt;
    // What leaves a built-in chain meets its policy, and rules that are put behind do not see it.
    return [...new Set([...lostAt, ...returnedAt, ...(left === NONE ? [] : [rules.length])])].sort((a, b) => a - b);
  }

  private through(chain: string, packets: PacketSet): Passed {
    const { space } = this;
    const lostAt: number[] = [];
    const returnedAt: number[] = [];
    let returned: PacketSet = NONE;
    let left = packets;
    const rules = ++this.entered > MOST_CHAINS ? [] : this.table.chains.get(chain)!.rules;
    for (const [index, rule] of rules.entries()) {
      if (left === NONE || (this.onlyFirst && lostAt.length > 0)) break;
      const { may, must } = matchOf(space, rule, this.table.name);
      const hit = space.intersection(left, may);
      if (hit === NONE) continue;
      const { isLost, goesOn, returns } = this.at(rule, hit);
      if (isLost) lostAt.push(index);
      if (returns !== NONE) returnedAt.push(index);
      returned = space.union(returned, returns);
      left = space.union(space.difference(left, must), goesOn);
    }
    return { lostAt, returnedAt, left, back: space.union(left, returned) };
  }

  /** What becomes of packets that match a rule. */
  private at(rule: Rule, hit: PacketSet): { readonly isLost: boolean; readonly goesOn: PacketSet; readonly returns: PacketSet } {
    const consequence = consequenceOf(this.table, rule, this.looping);
    if (consequence.kind === 'chain') {
      const { lostAt, back } = this.through(consequence.chain, hit);
      return { isLost: lostAt.length > 0, goesOn: consequence.goto ? NONE : back, returns: consequence.goto ? back : NONE };
    }
    const { outcomes } = consequence;
    return {
      isLost: outcomes.some((outcome) => outcome === 'drop' || outcome === 'reject' || outcome === 'queue'),
      goesOn: outcomes.includes('continue') ? hit : NONE, returns: outcomes.includes('return') ? hit : NONE,
    };
  }
}
