import type { Rule } from '../../ruleset/model.ts';
import type { Steps } from '../../steps.ts';
import { wordsOf } from '../address.ts';
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
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Words of IPv6 addresses: of the source, then of the destination. */
  readonly words: Int32Array | undefined;
}

type End = 'source' | 'destination';
type Port = 'sourcePort' | 'destinationPort';

/** Something that a rule asks for exactly: a port, or an address under a mask. */
type Feature = { readonly field: Port; readonly mask: undefined; readonly value: number } | { readonly field: End; readonly mask: Address; readonly value: Address };

/** Rules that ask for one field under one mask, found by a number that is equal for equal values. */
export class Group {
  private readonly field: End | Port;
  private readonly mask: readonly number[];
  private readonly keys: readonly number[];
  /** Indexes of the rules of each key, ascending. */
  readonly lists: readonly (readonly number[])[];
  /** Places in `keys`, from 1, at the key's hash or behind; of a size that is a power of two, half of it free. A Map takes five times as long. */
  private readonly slots: Int32Array;

  constructor({ field, mask }: Feature, rules: ReadonlyMap<number, readonly number[]>) {
    this.field = field;
    this.mask = mask === undefined ? [] : split(mask);
    this.keys = [...rules.keys()];
    this.lists = [...rules.values()];
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * rules.size)));
    for (const [index, key] of this.keys.entries()) {
      let at = hashOf(key) & (this.slots.length - 1);
      while (this.slots[at] !== 0) at = (at + 1) & (this.slots.length - 1);
      this.slots[at] = index + 1;
    }
  }

  /** Indexes of the rules that may want what the packet has. */
  find(looked: Looked): readonly number[] | undefined {
    const { keys, slots } = this;
    const key = this.keyOf(looked);
    const last = slots.length - 1;
    for (let at = hashOf(key) & last; ; at = (at + 1) & last) {
      const place = slots[at]!;
      if (place === 0) return undefined;
      if (keys[place - 1] === key) return this.lists[place - 1];
    }
  }

  private keyOf({ source, destination, sourcePort, destinationPort, words }: Looked): number {
    switch (this.field) {
      case 'sourcePort': return sourcePort;
      case 'destinationPort': return destinationPort;
      case 'source': return words === undefined ? (source as number) & this.mask[0]! : mixed(words, 0, this.mask);
      case 'destination': return words === undefined ? (destination as number) & this.mask[0]! : mixed(words, 4, this.mask);
    }
  }
}

/** Spreads neighbours, and addresses that differ in their upper parts alone. */
const hashOf = (key: number): number => (Math.imul(key, 0x9e3779b1) >>> 15) ^ key;

/** The masked words of an IPv6 address as one number, which others may have as well. */
function mixed(words: Int32Array, from: number, mask: readonly number[]): number {
  let key = 0;
  for (let word = 0; word < 4; word++) key = Math.imul(key ^ (words[from + word]! & mask[word]!), 0x9e3779b1) | 0;
  return key;
}

/** The words of an address, as numbers with a sign. */
export const split = (address: Address): readonly number[] => (typeof address === 'bigint' ? wordsOf(address) : [address | 0]);

/** A lookup costs about as much as comparing this many rules. */
const WORTH_A_LOOKUP = 4;

/** The rules of a chain that some packets may match: those to be found by value, and all others, ascending. */
export interface Candidates {
  readonly groups: readonly Group[];
  readonly others: readonly number[];
}

/** Sorts the rules of a chain by how they are found, in small steps: those that ask for an exact port or a prefix by its value. */
export function* indexed(rules: readonly IndexedRule[]): Steps<Candidates> {
  const groups = (yield* grouped(rules)).filter((group) => size(group) >= WORTH_A_LOOKUP);
  const found = new Set(groups.flatMap(({ lists }) => lists.flat()));
  return { groups, others: rules.flatMap((_, index) => (found.has(index) ? [] : [index])) };
}

