import { isLaterFragment, type Address, type Packet } from '../../engine/packet.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import { UNKNOWN_WORD, type PartialWord } from './partial-word.ts';

/** A packet as matches see it that read bytes: what is known of its headers, from the IP header on. */
export interface PacketBytes {
  /** Length in bytes; undefined when it is open. */
  readonly length: number | undefined;
  /** The least that it has: its IP header. */
  readonly least: number;
  /** Bytes `from` … `from + size - 1` as one number, size 1 … 4; what is not known of them is open. */
  read(from: number, size: number): PartialWord;
}

const DCCP = 33;

/** Collects header fields: for each byte its value and the bits of it that are known. */
class Image {
  private readonly values: number[] = [];
  private readonly known: number[] = [];

  /** Writes a number of `size` bytes, highest byte first; nothing where it is open. */
  number(at: number, size: number, value: number | undefined): void {
    if (value === undefined) return;
    for (let index = 0; index < size; index++) this.bits(at + index, Math.floor(value / 256 ** (size - 1 - index)) & 0xff, 0xff);
  }

  bits(at: number, value: number, known: number): void {
    this.values[at] = value;
    this.known[at] = known;
  }

  address(at: number, address: Address | undefined): void {
    if (typeof address === 'number') this.number(at, 4, address);
    else if (address !== undefined) for (let index = 0; index < 16; index++) this.bits(at + index, Number((address >> BigInt(120 - 8 * index)) & 0xffn), 0xff);
  }

  read(from: number, size: number): PartialWord {
    let { value, known } = UNKNOWN_WORD;
    for (let index = 0; index < 4; index++) {
      const at = from + index - (4 - size);
      // Bytes in front of those that are read are 0.
      const inside = at >= from;
      value = value * 256 + (inside ? this.values[at] ?? 0 : 0);
      known = known * 256 + (inside ? this.known[at] ?? 0 : 0xff);
    }
    return { value: (value & known) >>> 0, known };
  }
}

/** The bytes of a packet's headers, as far as no options or extension headers lie before them. */
export function bytesOf(packet: Packet): PacketBytes {
  const image = new Image();
  const isIPv4 = packet.family === 'ipv4';
  const { end, isWhole } = (isIPv4 ? ipv4Header : ipv6Header)(image, packet);
  if (isWhole && !isLaterFragment(packet)) transportHeader(image, packet, end);
  return { length: packet.length, least: end, read: (from, size) => image.read(from, size) };
}

/** Where the protocol's header begins, and whether that is all that lies in front of it. */
interface HeaderEnd {
  readonly end: number;
  readonly isWhole: boolean;
}

/** Of options it is known only that there are four bytes or more. */
function ipv4Header(image: Image, packet: Packet): HeaderEnd {
  const { hasOptions } = packet;
  const offset = (packet.fragmentOffset ?? 0) / 8;
  if (hasOptions) image.bits(0, 0x40, 0xf0);
  else image.number(0, 1, 0x45);
  image.number(1, 1, packet.tos);
  image.number(2, 2, packet.length);
  // "Don't fragment" and the reserved bit are open.
  image.bits(6, (packet.moreFragments ? 0x20 : 0) | (offset >> 8), 0x3f);
  image.number(7, 1, offset & 0xff);
  image.number(8, 1, packet.ttl);
  image.number(9, 1, packet.protocol);
  image.address(12, packet.source);
  image.address(16, packet.destination);
  return { end: hasOptions ? 24 : 20, isWhole: !hasOptions };
}

const FRAGMENT_HEADER = 44;

/** Where the protocol's header begins; of packets with extension headers, whose lengths are open, only that it is behind the first byte of these. */
function ipv6Header(image: Image, packet: Packet): HeaderEnd {
  const { tos, length, protocol, moreFragments, headers } = packet;
  const isFragment = moreFragments || isLaterFragment(packet);
  image.bits(0, 0x60 | ((tos ?? 0) >> 4), tos === undefined ? 0xf0 : 0xff);
  if (tos !== undefined) image.bits(1, (tos & 0xf) << 4, 0xf0);
  image.number(4, 2, length === undefined ? undefined : length - 40);
  const [first, second] = [...headers, isFragment ? FRAGMENT_HEADER : protocol];
  image.number(6, 1, first);
  image.number(7, 1, packet.ttl);
  image.address(8, packet.source);
  image.address(24, packet.destination);
  if (headers.length > 0) {
    image.number(40, 1, second);
    return { end: 48, isWhole: false };
  }
  if (!isFragment) return { end: 40, isWhole: true };
  image.number(40, 1, protocol);
  image.number(42, 2, (packet.fragmentOffset ?? 0) | (moreFragments ? 1 : 0));
  return { end: 48, isWhole: true };
}

function transportHeader(image: Image, packet: Packet, at: number): void {
  const { protocol, length, moreFragments } = packet;
  switch (protocol) {
    case PROTOCOL.icmp: case PROTOCOL.icmpv6:
      image.number(at, 1, packet.icmpType);
      image.number(at + 1, 1, packet.icmpCode);
      image.number(at + 4, 2, packet.icmpId);
      break;
    case PROTOCOL.tcp: case PROTOCOL.udp: case PROTOCOL.udplite: case PROTOCOL.sctp: case DCCP:
      image.number(at, 2, packet.sourcePort);
      image.number(at + 2, 2, packet.destinationPort);
      if (protocol === PROTOCOL.tcp) image.number(at + 13, 1, packet.tcpFlags);
      if (protocol === PROTOCOL.udp && length !== undefined && !moreFragments) image.number(at + 4, 2, length - at);
      break;
    case PROTOCOL.esp: image.number(at, 4, packet.spi); break;
    case PROTOCOL.ah: image.number(at + 4, 4, packet.spi); break;
    default:
  }
}
