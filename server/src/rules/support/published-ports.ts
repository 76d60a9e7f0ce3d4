import type { Place } from '../../core/analysis/analysis.ts';
import type { Steps } from '../../core/analysis/steps.ts';
import type { Rule, Ruleset } from '../../core/ruleset/model.ts';
import { Placements } from '../../core/ruleset/placement.ts';
import type { NatTo } from '../../core/values/nat-range.ts';
import { portsNamedBy, type NamedPorts } from './named-ports.ts';

/** A rule that sends what comes for ports of this host to another one, such as a container. */
export interface PublishedPorts extends NamedPorts, Place {
  readonly rule: Rule;
}

/** Chains that programs which run containers keep for the ports that they publish. */
const OF_CONTAINERS = /^(DOCKER$|CNI-DN-|NETAVARK-DN-)/u;

/** Whether a program that runs containers wrote the rule, rather than whoever wrote those of INPUT. */
export const isOfContainer = ({ chain }: PublishedPorts): boolean => OF_CONTAINERS.test(chain);

/** So many rules are looked at in one step. */
const AT_ONCE = 64;

/** The rules of nat behind PREROUTING that publish ports, in the order of their chains, looked for in small steps. */
export function* publishedPorts({ tables }: Ruleset): Steps<readonly PublishedPorts[]> {
  const nat = tables.get('nat');
  if (nat === undefined) return [];
  const published: PublishedPorts[] = [];
  for (const { name: chain, rules } of nat.chains.values()) {
    if (!Placements.of(nat).hooksOf(chain).has('PREROUTING')) continue;
    for (const [index, rule] of rules.entries()) {
      if (index % AT_ONCE === 0) yield undefined;
      const named = goesElsewhere(rule) ? portsNamedBy(rule.bound) : undefined;
      if (named !== undefined) published.push({ chain, index, rule, ...named });
    }
  }
  return published;
}

/** Whether the rule gives packets another address; without one they stay on this host. */
function goesElsewhere({ bound: { target } }: Rule): boolean {
  if (target?.kind !== 'extension' || target.use.definition.name !== 'DNAT') return false;
  const to = target.use.options.find(({ spec }) => spec.name === 'to-destination')?.value as NatTo | undefined;
  return to?.addresses !== undefined;
}
