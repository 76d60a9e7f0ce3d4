import type { OraclePacket, Side } from './protocol.ts';

/** Where each side begins: a SYN has this number, and all else, which carries no data, the next. */
const FIRST: Readonly<Record<Side, number>> = { client: 1000, server: 500000 };

/** Numbers for a segment of one side, which is never out of its window however the connection stands. */
function numbers(side: Side, flags: string): { readonly seq: number; readonly ack: number } {
  const seq = FIRST[side] + (flags.includes('SYN') ? 0 : 1);
  return { seq, ack: flags.includes('ACK') ? FIRST[other(side)] + 1 : 0 };
}

const other = (side: Side): Side => (side === 'client' ? 'server' : 'client');

/** Whose side the ends of connections are on: where both open one to the other, the numbers of each have to fit all the same. */
export class Ends {
  private readonly sides = new Map<string, Side>();

  /** The side of who sends from here to there: what it was before, else `side`. */
  sideOf({ src, sport, dst, dport }: Pick<OraclePacket, 'src' | 'sport' | 'dst' | 'dport'>, side: Side): Side {
    const known = this.sides.get(`${src} ${sport} ${dst} ${dport}`);
    if (known !== undefined) return known;
    this.sides.set(`${dst} ${dport} ${src} ${sport}`, other(side));
    this.sides.set(`${src} ${sport} ${dst} ${dport}`, side);
    return side;
  }
}

/** The packets with sequence numbers for those that belong to a TCP stream. */
export function sequenced(packets: readonly OraclePacket[]): OraclePacket[] {
  return packets.map((packet) => (packet.side === undefined ? packet : { ...packet, ...numbers(packet.side, packet.flags ?? 'SYN') }));
}
