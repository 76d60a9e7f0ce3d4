import { PROTOCOL } from '../../core/engine/protocols.ts';
import type { BoundRule, Ruleset } from '../../core/ruleset/model.ts';
import { Placements } from '../../core/ruleset/placement.ts';
import { portsNamedBy } from './named-ports.ts';

/** A port of this host that a rule on the way in accepts by its number. */
export interface Service {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** The first rule that does so. */
  readonly bound: BoundRule;
}

/** The ports that rules of `filter` behind INPUT accept one by one, each once. */
export function servicesOf(ruleset: Ruleset): readonly Service[] {
  const services = new Map<string, Service>();
  for (const bound of rulesOnTheWayIn(ruleset)) {
    for (const service of acceptedBy(bound)) if (!services.has(keyOf(service))) services.set(keyOf(service), service);
  }
  return [...services.values()];
}

/** The rules of `filter` that packets may meet behind INPUT. */
export function* rulesOnTheWayIn({ tables }: Ruleset): Iterable<BoundRule> {
  const filter = tables.get('filter');
  if (filter === undefined) return;
  for (const { name, rules } of filter.chains.values()) {
    if (Placements.of(filter).hooksOf(name).has('INPUT')) for (const { bound } of rules) yield bound;
  }
}

const keyOf = ({ protocol, port }: Service): string => `${protocol} ${port}`;

function acceptedBy(bound: BoundRule): readonly Service[] {
  const { target } = bound;
  if (target?.kind !== 'verdict' || target.verdict !== 'ACCEPT') return [];
  const { protocol, ports } = portsNamedBy(bound) ?? { ports: [] };
  return ports.filter(({ from, to }) => from === to).map(({ from }) => ({ protocol: protocol === PROTOCOL.tcp ? 'tcp' : 'udp', port: from, bound }));
}
