import { PROTOCOL } from '../../core/engine/protocols.ts';
import type { BoundOption } from '../../core/extensions/definition.ts';
import type { BoundRule } from '../../core/ruleset/model.ts';
import type { NumberRange } from '../../core/values/integer.ts';

/** Ports of a protocol that has them. */
export interface NamedPorts {
  readonly protocol: number;
  readonly ports: readonly NumberRange[];
}

const PORT_OPTIONS: ReadonlySet<string> = new Set(['destination-port', 'destination-ports']);

/** The ports of tcp or udp to which a rule asks for packets by their numbers; undefined where it names none. */
export function portsNamedBy({ header: { protocol }, matches, unresolved }: BoundRule): NamedPorts | undefined {
  if (protocol?.negated !== false || (protocol.value !== PROTOCOL.tcp && protocol.value !== PROTOCOL.udp) || unresolved !== undefined) return undefined;
  // Tens of thousands of rules are asked, most of which name one port.
  const ports: NumberRange[] = [];
  for (const { options } of matches) for (const option of options) if (namesPorts(option)) ports.push(...rangesOf(option));
  return ports.length === 0 ? undefined : { protocol: protocol.value, ports };
}

const namesPorts = ({ spec, negated, value }: BoundOption): boolean => PORT_OPTIONS.has(spec.name) && !negated && value !== undefined;

/** The ports of one option: one, or a list. */
const rangesOf = ({ value }: BoundOption): readonly NumberRange[] => (Array.isArray(value) ? value as readonly NumberRange[] : [value as NumberRange]);
