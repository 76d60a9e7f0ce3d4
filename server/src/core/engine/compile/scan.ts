import type { Rule } from '../../ruleset/model.ts';
import { wordsOf } from '../address.ts';
import type { Address } from '../packet.ts';
import type { Condition } from '../traversal.ts';
import { CandidateIndex, type IndexedRule, type Looked } from './candidates.ts';
import type { InterfacePatterns } from './interfaces.ts';

/** What a scan compares; every part is known. Ports are −1 for protocols without, flags 0. */
export interface ScanInput extends Looked {
  readonly tcpFlags: number;
  /** Words of the source, then of the destination. */
  readonly addresses: Int32Array;
  readonly inRow: Uint8Array;
  readonly outRow: Uint8Array;
}

const NOT_SOURCE = 1;
const NOT_DESTINATION = 2;
const NOT_PROTOCOL = 4;
/** Wants a later fragment, which no scanned packet is. */
const NEVER = 8;
const TCP_FLAGS = 16;
const NOT_TCP_FLAGS = 32;
/** Asks for an address, or a port, at all. */
const SOURCE = 64;
const DESTINATION = 128;
const PORTS = 256;

/** Columns of one rule: flags, protocol (−1 any), interface patterns, port ranges, TCP flags; then address words. */
const FLAGS = 0, PROTOCOL = 1, IN = 2, OUT = 3, SPORT_FROM = 4, SPORT_TO = 5, DPORT_FROM = 6, DPORT_TO = 7, TCP_MASK = 8, TCP_SET = 9, ADDRESSES = 10;

/**
 * The parts of a chain's rules that need no call: header and plain port ranges in one typed array, with an index that
 * passes over most rules altogether.
 */
export class HeaderScan {
  private readonly data: Int32Array;
  private readonly stride: number;
  private readonly words: 1 | 4;
  readonly index: CandidateIndex;

  constructor(rules: readonly IndexedRule[], isIpv6: boolean, patterns: InterfacePatterns) {
    this.words = isIpv6 ? 4 : 1;
    this.stride = ADDRESSES + 4 * this.words;
    this.index = new CandidateIndex(rules);
    this.data = new Int32Array(this.stride * rules.length);
    for (const [index, { rule, quick }] of rules.entries()) this.fill(index * this.stride, rule, quick, patterns);
  }

  private fill(base: number, rule: Rule, quick: readonly Condition[], patterns: InterfacePatterns): void {
    const { data, words } = this;
    const { header } = rule.bound;
    data[base + FLAGS] = (negates(rule, 'source') ? NOT_SOURCE : 0) | (negates(rule, 'destination') ? NOT_DESTINATION : 0)
      | (header.protocol?.negated === true ? NOT_PROTOCOL : 0) | (header.fragment?.negated === false ? NEVER : 0);
    data[base + PROTOCOL] = header.protocol === undefined || header.protocol.value === 0 ? -1 : header.protocol.value;
    if (data[base + PROTOCOL] === -1) data[base + FLAGS]! &= ~NOT_PROTOCOL;
    data[base + IN] = header.in === undefined ? 0 : patterns.number(header.in.value, header.in.negated);
    data[base + OUT] = header.out === undefined ? 0 : patterns.number(header.out.value, header.out.negated);
    this.ports(base + SPORT_FROM, quick, 'sourcePort');
    this.ports(base + DPORT_FROM, quick, 'destinationPort');
    if (quick.some((condition) => condition.quick?.field !== 'tcpFlags')) data[base + FLAGS]! |= PORTS;
    for (const condition of quick) this.tcpFlags(base, condition.quick);
    for (const [side, masked] of [rule.source, rule.destination].entries()) {
      if (masked === undefined || masked.host !== undefined) continue;
      data[base + FLAGS]! |= side === 0 ? SOURCE : DESTINATION;
      const at = base + ADDRESSES + 2 * side * words;
      data.set(split(masked.mask), at);
      data.set(split(masked.address).map((word, index) => word & split(masked.mask)[index]!), at + words);
    }
  }

  /** Several ranges on one port narrow each other. */
  private ports(at: number, quick: readonly Condition[], field: 'sourcePort' | 'destinationPort'): void {
    const ranges = quick.flatMap(({ quick: asked }) => (asked?.field === field ? [asked] : []));
    this.data[at] = Math.max(-1, ...ranges.map(({ from }) => from));
    this.data[at + 1] = Math.min(65535, ...ranges.map(({ to }) => to));
  }

