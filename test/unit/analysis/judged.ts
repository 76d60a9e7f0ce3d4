import type { Packet } from '../../../server/src/core/engine/packet.ts';
import type { Hook } from '../../../server/src/core/netfilter.ts';
import { Placements } from '../../../server/src/core/ruleset/placement.ts';
import type { Chain, Rule, Ruleset, Table } from '../../../server/src/core/ruleset/model.ts';
import type { Finding } from '../../../server/src/rules/rule.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { open } from '../rules/check.ts';
import { Enumeration, matching, withChains, type Coming } from './brute-force.ts';
import { TRACKS, type SmallWorld } from './small-worlds.ts';

/** A rule by its chain and place, from 0. */
export interface Standing {
  readonly chain: Chain;
  readonly index: number;
  readonly rule: Rule;
}

/** The rules of a table, without those that only make the kernel track connections. */
export const standings = (table: Table): readonly Standing[] => [...table.chains.values()].filter(({ name }) => name !== TRACKS)
  .flatMap((chain) => chain.rules.map((rule, index) => ({ chain, index, rule })));

/** What is found in a small world, with the answers of the engine. */
export class Judged {
  readonly world: SmallWorld;
  readonly packets: readonly Packet[];
  readonly ruleset: Ruleset;
  readonly table: Table;
  readonly findings: readonly Finding[];
  readonly enumeration: Enumeration;
  private readonly placements: Placements;
  private readonly byLine: ReadonlyMap<number, Standing>;

  constructor(world: SmallWorld) {
    const document = open(world.text, world.family === 'ipv4' ? 'rules.v4' : 'rules.v6');
    this.world = world;
    this.ruleset = document.ruleset();
    this.table = this.ruleset.tables.get(world.table)!;
    this.placements = Placements.of(this.table);
    this.findings = new Diagnostics(document).complete();
    this.packets = world.packets();
    this.enumeration = new Enumeration(this.ruleset, world.table, this.packets);
    this.byLine = new Map(standings(this.table).map((each) => [each.rule.bound.line.number, each]));
  }

  /** Whether rules rewrite what others may ask for, so that a rule is not dead by those alone that take packets. */
  get rewrites(): boolean {
    return / -j (?:MARK|TOS|DSCP)/u.test(this.world.text);
  }

  at({ line }: Pick<Finding, 'line'>): Standing {
    return this.byLine.get(line.number)!;
  }

  related({ related = [] }: Finding): readonly Standing[] {
    return related.map((each) => this.at(each));
  }

  /** Whether a finding says that no packet comes into the chain, or into those that lead there. */
  isClosed(chain: Chain): boolean {
    const named = this.findings.filter(({ code }) => code === 'unreachable-chain' || code === 'unused-chain').map(({ line }) => line);
    return [...this.table.chains.values()].some(({ name, declaration }) => declaration !== undefined && named.includes(declaration) && this.placements.reachedFrom(name).has(chain.name));
  }

  hooksOf({ chain }: Standing): ReadonlySet<Hook> {
    return this.placements.hooksOf(chain.name);
  }

  /** What the rule could match if nothing came before it, at the hooks from which its chain is called. */
  wanted(standing: Standing): readonly Coming[] {
    return matching(this.ruleset, this.world.table, standing.rule, this.hooksOf(standing), this.packets);
  }

  /** What comes into the chain. */
  entering({ chain }: Standing): readonly Coming[] {
    return this.enumeration.meeting(chain.rules[0]!);
  }

  /** The same packets where no rules are left but `kept`, what they lead to, and what leads to the rule. */
  with(standing: Standing, kept: readonly Standing[]): Enumeration {
    const behind = new Set(kept.flatMap(({ rule: { bound: { target } } }) => (target?.kind === 'chain' ? [...this.placements.reachedFrom(target.chain)] : [])));
    const stays = (rule: Rule, chain: string): boolean => {
      const { target } = rule.bound;
      const leads = target?.kind === 'chain' && this.placements.reachedFrom(target.chain).has(standing.chain.name);
      return leads || chain === TRACKS || behind.has(chain) || kept.some((each) => each.rule === rule);
    };
    return new Enumeration(withChains(this.ruleset, this.world.table, (chain) => ({ ...chain, rules: chain.rules.filter((rule) => stays(rule, chain.name)) })), this.world.table, this.packets);
  }

  /** The rule and its world, for messages. */
  context(standing: Standing): string {
    return `${standing.rule.bound.line.text}\n${this.findings.map((each) => `${each.line.number + 1} ${each.code} ${each.message} [${(each.related ?? []).map(({ line }) => line.number + 1).join()}]`).join('\n')}\n${this.world.text}`;
  }
}
