import { makePacket, type Address, type Packet, type Path } from '../engine/packet.ts';
import { PROTOCOL } from '../engine/protocols.ts';
import { EVERY, NONE, type PacketSet } from './diagram.ts';
import { HOOK_NUMBERS, STATES, type FieldName } from './fields.ts';
import type { PacketSpace } from './space.ts';

/** One packet of a set, and the answers to the questions that no field decides and that its being in the set depends on. */
export interface Witness {
  readonly packet: Packet;
  readonly answers: readonly { readonly question: string; readonly holds: boolean }[];
  /** The value of each variable. */
  readonly bits: Uint8Array;
}

/** Protocols whose packets have ports. */
const WITH_PORTS: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.dccp, PROTOCOL.udplite];

/** Values that a reader expects, in the order of preference; documentation addresses before others. */
const USUAL: readonly (readonly [FieldName, Readonly<Record<'ipv4' | 'ipv6', readonly Address[]>>])[] = [
  both('fragment', 0), both('protocol', PROTOCOL.tcp, PROTOCOL.udp), ['protocol', { ipv4: [PROTOCOL.icmp], ipv6: [PROTOCOL.icmpv6] }], both('state', 0, 1),
  both('tcpFlags', 2, 16), both('icmpType', 8), both('icmpCode', 0), both('destinationPort', 22, 80, 443, 50000), both('sourcePort', 40000, 50000, 1024),
  ['source', { ipv4: [0xcb007109, 0xc6336409, 0x0a000009], ipv6: [(0x20010db8n << 96n) | 9n] }],
  ['destination', { ipv4: [0x0a000005, 0xc0000205, 0xcb007105], ipv6: [(0x20010db8n << 96n) | 5n] }],
  both('mark', 0), both('connmark', 0), both('tos', 0), both('ttl', 64), both('length', 60), ['mac', { ipv4: [0x525400000001n], ipv6: [0x525400000001n] }],
  both('socket', 1), both('uid', 1000), both('gid', 1000),
];

function both(field: FieldName, ...values: readonly number[]): readonly [FieldName, Readonly<Record<'ipv4' | 'ipv6', readonly number[]>>] {
  return [field, { ipv4: values, ipv6: values }];
}

/** A packet of the set, as ordinary as the set allows; undefined when there is none. */
export function witness(space: PacketSpace, set: PacketSet): Witness | undefined {
  if (set === NONE) return undefined;
  // What stays on the host is a special case to most readers, and to the kernel.
  let left = set;
  for (const side of ['in', 'out'] as const) {
    const elsewhere = space.difference(left, space.interface(side, 'lo'));
    if (elsewhere !== NONE) left = elsewhere;
  }
  for (const [field, values] of USUAL) {
    for (const value of values[space.family]) {
      const narrowed = space.intersection(left, space.equals(field, value));
      if (narrowed === NONE) continue;
      left = narrowed;
      break;
    }
  }
  const bits = pick(space, left);
  const asked = levelsOf(space, set);
  const answers = space.questions.flatMap((question, index) => {
    const level = space.firstQuestion + index;
    return asked.has(level) ? [{ question, holds: bits[level] === 1 }] : [];
  });
  return { packet: packetOf(space, bits), answers, bits };
}

/** The variables of one packet of a set that is not empty; those that do not matter are 0. */
export function pick(space: PacketSpace, set: PacketSet): Uint8Array {
  const bits = new Uint8Array(space.variables);
  for (let at = set; at > 1;) {
    const low = space.low(at);
    if (low === NONE) bits[space.level(at)] = 1;
    at = low === NONE ? space.high(at) : low;
  }
  return bits;
}

/** The packets that agree with these bits in every field but the variables that are open, whatever the answers to questions. */
export function alike(space: PacketSpace, bits: Uint8Array, isOpen: (level: number) => boolean = () => false): PacketSet {
  let set: PacketSet = EVERY;
  for (let level = space.firstQuestion - 1; level >= 0; level--) {
    if (!isOpen(level)) set = bits[level] === 1 ? space.node(level, NONE, set) : space.node(level, set, NONE);
  }
  return set;
}

/** The variables on which it depends whether a packet is in the set. */
function levelsOf(space: PacketSpace, set: PacketSet): ReadonlySet<number> {
  const levels = new Set<number>();
  // A set and its complement depend on the same ones.
  const seen = new Set([set >> 1]);
  for (const node of seen) {
    if (node === 0) continue;
    levels.add(space.level(node << 1));
    seen.add(space.low(node << 1) >> 1).add(space.high(node << 1) >> 1);
  }
  return levels;
}

/** What a field is in a packet given by its variables. */
export function valueOf(space: PacketSpace, bits: Uint8Array, name: FieldName): bigint {
  const { level, bits: width } = space.fields[name];
  let value = 0n;
  for (let bit = 0; bit < width; bit++) value = (value << 1n) | BigInt(bits[level + bit]!);
  return value;
}

/** The packet as the engine takes it; fields that its protocol or path does not have are left out. */
export function packetOf(space: PacketSpace, bits: Uint8Array): Packet {
  const number = (name: FieldName): number => Number(valueOf(space, bits, name));
  const address = (name: FieldName): Address => (space.family === 'ipv4' ? number(name) : valueOf(space, bits, name));
  const name = (side: 'in' | 'out'): string | undefined => space.names.classes[number(side)]?.name || undefined;
  const path = pathOf(number('hook'), name('in'));
  const protocol = number('protocol');
  const isIcmp = protocol === (space.family === 'ipv4' ? PROTOCOL.icmp : PROTOCOL.icmpv6);
  const inside = path === 'out' && number('socket') === 1;
  return makePacket({
    family: space.family, path, in: name('in'), out: name('out'), protocol, source: address('source'), destination: address('destination'),
    ...(WITH_PORTS.includes(protocol) ? { sourcePort: number('sourcePort'), destinationPort: number('destinationPort') } : {}),
    ...(protocol === PROTOCOL.tcp ? { tcpFlags: number('tcpFlags') } : {}),
    ...(isIcmp ? { icmpType: number('icmpType'), icmpCode: number('icmpCode') } : {}),
    ...(number('fragment') === 1 ? { fragmentOffset: 1480 } : {}),
    ...(path !== 'out' && name('in') !== 'lo' ? { mac: macText(valueOf(space, bits, 'mac')) } : {}),
    ...(inside ? { uid: number('uid'), gid: number('gid') } : {}),
    mark: number('mark'), tos: number('tos'), ttl: number('ttl'), length: number('length'), state: STATES[number('state')],
  });
}

function pathOf(hook: number, incoming: string | undefined): Path {
  if (hook === HOOK_NUMBERS.FORWARD) return 'forward';
  if (hook === HOOK_NUMBERS.OUTPUT) return 'out';
  if (hook === HOOK_NUMBERS.POSTROUTING) return incoming === undefined ? 'out' : 'forward';
  return 'in';
}

const macText = (mac: bigint): string => mac.toString(16).padStart(12, '0').replaceAll(/(..)(?=.)/gu, '$1:');
