import type { Address } from '../packet.ts';
import type { NatRange } from '../traversal.ts';
import { Unknown } from '../truth.ts';
import type { Span, Tuple } from './connection.ts';
import { mappedSources, type ConntrackTable } from './table.ts';
import { inverse } from './tuple.ts';
import type { Use } from './use.ts';

/** What a tuple is chosen for: the connection's own as it stands, the number of its zone, and the time. */
export interface Choice {
  readonly table: ConntrackTable;
  readonly current: Tuple;
  readonly zone: number;
  readonly now: number;
}

/**
 * The latest mapping that the same source and port have towards somewhere else and that lies in the range, which the kernel
 * uses again when it is free. While that is not sure of it, `possible` has all that may be used again.
 */
export function earlierMappings({ table, current }: Choice, range: NatRange, use: Use): { readonly sure: boolean; readonly possible: readonly Tuple[] } {
  const possible: Tuple[] = [];
  const isKnown = current.source !== undefined && current.sourcePort !== undefined;
  for (const { original, reply, drawnFrom, drawnAddresses } of mappedSources(table, current)) {
    const { source, sourcePort } = inverse(reply);
    const addresses = source === undefined ? drawnAddresses : { from: source, to: source };
    const ports = sourcePort === undefined ? drawnFrom : { from: sourcePort, to: sourcePort };
    const within = { addresses: common(addresses, range.addresses instanceof Unknown ? undefined : range.addresses), ports: common(ports, range.ports) };
    if (isEmpty(within.addresses) || isEmpty(within.ports)) continue;
    const again: Tuple = { ...current, source: only(within.addresses), sourcePort: only(within.ports) };
    const isSure = isKnown && original.source !== undefined && original.sourcePort !== undefined && addresses !== undefined && sameSpan(within.addresses, addresses) && sameSpan(within.ports, ports);
    const isTaken = !use.free(again);
    if (!isTaken) possible.push(again);
    if (isSure) return { sure: possible.length === 1 && !isTaken && !use.contested(again), possible };
  }
  return { sure: false, possible };
}

/** What both spans hold; an undefined one holds all. */
function common<T extends Address>(some: Span<T> | undefined, others: Span<T> | undefined): Span<T> | undefined {
  if (some === undefined || others === undefined) return some ?? others;
  return { from: some.from > others.from ? some.from : others.from, to: some.to < others.to ? some.to : others.to };
}

const isEmpty = (span: Span<Address> | undefined): boolean => span !== undefined && span.from > span.to;

const only = <T>(span: Span<T> | undefined): T | undefined => (span?.from === span?.to ? span?.from : undefined);

const sameSpan = (some: Span<Address> | undefined, other: Span<Address> | undefined): boolean => some?.from === other?.from && some?.to === other?.to;
