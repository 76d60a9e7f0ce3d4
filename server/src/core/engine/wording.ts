import { printIPv4 } from '../values/ipv4.ts';
import { printIPv6 } from '../values/ipv6.ts';
import type { Address, Packet } from './packet.ts';

/** The address as everybody writes it (RFC 5952 for IPv6). */
export const addressText = (address: Address): string => (typeof address === 'bigint' ? printIPv6(address) : printIPv4(address));

/** An address with its port, where there is one; `any` for what is open. */
export function endpointText(address: Address | undefined, port: number | undefined): string {
  const text = address === undefined ? 'any' : addressText(address);
  if (port === undefined) return text;
  return typeof address === 'bigint' ? `[${text}]:${port}` : `${text}:${port}`;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** The fields that targets write. */
export type Rewritable = Pick<Packet, 'source' | 'sourcePort' | 'destination' | 'destinationPort' | 'mark' | 'tos' | 'ttl'>;

/** A packet's fields as they are before a target may write them. */
export const rewritable = ({ source, sourcePort, destination, destinationPort, mark, tos, ttl }: Packet): Rewritable => ({ source, sourcePort, destination, destinationPort, mark, tos, ttl });

/** What a target changed in the packet, in words; undefined for nothing. */
export function changes(before: Rewritable, after: Packet): string | undefined {
  if (isUnchanged(before, after)) return undefined;
  const said: string[] = [];
  if (before.source !== after.source || before.sourcePort !== after.sourcePort) said.push(`source becomes ${endpointText(after.source, after.sourcePort)}`);
  if (before.destination !== after.destination || before.destinationPort !== after.destinationPort) {
    said.push(`destination becomes ${endpointText(after.destination, after.destinationPort)}`);
  }
  if (before.mark !== after.mark) said.push(`mark becomes ${after.mark === undefined ? 'unknown' : hex(after.mark)}`);
  if (before.tos !== after.tos) said.push(`tos becomes ${after.tos === undefined ? 'unknown' : hex(after.tos)}`);
  if (before.ttl !== after.ttl) said.push(`${after.family === 'ipv4' ? 'ttl' : 'hop limit'} becomes ${after.ttl ?? 'unknown'}`);
  return said.join(', ');
}

function isUnchanged(before: Rewritable, after: Rewritable): boolean {
  return before.source === after.source && before.sourcePort === after.sourcePort && before.destination === after.destination && before.destinationPort === after.destinationPort
    && before.mark === after.mark && before.tos === after.tos && before.ttl === after.ttl;
}
