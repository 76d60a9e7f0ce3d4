import type { OraclePacket, Side } from './protocol.ts';

/** Where each side begins: a SYN has this number, and all else, which carries no data, the next. */
const FIRST: Readonly<Record<Side, number>> = { client: 1000, server: 500000 };

/** Numbers for a segment of one side, which is never out of its window however the connection stands. */
function numbers(side: Side, flags: string): { readonly seq: number; readonly ack: number } {
  const seq = FIRST[side] + (flags.includes('SYN') ? 0 : 1);
  return { seq, ack: flags.includes('ACK') ? FIRST[side === 'client' ? 'server' : 'client'] + 1 : 0 };
}

/** The packets with sequence numbers for those that belong to a TCP stream. */
export function sequenced(packets: readonly OraclePacket[]): OraclePacket[] {
  return packets.map((packet) => (packet.side === undefined ? packet : { ...packet, ...numbers(packet.side, packet.flags ?? 'SYN') }));
}
