import type { Family } from '../netfilter.ts';
import { carriesPorts } from '../engine/conntrack/tuple.ts';
import { makePacket, type Packet } from '../engine/packet.ts';
import { PROTOCOL } from '../engine/protocols.ts';
import type { Networks } from '../sets/class.ts';
import { protocol as protocolType, protocolName } from '../values/protocol.ts';
import { nearest } from '../values/spelling.ts';
import { familyOfAddress, readEndpoint, type Endpoint } from './endpoint.ts';
import { errorAt, type NotationError, type Word } from './error.ts';
import { FIELDS, FIELD_PROTOCOLS, impliedPath } from './fields.ts';

export type { NotationError } from './error.ts';

export type ParsedPacket = { readonly ok: true; readonly packet: Packet } | { readonly ok: false; readonly error: NotationError };

/** A class of packets: what is open in `packet` may be anything, addresses within `networks`. */
export interface PacketClass {
  readonly packet: Packet;
  readonly networks: Networks;
}

export type ParsedClass = ({ readonly ok: true } & PacketClass) | { readonly ok: false; readonly error: NotationError };

/**
 * Reads a packet in notation: `PROTOCOL SOURCE -> DESTINATION [FIELD=VALUE …] [# remark]`. Ends and fields that are left
 * out, or are `any`, are open; except that an absent mark, tos, uid or gid is 0, an absent ttl 64, and absent TCP flags
 * are those of the ordinary next packet of the connection (SYN for a new one). The family is told by the addresses, else
 * it is `family`, else ipv4.
 */
export function parsePacket(text: string, family?: Family): ParsedPacket {
  const reader = new Reader(words(text), text.length, family);
  const packet = reader.packet();
  reader.refuseNetworks();
  return reader.error === undefined ? { ok: true, packet: packet! } : { ok: false, error: reader.error };
}

/** Reads a class of packets in the same notation, in which addresses may also be networks: `tcp 192.0.2.0/24 -> any:22`. */
export function parseClass(text: string, family?: Family): ParsedClass {
  const reader = new Reader(words(text), text.length, family);
  const packet = reader.packet();
  return reader.error === undefined ? { ok: true, packet: packet!, networks: reader.networks } : { ok: false, error: reader.error };
}

/** Splits at blanks outside parentheses, up to a remark. */
function words(text: string): Word[] {
  const found: Word[] = [];
  let depth = 0;
  let start = -1;
  for (let index = 0; index <= text.length; index++) {
    const character = text[index] ?? ' ';
    if (/\s/u.test(character) && (depth === 0 || index === text.length)) {
      if (start >= 0) found.push(...ends({ text: text.slice(start, index), offset: start }));
      start = -1;
      continue;
    }
    if (start < 0 && character === '#') break;
    if (start < 0) start = index;
    if (character === '(') depth++;
    if (character === ')') depth--;
  }
  return found;
}

/** The word, cut around an arrow that stands in it without blanks. */
function ends({ text, offset }: Word): Word[] {
  const arrow = text.includes('=') ? -1 : text.indexOf('->');
  if (arrow === -1) return [{ text, offset }];
  const parts = [{ text: text.slice(0, arrow), offset }, { text: '->', offset: offset + arrow }, { text: text.slice(arrow + 2), offset: offset + arrow + 2 }];
  return parts.filter((part) => part.text !== '');
}

/** Reads the words of one packet from left to right; stops at the first error. */
class Reader {
  error: NotationError | undefined;
  networks: Networks = {};
  private network: Word | undefined;
  private readonly words: readonly Word[];
  private readonly end: number;
  private readonly wanted: Family | undefined;
  private next = 0;

  constructor(given: readonly Word[], end: number, family: Family | undefined) {
    this.words = given;
    this.end = end;
    this.wanted = family;
  }

