import type { Family, Hook } from '../netfilter.ts';
import type { ConntrackState } from '../engine/packet.ts';

/** What rules can ask of a packet, as numbers of a fixed width. */
export type FieldName =
  | 'hook' | 'protocol' | 'state' | 'in' | 'out' | 'icmpType' | 'icmpCode' | 'destinationPort' | 'sourcePort' | 'destination' | 'source'
  | 'tcpFlags' | 'fragment' | 'seen' | 'mark' | 'connmark' | 'tos' | 'ttl' | 'length' | 'mac' | 'socket' | 'uid' | 'gid';

/** Where a field's bits stand among the variables: the highest bit at `level`, the others behind it. */
export interface Field {
  readonly level: number;
  readonly bits: number;
}

/** The numbers of the states in the field `state`. */
export const STATES: readonly ConntrackState[] = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];

/** The numbers of the hooks in the field `hook`. */
export const HOOK_NUMBERS: Readonly<Record<Hook, number>> = { PREROUTING: 0, INPUT: 1, FORWARD: 2, OUTPUT: 3, POSTROUTING: 4 };

/**
 * The bits of the field `seen`, which says what rules can see of a later fragment: where iptables-nft reads its data as a
 * header, if there are enough bytes for ports or TCP flags, and where iptables-legacy looks behind an IPv6 fragment header.
 */
export const SEEN = { ports: 1, flags: 2, protocol: 4 } as const;

/**
 * Lays the fields out. What has few values and is asked by many rules comes first: a rule that does not ask for a field
 * makes a difference wherever that field splits the packets above it.
 */
export function layOut(family: Family, interfaces: number): Readonly<Record<FieldName, Field>> {
  const address = family === 'ipv4' ? 32 : 128;
  const names = Math.max(1, Math.ceil(Math.log2(interfaces)));
  const widths: readonly (readonly [FieldName, number])[] = [
    ['hook', 3], ['fragment', 1], ['seen', 3], ['protocol', 8], ['state', 3], ['in', names], ['out', names], ['icmpType', 8], ['icmpCode', 8], ['destinationPort', 16], ['sourcePort', 16],
    ['destination', address], ['source', address], ['tcpFlags', 8], ['mark', 32], ['connmark', 32], ['tos', 8], ['ttl', 8], ['length', 16],
    ['mac', 48], ['socket', 1], ['uid', 32], ['gid', 32],
  ];
  const fields: Partial<Record<FieldName, Field>> = {};
  let level = 0;
  for (const [name, bits] of widths) {
    fields[name] = { level, bits };
    level += bits;
  }
  return fields as Record<FieldName, Field>;
}