/** Those of them that `fits` holds for; groups stay whole where any of theirs does. */
export function narrowed({ groups, others }: Candidates, fits: (index: number) => boolean): Candidates {
  return { groups: groups.filter(({ lists }) => lists.some((list) => list.some(fits))), others: others.filter(fits) };
}

/** Indexes of the rules found by value, ascending. */
export function foundByValue(groups: readonly Group[], looked: Looked): readonly number[] {
  let first: readonly number[] | undefined;
  let all: number[] | undefined;
  for (const group of groups) {
    const hit = group.find(looked);
    if (hit === undefined) continue;
    if (first === undefined) first = hit;
    else (all ??= [...first]).push(...hit);
  }
  return all?.sort((a, b) => a - b) ?? first ?? NONE;
}

const NONE: readonly number[] = [];

const size = ({ lists }: Group): number => lists.reduce((sum, list) => sum + list.length, 0);

/** So many rules are looked at in one step. */
const AT_ONCE = 512;

/** Puts each rule under the rarest thing that it asks for. */
function* grouped(rules: readonly IndexedRule[]): Steps<Group[]> {
  const kinds = new Kinds();
  const features: (readonly Feature[])[] = [];
  for (const [index, rule] of rules.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
    const own = featuresOf(rule);
    features.push(own);
    for (const feature of own) kinds.of(feature).count(feature.value);
  }
  for (const [index, own] of features.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
    let rarest: Feature | undefined;
    for (const each of own) if (rarest === undefined || kinds.of(each).rules(each.value) < kinds.of(rarest).rules(rarest.value)) rarest = each;
    if (rarest !== undefined) kinds.of(rarest).put(keyOf(rarest), index);
  }
  return kinds.groups();
}

/** What rules ask for in one field under one mask: how many ask for each value, and those that are found by it. */
class Kind {
  private readonly feature: Feature;
  private readonly counts = new Map<Address, number>();
  private readonly found = new Map<number, number[]>();

  constructor(feature: Feature) {
    this.feature = feature;
  }

  count(value: Address): void {
    this.counts.set(value, this.rules(value) + 1);
  }

  /** How many rules ask for the value. */
  rules(value: Address): number {
    return this.counts.get(value) ?? 0;
  }

  put(key: number, index: number): void {
    const list = this.found.get(key);
    if (list === undefined) this.found.set(key, [index]);
    else list.push(index);
  }

  group(): readonly Group[] {
    return this.found.size === 0 ? [] : [new Group(this.feature, this.found)];
  }
}

class Kinds {
  private readonly byMask: Readonly<Record<End | Port, Map<Address | undefined, Kind>>> = { source: new Map(), destination: new Map(), sourcePort: new Map(), destinationPort: new Map() };

  of(feature: Feature): Kind {
    const kinds = this.byMask[feature.field];
    let kind = kinds.get(feature.mask);
    if (kind === undefined) kinds.set(feature.mask, kind = new Kind(feature));
    return kind;
  }

  groups(): Group[] {
    return Object.values(this.byMask).flatMap((kinds) => [...kinds.values()]).flatMap((kind) => kind.group());
  }
}

function featuresOf({ rule, quick }: IndexedRule): Feature[] {
  const ports = quick.flatMap(({ quick: asked }): Feature[] => (
    asked !== undefined && asked.field !== 'tcpFlags' && asked.from === asked.to ? [{ field: asked.field, mask: undefined, value: asked.from }] : []));
  const ends = (['source', 'destination'] as const).flatMap((field): Feature[] => {
    const masked = rule[field];
    if (masked === undefined || masked.host !== undefined || rule.bound.header[field]?.negated === true || masked.mask === 0 || masked.mask === 0n) return [];
    return [{ field, mask: masked.mask, value: under(masked.address, masked.mask) }];
  });
  return [...ports, ...ends];
}

const under = (address: Address, mask: Address): Address => (typeof address === 'bigint' ? address & (mask as bigint) : address & (mask as number));

function keyOf({ value, mask }: Feature): number {
  return typeof value === 'bigint' ? mixed(Int32Array.from(wordsOf(value)), 0, split(mask!)) : value;
}
