import type { Address } from '../engine/packet.ts';
import type { Fate } from '../engine/result.ts';
import { endpointText } from '../engine/wording.ts';
import { rejectType } from '../values/reject-type.ts';
import type { Family } from '../netfilter.ts';
import { readEndpoint } from './endpoint.ts';
import { read, refuse, type Read } from './error.ts';

/** What an expectation says of a packet's fate. */
export type ExpectedVerdict =
  | { readonly kind: 'ACCEPT' | 'DROP' | 'QUEUE' }
  /** Any REJECT, or one with this answer. */
  | { readonly kind: 'REJECT'; readonly with: string | undefined }
  /** The packet survives with this new address, and port where one is given. */
  | { readonly kind: 'DNAT' | 'SNAT'; readonly address: Address; readonly port: number | undefined };

/** Reads `ACCEPT`, `DROP`, `QUEUE`, `REJECT [with TYPE]`, `DNAT ADDRESS[:PORT]` or `SNAT ADDRESS[:PORT]`. */
export function parseVerdict(text: string, family: Family): Read<ExpectedVerdict> {
  const [word = '', ...rest] = text.trim().split(/\s+/u);
  const kind = word.toUpperCase();
  switch (kind) {
    case 'ACCEPT': case 'DROP': case 'QUEUE':
      return rest.length === 0 ? read({ kind }) : refuse(`\`${rest.join(' ')}\` behind \`${kind}\` is not understood; \`:\` and the packet follow.`);
    case 'REJECT': return readReject(rest, family);
    case 'DNAT': case 'SNAT': return readNat(kind, rest);
    default: return refuse(`\`${word}\` is not a verdict: they are \`ACCEPT\`, \`DROP\`, \`REJECT\`, \`REJECT with TYPE\`, \`QUEUE\`, \`DNAT ADDRESS:PORT\` and \`SNAT ADDRESS:PORT\`.`);
  }
}

function readReject(rest: readonly string[], family: Family): Read<ExpectedVerdict> {
  if (rest.length === 0) return read({ kind: 'REJECT', with: undefined });
  const [preposition, type] = rest;
  if (preposition?.toLowerCase() !== 'with' || type === undefined || rest.length > 2) return refuse('Behind `REJECT` only `with TYPE` can follow, such as `REJECT with tcp-reset`.');
  const parsed = rejectType.parse(type, { family });
  return parsed.ok ? read({ kind: 'REJECT', with: parsed.value }) : refuse(parsed.message);
}

function readNat(kind: 'DNAT' | 'SNAT', rest: readonly string[]): Read<ExpectedVerdict> {
  const [text] = rest;
  if (text === undefined || rest.length > 1) return refuse(`\`${kind}\` needs one address, such as \`${kind} 192.0.2.1:80\`.`);
  const parsed = readEndpoint(text, undefined);
  if (!parsed.ok) return parsed;
  const { address, port } = parsed.value;
  return address === undefined ? refuse(`\`${kind}\` needs an address, such as \`${kind} 192.0.2.1:80\`.`) : read({ kind, address, port });
}

/** The verdict in words, as it would be written. */
export function printVerdict(verdict: ExpectedVerdict): string {
  switch (verdict.kind) {
    case 'REJECT': return verdict.with === undefined ? 'REJECT' : `REJECT with ${verdict.with}`;
    case 'DNAT': case 'SNAT': return `${verdict.kind} ${endpointText(verdict.address, verdict.port)}`;
    default: return verdict.kind;
  }
}

/** Whether a fate is as expected; undefined when the fate itself can't be told. */
export function fulfils(fate: Fate, expected: ExpectedVerdict): boolean | undefined {
  if (fate.verdict === 'UNKNOWN') return undefined;
  switch (expected.kind) {
    case 'REJECT': return fate.verdict === 'REJECT' && (expected.with === undefined || expected.with === fate.rejectWith);
    case 'DNAT': return fate.verdict === 'ACCEPT' && isAt(fate.packet.destination, fate.packet.destinationPort, expected);
    case 'SNAT': return fate.verdict === 'ACCEPT' && isAt(fate.packet.source, fate.packet.sourcePort, expected);
    default: return fate.verdict === expected.kind;
  }
}

function isAt(address: Address | undefined, port: number | undefined, expected: { readonly address: Address; readonly port: number | undefined }): boolean | undefined {
  if (address !== undefined && address !== expected.address) return false;
  if (expected.port !== undefined && port !== undefined && port !== expected.port) return false;
  return address === undefined || (expected.port !== undefined && port === undefined) ? undefined : true;
}

/** A fate's verdict in the words of an expectation. */
export function verdictText(fate: Fate): string {
  return fate.rejectWith === undefined ? fate.verdict : `${fate.verdict} with ${fate.rejectWith}`;
}
