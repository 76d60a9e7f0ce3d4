import { PROTOCOL } from '../engine/protocols.ts';
import { TCP_FLAGS } from '../engine/packet.ts';
import { STATES, type FieldName } from './fields.ts';
import type { PacketSpace } from './space.ts';

/** What no rule asks for in passing: rules about single values let it through. */
const DRAWN: readonly FieldName[] = ['destinationPort', 'sourcePort', 'destination', 'source', 'mac'];
type Values = readonly (readonly [FieldName, number])[];
const USUAL: Values = [['protocol', PROTOCOL.tcp], ['ttl', 64], ['length', 60], ['socket', 1]];
/** What few rules stop, as most are about connections that are new or known; and by turns a new one. */
const STATED: readonly Values[] = [[['state', STATES.indexOf('UNTRACKED')], ['tcpFlags', TCP_FLAGS.ACK]], [['state', STATES.indexOf('NEW')], ['tcpFlags', TCP_FLAGS.SYN]]];

/** So many packets are drawn, then the first comes again. */
const MANY = 64;

/** Packets that few rules are about: of a kind that is let through, with addresses and ports drawn by lot, always the same ones. */
export class LikelyPackets {
  private readonly space: PacketSpace;
  private packets: readonly Uint8Array[] = [];
  private shown = new Uint8Array();

  constructor(space: PacketSpace) {
    this.space = space;
  }

  /** The bits of the packet with this number, from 0, in an array that the next one takes the place of. */
  bits(number: number): Uint8Array {
    const { variables } = this.space;
    if (this.shown.length !== variables) {
      this.packets = drawn(this.space);
      this.shown = new Uint8Array(variables);
    }
    this.shown.set(this.packets[number % MANY]!);
    return this.shown;
  }
}

function drawn(space: PacketSpace): readonly Uint8Array[] {
  const lots = xorshift(0x2545f491);
  return Array.from({ length: MANY }, (_, number) => {
    const bits = usualBits(space, STATED[number % STATED.length]!);
    for (const name of DRAWN) {
      const { level, bits: width } = space.fields[name];
      let word = 0;
      for (let bit = 0; bit < width; bit++) {
        if (bit % 16 === 0) word = lots.next().value;
        bits[level + bit] = (word >>> (bit % 16)) & 1;
      }
    }
    return bits;
  });
}

function* xorshift(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 8;
  }
}

function usualBits(space: PacketSpace, stated: Values): Uint8Array {
  const bits = new Uint8Array(space.variables);
  // The last interface is one that few rules name.
  const other = space.names.classes.length - 1;
  for (const [name, value] of [...USUAL, ...stated, ['in', other], ['out', other]] as const) {
    const { level, bits: width } = space.fields[name];
    for (let bit = 0; bit < width; bit++) bits[level + width - 1 - bit] = (value >> bit) & 1;
  }
  return bits;
}
