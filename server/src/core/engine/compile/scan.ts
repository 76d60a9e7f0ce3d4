import type { Rule } from '../../ruleset/model.ts';
import { wordsOf } from '../address.ts';
import type { Address } from '../packet.ts';
import type { Condition } from '../traversal.ts';
import type { InterfacePatterns } from './interfaces.ts';

/** What a scan compares; every part is known. Ports are −1 for protocols without. */
export interface ScanInput {
  /** Words of the source, then of the destination. */
  readonly addresses: Int32Array;
  readonly protocol: number;
  readonly inRow: Uint8Array;
  readonly outRow: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

const NOT_SOURCE = 1;
const NOT_DESTINATION = 2;
const NOT_PROTOCOL = 4;
/** Wants a later fragment, which no scanned packet is. */
const NEVER = 8;

/** Columns of one rule: flags, protocol (−1 any), interface patterns, port ranges; then address words. */
const FLAGS = 0, PROTOCOL = 1, IN = 2, OUT = 3, SPORT_FROM = 4, SPORT_TO = 5, DPORT_FROM = 6, DPORT_TO = 7, ADDRESSES = 8;

/**
 * The parts of a chain's rules that need no call: header and plain port ranges in one typed array, so that finding the
 * next rule that may match costs a few comparisons for each rule passed over.
 */
export class HeaderScan {
  private readonly data: Int32Array;
  private readonly stride: number;
  private readonly words: 1 | 4;
  private readonly count: number;

  constructor(rules: readonly { readonly rule: Rule; readonly quick: readonly Condition[] }[], isIpv6: boolean, patterns: InterfacePatterns) {
    this.words = isIpv6 ? 4 : 1;
    this.stride = ADDRESSES + 4 * this.words;
    this.count = rules.length;
    this.data = new Int32Array(this.stride * rules.length);
    for (const [index, { rule, quick }] of rules.entries()) this.fill(index * this.stride, rule, quick, patterns);
  }

  private fill(base: number, rule: Rule, quick: readonly Condition[], patterns: InterfacePatterns): void {
    const { data, words } = this;
    const { header } = rule.bound;
    data[base + FLAGS] = (header.source?.negated === true ? NOT_SOURCE : 0) | (header.destination?.negated === true ? NOT_DESTINATION : 0)
      | (header.protocol?.negated === true ? NOT_PROTOCOL : 0) | (header.fragment?.negated === false ? NEVER : 0);
    data[base + PROTOCOL] = header.protocol === undefined || header.protocol.value === 0 ? -1 : header.protocol.value;
    if (data[base + PROTOCOL] === -1) data[base + FLAGS]! &= ~NOT_PROTOCOL;
    data[base + IN] = header.in === undefined ? 0 : patterns.number(header.in.value, header.in.negated);
    data[base + OUT] = header.out === undefined ? 0 : patterns.number(header.out.value, header.out.negated);
    this.ports(base + SPORT_FROM, quick, 'sourcePort');
    this.ports(base + DPORT_FROM, quick, 'destinationPort');
    for (const [side, masked] of [rule.source, rule.destination].entries()) {
      if (masked === undefined) continue;
      const at = base + ADDRESSES + 2 * side * words;
      data.set(split(masked.mask), at);
      data.set(split(masked.address).map((word, index) => word & split(masked.mask)[index]!), at + words);
    }
  }

  /** Several ranges on one port narrow each other. */
  private ports(at: number, quick: readonly Condition[], field: 'sourcePort' | 'destinationPort'): void {
    const ranges = quick.flatMap((condition) => (condition.quick?.field === field ? [condition.quick] : []));
    this.data[at] = Math.max(-1, ...ranges.map(({ from }) => from));
    this.data[at + 1] = Math.min(65535, ...ranges.map(({ to }) => to));
  }

  /** Index of the first rule from `start` on whose scanned parts all hold; the number of rules when there is none. */
  next(start: number, input: ScanInput): number {
    const { data, stride, count } = this;
    const { protocol, inRow, outRow, sourcePort, destinationPort } = input;
    for (let index = start, base = start * stride; index < count; index++, base += stride) {
      const wanted = data[base + PROTOCOL]!;
      const flags = data[base + FLAGS]!;
      if (wanted !== -1 && (wanted === protocol) === ((flags & NOT_PROTOCOL) !== 0)) continue;
      if (destinationPort < data[base + DPORT_FROM]! || destinationPort > data[base + DPORT_TO]!) continue;
      if (sourcePort < data[base + SPORT_FROM]! || sourcePort > data[base + SPORT_TO]!) continue;
      if (inRow[data[base + IN]!] === 0 || outRow[data[base + OUT]!] === 0) continue;
      if ((flags & NEVER) === 0 && this.addressesHold(base + ADDRESSES, flags, input)) return index;
    }
    return count;
  }

  private addressesHold(at: number, flags: number, { addresses }: ScanInput): boolean {
    return this.holds(at, addresses, 0) !== ((flags & NOT_SOURCE) !== 0)
      && this.holds(at + 2 * this.words, addresses, this.words) !== ((flags & NOT_DESTINATION) !== 0);
  }

  /** Whether the address in `addresses` from `from` on agrees with the masked one that stands at `at`. */
  private holds(at: number, addresses: Int32Array, from: number): boolean {
    const { data, words } = this;
    for (let word = 0; word < words; word++) {
      if ((addresses[from + word]! & data[at + word]!) !== data[at + words + word]) return false;
    }
    return true;
  }
}

const split = (address: Address): readonly number[] => (typeof address === 'bigint' ? wordsOf(address) : [address | 0]);

/** Source and destination as a scan compares them. */
export function scannedAddresses(source: Address, destination: Address): Int32Array {
  return Int32Array.from([...split(source), ...split(destination)]);
}
