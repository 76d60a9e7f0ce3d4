import { makePacket, TCP_FLAGS, type Packet } from '../server/src/core/engine/packet.ts';
import { random } from './ruleset.ts';

/** TCP and UDP packets, two thirds of them new connections from all over, the rest of connections that are open. */
export function traffic(count: number, seed: number): Packet[] {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const packets: Packet[] = [];
  for (let index = 0; index < count; index++) {
    const earlier = index > 0 && below(3) === 0 ? packets[below(index)]! : undefined;
    packets.push(earlier === undefined ? makePacket({
      family: 'ipv4', path: 'in', in: 'eth0', protocol: below(4) === 0 ? 17 : 6, source: (1 + below(222)) * 0x1000000 + below(0x1000000), destination: 0x0a000001,
      sourcePort: 1024 + below(60000), destinationPort: below(2) === 0 ? 443 : below(65536), tcpFlags: TCP_FLAGS.SYN, mark: 0, tos: 0, ttl: 64, length: 60, uid: 0, gid: 0,
    }) : { ...earlier, tcpFlags: TCP_FLAGS.ACK });
  }
  return packets;
}
