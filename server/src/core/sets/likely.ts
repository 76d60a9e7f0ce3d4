import { PROTOCOL } from '../engine/protocols.ts';
import { TCP_FLAGS } from '../engine/packet.ts';
import type { FieldName } from './fields.ts';
import type { PacketSpace } from './space.ts';

/** What no rule asks for in passing: rules about single values let it through. */
const DRAWN: readonly FieldName[] = ['destinationPort', 'sourcePort', 'destination', 'source', 'mac'];
const USUAL: readonly (readonly [FieldName, number])[] = [['protocol', PROTOCOL.tcp], ['tcpFlags', TCP_FLAGS.SYN], ['ttl', 64], ['length', 60], ['socket', 1]];

/** Makes packets that few rules are about: of an ordinary kind, with addresses and ports drawn by lot, always the same ones. */
export class LikelyPackets {
  private readonly space: PacketSpace;
  private usual: Uint8Array = new Uint8Array(0);
  private state = 0x2545f491;

  constructor(space: PacketSpace) {
    this.space = space;
  }

  /** The bits of one more packet. */
  next(): Uint8Array {
    if (this.usual.length !== this.space.variables) this.usual = usualBits(this.space);
    const bits = this.usual.slice();
    for (const name of DRAWN) {
      const { level, bits: width } = this.space.fields[name];
      let word = 0;
      for (let bit = 0; bit < width; bit++) {
        if (bit % 16 === 0) word = this.draw();
        bits[level + bit] = (word >>> (bit % 16)) & 1;
      }
    }
    return bits;
  }

  /** Xorshift. */
  private draw(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state >>> 8;
  }
}

function usualBits(space: PacketSpace): Uint8Array {
  const bits = new Uint8Array(space.variables);
  // The last interface is one that few rules name.
  const other = space.names.classes.length - 1;
  for (const [name, value] of [...USUAL, ['in', other], ['out', other]] as const) {
    const { level, bits: width } = space.fields[name];
    for (let bit = 0; bit < width; bit++) bits[level + width - 1 - bit] = (value >> bit) & 1;
  }
  return bits;
}
