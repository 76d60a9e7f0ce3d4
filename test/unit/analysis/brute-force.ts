import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import type { Packet } from '../../../server/src/core/engine/packet.ts';
import type { Step } from '../../../server/src/core/engine/result.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { BUILT_IN_CHAINS, type Hook, type TableName } from '../../../server/src/core/netfilter.ts';
import { withTarget } from '../../../server/src/core/ruleset/bind.ts';
import type { Chain, Rule, Ruleset } from '../../../server/src/core/ruleset/model.ts';
import { TRACKS } from './small-worlds.ts';

/** A packet as it comes to a hook. */
export interface Coming {
  readonly packet: Packet;
  /** Which of the packets it is. */
  readonly number: number;
  readonly hook: Hook;
}

/** What the engine does with packets in one table, at each hook as if no other hook had rules. */
export class Enumeration {
  private readonly met = new Map<Rule, Coming[]>();
  private readonly hit = new Map<Rule, Coming[]>();
  private readonly open = new Set<Rule>();
  private readonly verdicts = new Map<string, string>();

  constructor(ruleset: Ruleset, table: TableName, packets: readonly Packet[]) {
    for (const hook of BUILT_IN_CHAINS[table]) {
      const program = compile(atHook(ruleset, table, hook));
      for (const [number, packet] of packets.entries()) {
        const { verdict, steps, outcomes = [] } = simulate(program, new Worlds(), packet, { trace: 'all' });
        this.verdicts.set(`${hook} ${number}`, verdict);
        const courses = [steps, ...outcomes.map((outcome) => outcome.steps)];
        this.note({ packet, number, hook }, new Set(courses.flat().filter((step) => step.table === table && step.hook === hook)));
      }
    }
  }

  private note(coming: Coming, steps: Iterable<Step>): void {
    for (const { rule, matched } of steps) {
      add(this.met, rule, coming);
      if (matched === true) add(this.hit, rule, coming);
      if (matched === 'unknown') this.open.add(rule);
    }
  }

  /** What comes to the rule. */
  meeting(rule: Rule): readonly Coming[] {
    return this.met.get(rule) ?? [];
  }

  /** What comes to the rule and surely matches on one of its courses. */
  hitting(rule: Rule): readonly Coming[] {
    return this.hit.get(rule) ?? [];
  }

  /** What becomes of a packet of the same list at the hook. */
  verdict({ hook, number }: Coming): string {
    return this.verdicts.get(`${hook} ${number}`)!;
  }

  /** Whether the engine cannot tell of some packet whether it matches. */
  isOpen(rule: Rule): boolean {
    return this.open.has(rule);
  }
}

function add(known: Map<Rule, Coming[]>, rule: Rule, coming: Coming): void {
  const own = known.get(rule);
  if (own === undefined) known.set(rule, [coming]);
  else own.push(coming);
}

/** The ruleset with one table, of whose built-in chains only one has rules, and nothing is stopped by a policy. */
function atHook(ruleset: Ruleset, name: TableName, hook: Hook): Ruleset {
  return withChains(ruleset, name, (chain) => ({ ...chain, policy: chain.builtIn ? 'ACCEPT' : undefined, rules: chain.builtIn && chain.name !== hook ? [] : chain.rules }));
}

/** The ruleset with one table, and other chains in it. */
export function withChains(ruleset: Ruleset, name: TableName, changed: (chain: Chain) => Chain): Ruleset {
  const table = ruleset.tables.get(name)!;
  return { ...ruleset, tables: new Map([[name, { ...table, chains: new Map([...table.chains].map(([key, chain]) => [key, changed(chain)])) }]]) };
}

const NOWHERE = { start: 0, end: 0 };

/** The packets that meet the conditions of the rule at one of the hooks, if nothing comes before it. */
export function matching(ruleset: Ruleset, name: TableName, rule: Rule, hooks: ReadonlySet<Hook>, packets: readonly Packet[]): readonly Coming[] {
  const bare = { ...rule, bound: withTarget(rule.bound, { kind: 'verdict', verdict: 'ACCEPT', span: NOWHERE, nameSpan: NOWHERE }) };
  const only = withChains(ruleset, name, (chain) => ({ ...chain, rules: hooks.has(chain.name as Hook) ? [bare] : chain.name === TRACKS ? chain.rules : [] }));
  return new Enumeration(only, name, packets).hitting(bare);
}
