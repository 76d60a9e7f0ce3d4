import type { Family } from '../netfilter.ts';
import { makePacket, TCP_FLAGS, type Packet } from '../engine/packet.ts';
import { PROTOCOL } from '../engine/protocols.ts';
import { readStrict } from '../values/ipv4.ts';
import { readIPv6 } from '../values/ipv6.ts';
import { protocol as protocolType } from '../values/protocol.ts';
import { impliedPath } from './fields.ts';

export type ReadLogLine = { readonly ok: true; readonly packet: Packet } | { readonly ok: false; readonly message: string };

/**
 * Reads the packet out of a line that the kernel's LOG target (or ulogd's LOGEMU) wrote, whatever stands before `IN=`.
 * What the line does not say is open, except mark, uid and gid, which are 0 where LOG would have printed them.
 */
export function readLogLine(line: string): ReadLogLine {
  const start = /(?:^|[^A-Z])IN=/u.exec(line);
  if (start === null) return refuse('This is no line of the LOG target: it has no `IN=`.');
  const whole = line.slice(start.index).replace(/^[^I]/u, '');
  // An ICMP error quotes its packet in brackets, an IPv4 header as IP options follow in `OPT (…)`.
  const quoted = /\[(SRC=[^\]]*)\]?/u.exec(whole);
  const own = quoted === null ? whole : whole.slice(0, quoted.index) + whole.slice(quoted.index + quoted[0].length);
  const outer = packetOf(own.replace(/OPT \([^)]*\)/gu, ' '));
  if (!outer.ok) return outer;
  // TCP's options stand behind the protocol.
  outer.packet.hasOptions = /OPT \([^)]*\) +PROTO=/u.test(own);
  if (quoted === null) return outer;
  const inner = packetOf(`IN= OUT= ${quoted[1]}`);
  if (inner.ok) outer.packet.inner = inner.packet;
  return outer;
}

const refuse = (message: string): ReadLogLine => ({ ok: false, message });

interface Words {
  /** The first value of each key: LOG writes LEN again for the transport header. */
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
}

function wordsOf(text: string): Words {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (const word of text.split(/\s+/u)) {
    const equals = word.indexOf('=');
    if (equals === -1) flags.add(word);
    else {
      // The IP header has an ID as well; behind TYPE it is the query's.
      const key = word.startsWith('ID=') && values.has('TYPE') ? 'query ID' : word.slice(0, equals);
      if (!values.has(key)) values.set(key, word.slice(equals + 1));
    }
  }
  return { values, flags };
}

function packetOf(text: string): ReadLogLine {
  const words = wordsOf(text);
  const { values } = words;
  const source = address(values.get('SRC'));
  const destination = address(values.get('DST'));
  for (const [key, parsed] of [['SRC', source], ['DST', destination]] as const) {
    if (parsed === undefined) return refuse(values.has(key) ? `\`${key}=${values.get(key)}\` is not an address.` : `The line has no \`${key}=\`.`);
  }
  if (typeof source !== typeof destination) return refuse('`SRC=` and `DST=` are of different families.');
  const family: Family = typeof source === 'bigint' ? 'ipv6' : 'ipv4';
  const arrived = values.get('IN') ?? '';
  const leaves = values.get('OUT') ?? '';
  const packet = makePacket({
    family, path: impliedPath(arrived !== '' || leaves === '', leaves !== ''), pathGiven: false, in: arrived === '' ? undefined : arrived, out: leaves === '' ? undefined : leaves,
    source, destination, protocol: protocolOf(values.get('PROTO'), family), mark: number(values.get('MARK')) ?? 0,
    tos: tosOf(values), ttl: number(values.get('TTL') ?? values.get('HOPLIMIT')), length: number(values.get('LEN')), mac: senderOf(values.get('MAC')),
    uid: number(values.get('UID')) ?? 0, gid: number(values.get('GID')) ?? 0, sourcePort: number(values.get('SPT')), destinationPort: number(values.get('DPT')),
  });
  transport(words, packet);
  return { ok: true, packet };
}

function transport({ values, flags }: Words, packet: Packet): void {
  if (packet.protocol === PROTOCOL.tcp && flags.size > 0 && values.has('WINDOW')) packet.tcpFlags = tcpFlagsOf(flags);
  if (packet.protocol === PROTOCOL.icmp || packet.protocol === PROTOCOL.icmpv6) {
    packet.icmpType = number(values.get('TYPE'));
    packet.icmpCode = number(values.get('CODE'));
    packet.icmpId = number(values.get('query ID'));
  }
  const offset = number(values.get('FRAG') ?? [...flags].find((flag) => flag.startsWith('FRAG:'))?.slice(5));
  packet.moreFragments = flags.has('MF');
  if (offset !== undefined && packet.icmpType !== 3) packet.fragmentOffset = offset * 8;
  else if (packet.moreFragments) packet.fragmentOffset = 0;
}

function address(text: string | undefined): Packet['source'] {
  return text === undefined ? undefined : (readStrict(text) ?? readIPv6(text));
}

function number(text: string | undefined): number | undefined {
  return text === undefined || !/^(0x[0-9a-f]+|[0-9]+)$/iu.test(text) ? undefined : Number(text);
}

function protocolOf(text: string | undefined, family: Family): number | undefined {
  if (text === undefined) return undefined;
  const parsed = protocolType.parse(text.toLowerCase(), { family });
  return parsed.ok && parsed.value > 0 ? parsed.value : undefined;
}

/** LOG splits the byte into TOS and precedence; for IPv6 it prints the traffic class as a whole. */
function tosOf(values: ReadonlyMap<string, string>): number | undefined {
  const tos = number(values.get('TOS'));
  const precedence = number(values.get('PREC'));
  return tos === undefined ? number(values.get('TC')) : tos | (precedence ?? 0);
}

/** MAC= holds receiver, sender and type of the frame. */
function senderOf(text: string | undefined): string | undefined {
  const bytes = text?.toLowerCase().split(':') ?? [];
  return bytes.length >= 14 ? bytes.slice(6, 12).join(':') : undefined;
}

function tcpFlagsOf(words: ReadonlySet<string>): number {
  return Object.entries(TCP_FLAGS).reduce((bits, [name, bit]) => (words.has(name) ? bits | bit : bits), 0);
}
