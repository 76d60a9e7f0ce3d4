import { TCP_FLAGS, type Address, type Packet } from './packet.ts';

/** The address as everybody writes it (RFC 5952 for IPv6). */
export function addressText(address: Address): string {
  return typeof address === 'bigint' ? ipv6Text(address) : [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

function ipv6Text(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => Number((address >> BigInt(112 - 16 * index)) & 0xffffn));
  const gap = longestZeros(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return gap === undefined ? hex(groups) : `${hex(groups.slice(0, gap.start))}::${hex(groups.slice(gap.end))}`;
}

/** The longest run of at least two zero groups, the first of several. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly end: number } | undefined {
  let best: { readonly start: number; readonly end: number } | undefined;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start >= 2 && (best === undefined || end - start > best.end - best.start)) best = { start, end };
    start = Math.max(start, end - 1);
  }
  return best;
}

/** An address with its port, where there is one; `any` for what is open. */
export function endpointText(address: Address | undefined, port: number | undefined): string {
  const text = address === undefined ? 'any' : addressText(address);
  if (port === undefined) return text;
  return typeof address === 'bigint' ? `[${text}]:${port}` : `${text}:${port}`;
}

/** TCP flags by name, `NONE` for none: `SYN,ACK`. */
export function flagsText(flags: number): string {
  const names = Object.entries(TCP_FLAGS).filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name);
  return names.length === 0 ? 'NONE' : names.join(',');
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** What a target changed in the packet, in words; undefined for nothing. */
export function changes(before: Packet, after: Packet): string | undefined {
  const said: string[] = [];
  if (before.source !== after.source || before.sourcePort !== after.sourcePort) said.push(`source becomes ${endpointText(after.source, after.sourcePort)}`);
  if (before.destination !== after.destination || before.destinationPort !== after.destinationPort) {
    said.push(`destination becomes ${endpointText(after.destination, after.destinationPort)}`);
  }
  if (before.mark !== after.mark) said.push(`mark becomes ${after.mark === undefined ? 'unknown' : hex(after.mark)}`);
  if (before.tos !== after.tos) said.push(`tos becomes ${after.tos === undefined ? 'unknown' : hex(after.tos)}`);
  if (before.ttl !== after.ttl) said.push(`${after.family === 'ipv4' ? 'ttl' : 'hop limit'} becomes ${after.ttl ?? 'unknown'}`);
  return said.length === 0 ? undefined : said.join(', ');
}
