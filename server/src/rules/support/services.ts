import type { BoundRule, Ruleset } from '../../core/ruleset/model.ts';
import { Placements } from '../../core/ruleset/placement.ts';
import type { NumberRange } from '../../core/values/integer.ts';

/** A port of this host that a rule on the way in accepts by its number. */
export interface Service {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** The first rule that does so. */
  readonly bound: BoundRule;
}

const PORT_OPTIONS: ReadonlySet<string> = new Set(['destination-port', 'destination-ports']);

/** The ports that rules of `filter` behind INPUT accept one by one, each once. */
export function servicesOf({ tables }: Ruleset): readonly Service[] {
  const filter = tables.get('filter');
  if (filter === undefined) return [];
  const services = new Map<string, Service>();
  for (const { name, rules } of filter.chains.values()) {
    if (!Placements.of(filter).hooksOf(name).has('INPUT')) continue;
    for (const { bound } of rules) {
      for (const service of acceptedBy(bound)) if (!services.has(keyOf(service))) services.set(keyOf(service), service);
    }
  }
  return [...services.values()];
}

const keyOf = ({ protocol, port }: Service): string => `${protocol} ${port}`;

function acceptedBy(bound: BoundRule): readonly Service[] {
  const { target, header, matches } = bound;
  if (target?.kind !== 'verdict' || target.verdict !== 'ACCEPT' || header.protocol?.negated !== false || bound.unresolved !== undefined) return [];
  const protocol = header.protocol.value === 6 ? 'tcp' : header.protocol.value === 17 ? 'udp' : undefined;
  if (protocol === undefined) return [];
  const ranges = matches.flatMap(({ options }) => options).filter(({ spec, negated }) => PORT_OPTIONS.has(spec.name) && !negated).flatMap(({ value }) => rangesOf(value));
  return ranges.filter(({ from, to }) => from === to).map(({ from }) => ({ protocol, port: from, bound }));
}

/** The ports of one option: one, a list, or none where they could not be read. */
const rangesOf = (value: unknown): readonly NumberRange[] => (value === undefined ? [] : Array.isArray(value) ? value as readonly NumberRange[] : [value as NumberRange]);
