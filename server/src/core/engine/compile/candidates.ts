import type { Rule } from '../../ruleset/model.ts';
import type { Address } from '../packet.ts';
import type { Condition } from '../traversal.ts';

/** A rule as the index sees it. */
export interface IndexedRule {
  readonly rule: Rule;
  readonly quick: readonly Condition[];
}

/** The values by which rules are found. */
export interface Looked {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

type End = 'source' | 'destination';
type Port = 'sourcePort' | 'destinationPort';

/** Something that a rule asks for exactly: a port, or an address under a mask. */
type Feature = { readonly field: Port; readonly key: number } | { readonly field: End; readonly mask: Address; readonly key: Address };

/** Rules that ask for one field under one mask, by the value that they want. */
interface Group {
  readonly feature: Feature;
  readonly rules: Map<Address, number[]>;
}

/** A lookup costs about as much as comparing this many rules. */
const WORTH_A_LOOKUP = 4;

/**
 * Finds the rules of a chain that may match a packet without looking at each: rules that ask for an exact port or a
 * prefix are kept by its value, all others by protocol. What it finds still has to be compared.
 */
export class CandidateIndex {
  private readonly groups: readonly Group[];
  private readonly others: readonly { readonly index: number; readonly protocol: number | undefined }[];
  /** By protocol number, filled in as packets come. */
  private readonly othersOf: (readonly number[] | undefined)[] = [];

  constructor(rules: readonly IndexedRule[]) {
    const groups = grouped(rules);
    const kept = new Map([...groups].filter(([, group]) => size(group) >= WORTH_A_LOOKUP));
    const found = new Set([...kept.values()].flatMap((group) => [...group.rules.values()].flat()));
    this.groups = [...kept.values()];
    this.others = rules.flatMap(({ rule }, index) => (found.has(index) ? [] : [{ index, protocol: plainProtocol(rule) }]));
  }

  /** Indexes of the rules found by value, ascending. */
  byValue(looked: Looked): readonly number[] {
    let first: readonly number[] | undefined;
    let all: number[] | undefined;
    for (const { feature, rules } of this.groups) {
      const hit = rules.get(keyOf(feature, looked));
      if (hit === undefined) continue;
      if (first === undefined) first = hit;
      else (all ??= [...first]).push(...hit);
    }
    return all?.sort((a, b) => a - b) ?? first ?? NONE;
  }

  /** Indexes of the rules that a packet of the protocol has to be compared with one by one, ascending. */
  byProtocol(protocol: number): readonly number[] {
    let rules = this.othersOf[protocol];
    if (rules === undefined) {
      rules = this.others.filter((other) => other.protocol === undefined || other.protocol === protocol).map(({ index }) => index);
      this.othersOf[protocol] = rules;
    }
    return rules;
  }
}

const NONE: readonly number[] = [];

const size = ({ rules }: Group): number => [...rules.values()].reduce((sum, list) => sum + list.length, 0);

function plainProtocol({ bound }: Rule): number | undefined {
  const { protocol } = bound.header;
  return protocol === undefined || protocol.negated || protocol.value === 0 ? undefined : protocol.value;
}

/** Puts each rule under the rarest thing that it asks for. */
function grouped(rules: readonly IndexedRule[]): Map<string, Group> {
  const features = rules.map(featuresOf);
  const frequency = new Map<string, number>();
  for (const feature of features.flat()) frequency.set(valueId(feature), (frequency.get(valueId(feature)) ?? 0) + 1);
  const groups = new Map<string, Group>();
  for (const [index, candidates] of features.entries()) {
    const [rarest] = [...candidates].sort((a, b) => frequency.get(valueId(a))! - frequency.get(valueId(b))!);
    if (rarest === undefined) continue;
    const id = groupId(rarest);
    let group = groups.get(id);
    if (group === undefined) groups.set(id, group = { feature: rarest, rules: new Map() });
    const list = group.rules.get(rarest.key);
    if (list === undefined) group.rules.set(rarest.key, [index]);
    else list.push(index);
  }
  return groups;
}

const groupId = (feature: Feature): string => ('mask' in feature ? `${feature.field}/${feature.mask}` : feature.field);
const valueId = (feature: Feature): string => `${groupId(feature)}=${feature.key}`;

function featuresOf({ rule, quick }: IndexedRule): Feature[] {
  const ports = quick.flatMap(({ quick: asked }): Feature[] => (asked !== undefined && asked.field !== 'tcpFlags' && asked.from === asked.to ? [{ field: asked.field, key: asked.from }] : []));
  const ends = (['source', 'destination'] as const).flatMap((field): Feature[] => {
    const masked = rule[field];
    if (masked === undefined || masked.host !== undefined || rule.bound.header[field]?.negated === true || masked.mask === 0 || masked.mask === 0n) return [];
    return [{ field, mask: masked.mask, key: under(masked.address, masked.mask) }];
  });
  return [...ports, ...ends];
}

function under(address: Address, mask: Address): Address {
  return typeof address === 'bigint' ? address & (mask as bigint) : (address & (mask as number)) >>> 0;
}

function keyOf(feature: Feature, looked: Looked): Address {
  return 'mask' in feature ? under(looked[feature.field], feature.mask) : looked[feature.field];
}
