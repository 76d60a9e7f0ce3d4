import type { Rule } from '../../ruleset/model.ts';
import type { Steps } from '../../steps.ts';
import type { Address } from '../packet.ts';
import type { Condition } from '../traversal.ts';
import { foundByValue, indexed, narrowed, split, type Candidates, type IndexedRule, type Looked } from './candidates.ts';
import type { InterfacePair, InterfacePatterns } from './interfaces.ts';

/** What a scan compares; every part is known. Ports are −1 for protocols without, flags 0. */
export interface ScanInput extends Looked {
  readonly protocol: number;
  readonly tcpFlags: number;
  readonly inInterface: string;
  readonly outInterface: string;
  readonly interfaces: InterfacePair;
  /** Equal for packets between which rules tell by addresses and ports alone. */
  readonly kind: number;
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

/** So many rules are looked at in one step. */
const AT_ONCE = 256;

/** Most kinds of packets of which a chain remembers the candidates. */
const KINDS = 64;

/**
 * The parts of a chain's rules that need no call: header and plain port ranges in one typed array, with an index that
 * passes over most rules altogether. Rules are found by value or, of each kind of packet, in a list of those that want it.
 */
export class HeaderScan {
  private readonly data: Int32Array;
  private readonly stride: number;
  private readonly words: 1 | 4;
  private readonly rules: Candidates;
  private readonly byKind = new Map<number, Candidates>();

  private constructor(rules: Candidates, count: number, isIpv6: boolean) {
    this.words = isIpv6 ? 4 : 1;
    this.stride = ADDRESSES + 4 * this.words;
    this.rules = rules;
    this.data = new Int32Array(this.stride * count);
  }

  /** That of a chain with these rules, made in small steps. */
  static *of(rules: readonly IndexedRule[], isIpv6: boolean, patterns: InterfacePatterns): Steps<HeaderScan> {
    const scan = new HeaderScan(yield* indexed(rules), rules.length, isIpv6);
    for (const [index, { rule, quick }] of rules.entries()) {
      scan.fill(index * scan.stride, rule, quick, patterns);
      if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
    }
    return scan;
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

  /** The rules that want packets of this kind; what is found by value may still be of another. */
  candidates(input: ScanInput): Candidates {
    let candidates = this.byKind.get(input.kind);
    if (candidates === undefined) {
      candidates = narrowed(this.rules, (index) => this.wants(index, input));
      // Kinds come from packets: a stream of odd flags and protocols must not grow without bound.
      if (this.byKind.size >= KINDS) this.byKind.clear();
      this.byKind.set(input.kind, candidates);
    }
    return candidates;
  }

  /** Whether the rule wants packets of this kind: by protocol, TCP flags and interfaces. */
  wants(index: number, { protocol, interfaces, tcpFlags }: ScanInput): boolean {
    const { data, stride } = this;
    const base = index * stride;
    const wanted = data[base + PROTOCOL]!;
    const flags = data[base + FLAGS]!;
    if ((flags & NEVER) !== 0 || (wanted !== -1 && (wanted === protocol) === ((flags & NOT_PROTOCOL) !== 0))) return false;
    if ((flags & TCP_FLAGS) !== 0 && ((tcpFlags & data[base + TCP_MASK]!) === data[base + TCP_SET]!) === ((flags & NOT_TCP_FLAGS) !== 0)) return false;
    return interfaces.in[data[base + IN]!] !== 0 && interfaces.out[data[base + OUT]!] !== 0;
  }

  /** Whether the ports and addresses that the rule asks for are the packet's. */
  agrees(index: number, input: ScanInput): boolean {
    const { data, stride } = this;
    const base = index * stride;
    const flags = data[base + FLAGS]!;
    if ((flags & (PORTS | SOURCE | DESTINATION)) === 0) return true;
    if ((flags & PORTS) !== 0) {
      const { sourcePort, destinationPort } = input;
      if (destinationPort < data[base + DPORT_FROM]! || destinationPort > data[base + DPORT_TO]!) return false;
      if (sourcePort < data[base + SPORT_FROM]! || sourcePort > data[base + SPORT_TO]!) return false;
    }
    if ((flags & SOURCE) !== 0 && this.covers(base + ADDRESSES, input.source, input.words, 0) === ((flags & NOT_SOURCE) !== 0)) return false;
    return (flags & DESTINATION) === 0 || this.covers(base + ADDRESSES + 2 * this.words, input.destination, input.words, 4) !== ((flags & NOT_DESTINATION) !== 0);
  }

  /** Whether the address, of which the words of IPv6 stand in `words` from `from` on, agrees with the masked one that stands at `at`. */
  private covers(at: number, address: Address, words: Int32Array | undefined, from: number): boolean {
    const { data } = this;
    if (words === undefined) return ((address as number) & data[at]!) === data[at + 1];
    for (let word = 0; word < 4; word++) {
      if ((words[from + word]! & data[at + word]!) !== data[at + 4 + word]) return false;
    }
    return true;
  }
}

/** Whether the scan has to find the address elsewhere; what a host name stands for is not scanned. */
function negates(rule: Rule, side: 'source' | 'destination'): boolean {
  return rule.bound.header[side]?.negated === true && rule[side]?.host === undefined;
}

/** A walk over the rules of one scan that may match one packet, in order. */
export class Cursor {
  readonly scan: HeaderScan;
  readonly input: ScanInput;
  private readonly byValue: readonly number[];
  private readonly others: readonly number[];
  private valueAt = 0;
  private otherAt = 0;

  constructor(scan: HeaderScan, input: ScanInput) {
    this.scan = scan;
    this.input = input;
    const { groups, others } = scan.candidates(input);
    this.byValue = foundByValue(groups, input);
    this.others = others;
  }

  /** The first rule from `start` on of which all scanned parts hold; -1 when there is none. `start` never goes back. */
  next(start: number): number {
    const { byValue, others, scan, input } = this;
    for (;;) {
      const value = this.valueAt < byValue.length ? byValue[this.valueAt]! : BEHIND;
      const other = this.otherAt < others.length ? others[this.otherAt]! : BEHIND;
      const candidate = value < other ? value : other;
      if (candidate === BEHIND) return -1;
      if (candidate >= start && scan.agrees(candidate, input) && (candidate === other || scan.wants(candidate, input))) return candidate;
      if (value < other) this.valueAt++;
      else this.otherAt++;
    }
  }
}

/** Behind every rule: a small integer, which is compared faster than infinity. */
const BEHIND = 0x3fffffff;

/** The addresses' words where a scan compares them one by one. */
export function scannedWords(source: Address, destination: Address): Int32Array | undefined {
  return typeof source === 'bigint' ? Int32Array.from([...split(source), ...split(destination)]) : undefined;
}

/** Packets of the same protocol and TCP flags are of one kind where the rules of a program say the same of their interfaces. */
export function kindOf(protocol: number, tcpFlags: number, interfaces: InterfacePair): number {
  return (interfaces.id * 256 + tcpFlags) * 256 + protocol;
}