  packet(): Packet | undefined {
    const first = this.words[this.next];
    if (first === undefined) return this.missing('A packet begins with its protocol, such as `tcp 203.0.113.9:40000 -> 192.0.2.1:22 in=eth0`.');
    const protocol = this.protocol(first);
    const ends = this.error === undefined ? this.ends(protocol?.number) : undefined;
    if (this.error !== undefined || ends === undefined) return undefined;
    const family = this.family(first, protocol, ends);
    if (family === undefined) return undefined;
    const packet = makePacket({
      family, path: 'in', pathGiven: false, protocol: adapted(protocol?.number, family),
      source: ends.source.address, destination: ends.destination.address, sourcePort: ends.source.port, destinationPort: ends.destination.port,
      mark: 0, tos: 0, ttl: 64, uid: 0, gid: 0,
    });
    this.networks = {
      ...(ends.source.network === undefined ? {} : { source: ends.source.network }),
      ...(ends.destination.network === undefined ? {} : { destination: ends.destination.network }),
    };
    this.fields(packet);
    return packet;
  }

  /** A packet has one address at each end. */
  refuseNetworks(): void {
    if (this.network !== undefined) this.fail(this.network, `\`${this.network.text}\` is a network, and a packet has one address; write \`any\` where it does not matter.`);
  }

  private missing(message: string): undefined {
    this.error ??= { message, offset: this.end, length: 0 };
  }

  private fail(word: Word, message: string): undefined {
    this.error ??= errorAt(word, message);
  }

  /** The protocol's number and name; undefined when it is left open. */
  private protocol(word: Word): { readonly number: number; readonly name: string } | undefined {
    if (/[=>]|^any:/u.test(word.text) || /^[0-9.]+\.[0-9]+/u.test(word.text)) {
      return this.fail(word, 'A packet begins with its protocol, such as `tcp`, `udp`, `icmp` or a number; `any` leaves it open.');
    }
    this.next++;
    if (word.text === 'any' || word.text === 'all') return undefined;
    const parsed = protocolType.parse(word.text, { family: this.wanted ?? 'ipv4' });
    if (!parsed.ok) return this.fail(word, parsed.message);
    return parsed.value === 0 || parsed.value > 255 ? undefined : { number: parsed.value, name: word.text.toLowerCase() };
  }

  private ends(protocol: number | undefined): { readonly source: Endpoint; readonly destination: Endpoint } | undefined {
    const open: Endpoint = { address: undefined, port: undefined };
    const word = this.words[this.next];
    if (word === undefined || (word.text.includes('=') && word.text !== '->')) return { source: open, destination: open };
    const source = word.text === '->' ? open : this.endpoint(word, protocol);
    if (source === undefined) return undefined;
    if (word.text !== '->') this.next++;
    const arrow = this.words[this.next];
    if (arrow === undefined) return this.missing('`->` and the destination are missing, such as `-> 192.0.2.1:22` or `-> any`.');
    if (arrow.text !== '->') return this.fail(arrow, `\`->\` is expected between source and destination, not \`${arrow.text}\`.`);
    this.next++;
    const target = this.words[this.next];
    if (target === undefined || target.text.includes('=')) return { source, destination: open };
    const destination = this.endpoint(target, protocol);
    this.next++;
    return destination && { source, destination };
  }

  private endpoint(word: Word, protocol: number | undefined): Endpoint | undefined {
    const parsed = readEndpoint(word.text, protocol);
    if (!parsed.ok) return this.fail(word, parsed.message);
    if (parsed.value.port !== undefined && protocol !== undefined && !carriesPorts(protocol)) {
      return this.fail(word, `\`${protocolName(protocol) ?? protocol}\` packets have no ports; write the address alone.`);
    }
    if (parsed.value.network !== undefined) this.network ??= word;
    return parsed.value;
  }

  private family(first: Word, protocol: { readonly number: number; readonly name: string } | undefined, { source, destination }: { readonly source: Endpoint; readonly destination: Endpoint }): Family | undefined {
    const families = [source, destination].flatMap(({ address, network }) => [address ?? network?.address].flatMap((given) => (given === undefined ? [] : [familyOfAddress(given)])));
    if (families.length === 2 && families[0] !== families[1]) return this.fail(this.words[this.next - 1]!, 'One address is IPv4, the other IPv6; a packet has both of one family.');
    const told = families[0] ?? (protocol?.number === PROTOCOL.icmpv6 ? 'ipv6' : (this.wanted ?? 'ipv4'));
    if (protocol?.number === PROTOCOL.icmpv6 && told === 'ipv4') return this.fail(first, `\`${protocol.name}\` goes with IPv6 addresses; for IPv4 write \`icmp\`.`);
    return told;
  }