  /** A rule has one test of TCP flags that is scanned. */
  private tcpFlags(base: number, asked: Condition['quick']): void {
    if (asked?.field !== 'tcpFlags') return;
    this.data[base + FLAGS]! |= TCP_FLAGS | (asked.negated ? NOT_TCP_FLAGS : 0);
    this.data[base + TCP_MASK] = asked.mask;
    this.data[base + TCP_SET] = asked.set;
  }

  /** Whether the scanned parts of the rule all hold. */
  holds(index: number, { protocol, inRow, outRow, sourcePort, destinationPort, tcpFlags, addresses }: ScanInput): boolean {
    const { data, stride } = this;
    const base = index * stride;
    const wanted = data[base + PROTOCOL]!;
    const flags = data[base + FLAGS]!;
    if ((flags & NEVER) !== 0 || (wanted !== -1 && (wanted === protocol) === ((flags & NOT_PROTOCOL) !== 0))) return false;
    if ((flags & PORTS) !== 0) {
      if (destinationPort < data[base + DPORT_FROM]! || destinationPort > data[base + DPORT_TO]!) return false;
      if (sourcePort < data[base + SPORT_FROM]! || sourcePort > data[base + SPORT_TO]!) return false;
    }
    if ((flags & TCP_FLAGS) !== 0 && ((tcpFlags & data[base + TCP_MASK]!) === data[base + TCP_SET]!) === ((flags & NOT_TCP_FLAGS) !== 0)) return false;
    if (inRow[data[base + IN]!] === 0 || outRow[data[base + OUT]!] === 0) return false;
    if ((flags & SOURCE) !== 0 && this.covers(base + ADDRESSES, addresses, 0) === ((flags & NOT_SOURCE) !== 0)) return false;
    return (flags & DESTINATION) === 0 || this.covers(base + ADDRESSES + 2 * this.words, addresses, this.words) !== ((flags & NOT_DESTINATION) !== 0);
  }

  /** Whether the address in `addresses` from `from` on agrees with the masked one that stands at `at`. */
  private covers(at: number, addresses: Int32Array, from: number): boolean {
    const { data, words } = this;
    for (let word = 0; word < words; word++) {
      if ((addresses[from + word]! & data[at + word]!) !== data[at + words + word]) return false;
    }
    return true;
  }
}

/** Whether the scan has to find the address elsewhere; what a host name stands for is not scanned. */
function negates(rule: Rule, side: 'source' | 'destination'): boolean {
  return rule.bound.header[side]?.negated === true && rule[side]?.host === undefined;
}

const split = (address: Address): readonly number[] => (typeof address === 'bigint' ? wordsOf(address) : [address | 0]);

/** A walk over the rules of one scan that may match one packet, in order. */
export class Cursor {
  readonly scan: HeaderScan;
  readonly input: ScanInput;
  private readonly byValue: readonly number[];
  private readonly byProtocol: readonly number[];
  private valueAt = 0;
  private protocolAt = 0;

  constructor(scan: HeaderScan, input: ScanInput) {
    this.scan = scan;
    this.input = input;
    this.byValue = scan.index.byValue(input);
    this.byProtocol = scan.index.byProtocol(input.protocol);
  }

  /** The first rule from `start` on of which all scanned parts hold; Infinity when there is none. `start` never goes back. */
  next(start: number): number {
    const { byValue, byProtocol, scan, input } = this;
    for (;;) {
      const value = byValue[this.valueAt] ?? Infinity;
      const other = byProtocol[this.protocolAt] ?? Infinity;
      const candidate = value < other ? value : other;
      if (candidate === Infinity) return candidate;
      if (candidate >= start && scan.holds(candidate, input)) return candidate;
      if (value < other) this.valueAt++;
      else this.protocolAt++;
    }
  }
}

/** Source and destination as a scan compares them. */
export function scannedAddresses(source: Address, destination: Address): Int32Array {
  if (typeof source === 'bigint') return Int32Array.from([...split(source), ...split(destination)]);
  const words = new Int32Array(2);
  words[0] = source;
  words[1] = destination as number;
  return words;
}
