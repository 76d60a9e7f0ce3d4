import type { Address, ConntrackState } from '../engine/packet.ts';
import type { Family, Hook } from '../netfilter.ts';
import { Diagrams, EVERY, NONE, type PacketSet } from './diagram.ts';
import { HOOK_NUMBERS, layOut, SEEN, STATES, type Field, type FieldName } from './fields.ts';
import { InterfaceNames } from './interface-names.ts';

/** What the answer to a question depends on: which ruleset it is, the same for all packets; or of a packet nothing that rules rewrite, its addresses, or anything. */
export type Dependence = 'ruleset' | 'nothing' | 'addresses' | 'anything';

/**
 * The packets of one family as rules can tell them apart: sets over every field that a match can decide, and over the
 * answers to questions that no field decides (`question`).
 */
export class PacketSpace extends Diagrams {
  readonly family: Family;
  readonly names: InterfaceNames;
  readonly fields: Readonly<Record<FieldName, Field>>;
  /** The level of the first question's variable. */
  readonly firstQuestion: number;
  private readonly questionLevels = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly dependences: Dependence[] = [];
  /** Whether a question was asked whose answer tells rulesets apart. */
  tellsRulesetsApart = false;
  private readonly interfaceSets = new Map<string, PacketSet>();

  /** `patterns` are all interface names and prefixes that rules ask for; `expected` is about how many nodes their sets take. */
  constructor(family: Family, patterns: Iterable<string>, expected = 0) {
    super(expected);
    this.family = family;
    this.names = new InterfaceNames(patterns);
    this.fields = layOut(family, this.names.classes.length);
    const { level, bits } = this.fields.gid;
    this.firstQuestion = level + bits;
  }

  /** How many variables there are so far. */
  get variables(): number {
    return this.firstQuestion + this.questionLevels.size;
  }

  /** The questions asked so far, in the order of their variables. */
  get questions(): readonly string[] {
    return this.texts;
  }

  /** What the answer to the question at a level depends on. */
  dependenceAt(level: number): Dependence {
    return this.dependences[level - this.firstQuestion]!;
  }

  /** Packets whose field agrees with `value` in the bits of `mask`; none where the value has bits outside it. */
  equals(name: FieldName, value: Address, mask?: Address): PacketSet {
    const { level, bits } = this.fields[name];
    if (mask !== undefined && hasBitsOutside(value, mask)) return NONE;
    let set: PacketSet = EVERY;
    for (let bit = 0; bit < bits; bit++) {
      if (mask !== undefined && !bitOf(mask, bit)) continue;
      const at = level + bits - 1 - bit;
      set = bitOf(value, bit) ? this.node(at, NONE, set) : this.node(at, set, NONE);
    }
    return set;
  }

  /** Packets whose field lies between both ends, which count; none where `from` is above `to`. */
  range(name: FieldName, from: Address, to: Address): PacketSet {
    if (from > to) return NONE;
    if (from === to) return this.equals(name, from);
    return this.intersection(this.bounded(name, from, true), this.bounded(name, to, false));
  }

  /** Packets whose field is at least (or at most) the bound. */
  private bounded(name: FieldName, bound: Address, least: boolean): PacketSet {
    const { level, bits } = this.fields[name];
    let set: PacketSet = EVERY;
    for (let bit = 0; bit < bits; bit++) {
      const at = level + bits - 1 - bit;
      const one = bitOf(bound, bit);
      if (least) set = one ? this.node(at, NONE, set) : this.node(at, set, EVERY);
      else set = one ? this.node(at, EVERY, set) : this.node(at, set, NONE);
    }
    return set;
  }

  /** Packets whose field has one of the values. */
  oneOf(name: FieldName, values: Iterable<number>): PacketSet {
    let set: PacketSet = NONE;
    for (const value of values) set = this.union(set, this.equals(name, value));
    return set;
  }

  /** Packets that are no later fragments, and fragments of which rules can see this nevertheless. */
  wholeOrSeen(what: keyof typeof SEEN): PacketSet {
    return this.union(this.equals('fragment', 0), this.equals('seen', SEEN[what], SEEN[what]));
  }

  /** Packets at one of the hooks. */
  atHooks(hooks: Iterable<Hook>): PacketSet {
    return this.oneOf('hook', [...hooks].map((hook) => HOOK_NUMBERS[hook]));
  }

  /** Packets that conntrack gives one of the states. */
  inStates(states: Iterable<ConntrackState>): PacketSet {
    return this.oneOf('state', [...states].map((state) => STATES.indexOf(state)));
  }

  /** Packets whose incoming or outgoing interface the pattern fits; `+` fits also packets that have none. */
  interface(side: 'in' | 'out', pattern: string): PacketSet {
    const key = `${side} ${pattern}`;
    const known = this.interfaceSets.get(key);
    if (known !== undefined) return known;
    const set = this.oneOf(side, this.names.fitting(pattern));
    if (!this.forgets) this.interfaceSets.set(key, set);
    return set;
  }

  /** Packets that came in an Ethernet frame: none by loopback or from a local process, and of other interfaces it is not known. */
  framed(): PacketSet {
    const frameless = this.union(this.interface('in', 'lo'), this.equals('in', 0));
    return this.difference(this.question('the packet came in an Ethernet frame', 'nothing'), frameless);
  }

  /**
   * Packets of which the answer to the question is yes. Equal questions have equal answers, so a question must be about
   * the packet as it is, not about the moment; it says nothing of what any other question or field has to do with it.
   * `dependence`: what has to change for another answer; `name` tells questions apart that are put in the same words.
   */
  question(text: string, dependence: Dependence = 'anything', name = text): PacketSet {
    let level = this.questionLevels.get(name);
    if (level === undefined) {
      this.questionLevels.set(name, level = this.firstQuestion + this.questionLevels.size);
      this.texts.push(text);
      this.dependences.push(dependence);
      this.tellsRulesetsApart ||= dependence === 'ruleset';
    }
    return this.node(level, NONE, EVERY);
  }
}

function bitOf(value: Address, bit: number): boolean {
  if (typeof value === 'bigint') return ((value >> BigInt(bit)) & 1n) === 1n;
  return bit < 32 ? ((value >>> bit) & 1) === 1 : Math.floor(value / 2 ** bit) % 2 === 1;
}

function hasBitsOutside(value: Address, mask: Address): boolean {
  if (typeof value === 'bigint') return (value & ~(mask as bigint)) !== 0n;
  return (value & ~(mask as number)) !== 0;
}