  private fields(packet: Packet): void {
    const seen = new Set<string>();
    for (; this.next < this.words.length && this.error === undefined; this.next++) {
      const word = this.words[this.next]!;
      const name = this.field(word, packet);
      if (name === undefined) return;
      if (seen.has(name)) return this.fail(word, `\`${name}=\` stands twice.`);
      seen.add(name);
    }
    if (!packet.pathGiven) packet.path = impliedPath(seen.has('in'), seen.has('out'));
    if (packet.path === 'out' && seen.has('in')) this.fail(this.wordOf('in'), 'A packet from a local process (`path=out`) does not come in by an interface.');
    if (packet.path === 'in' && seen.has('out')) this.fail(this.wordOf('out'), 'A packet that is delivered here (`path=in`) does not leave by an interface.');
  }

  private wordOf(name: string): Word {
    return this.words.find(({ text }) => text.startsWith(`${name}=`))!;
  }

  /** Reads one `NAME=VALUE`; its name, or undefined with an error. */
  private field(word: Word, packet: Packet): string | undefined {
    const equals = word.text.indexOf('=');
    if (equals === -1) return this.fail(word, `\`${word.text}\` is not a field; fields are written \`NAME=VALUE\`, such as \`in=eth0\`.`);
    const name = word.text.slice(0, equals).toLowerCase();
    const value: Word = { text: word.text.slice(equals + 1), offset: word.offset + equals + 1 };
    if (name === 'inner') return this.inner(value, packet);
    const spec = FIELDS.find((field) => field.name === name);
    if (spec === undefined) return this.unknownField(word, name);
    const protocols = FIELD_PROTOCOLS.get(name);
    if (protocols !== undefined && packet.protocol !== undefined && !protocols.includes(packet.protocol)) {
      return this.fail(word, `\`${name}=\` is for ${protocols.map((number) => `\`${protocolName(number)}\``).join(' and ')} packets.`);
    }
    if (value.text === '') return this.fail(value, `\`${name}=\` needs a value, such as \`${name}=${spec.example}\`.`);
    if (value.text.toLowerCase() === 'any' && spec.open !== undefined) {
      spec.open(packet);
      return name;
    }
    const result = spec.read(value.text, packet);
    return result.ok ? name : this.fail(value, result.message);
  }

  private unknownField(word: Word, name: string): undefined {
    const [best] = nearest(name, FIELDS.map((field) => field.name));
    const known = FIELDS.map((field) => `\`${field.name}=\``).join(' ');
    return this.fail(word, best === undefined ? `There is no field \`${name}=\`; the fields are ${known}.` : `There is no field \`${name}=\`; did you mean \`${best}=\`?`);
  }

  /** `inner=(PACKET)`: what an ICMP error quotes. */
  private inner(value: Word, packet: Packet): string | undefined {
    if (!/^\(.*\)$/u.test(value.text)) return this.fail(value, '`inner=` holds the quoted packet in parentheses: `inner=(udp 192.0.2.1:53 -> 203.0.113.9:40000)`.');
    const parsed = parsePacket(value.text.slice(1, -1), packet.family);
    if (!parsed.ok) {
      this.error ??= { ...parsed.error, offset: parsed.error.offset + value.offset + 1 };
      return undefined;
    }
    packet.inner = parsed.packet;
    return 'inner';
  }
}

/** `icmp` between IPv6 addresses is ICMPv6. */
function adapted(protocol: number | undefined, family: Family): number | undefined {
  return protocol === PROTOCOL.icmp && family === 'ipv6' ? PROTOCOL.icmpv6 : protocol;
}
