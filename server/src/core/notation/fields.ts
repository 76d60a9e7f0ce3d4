import { utf8Length } from '../text.ts';
import type { ConntrackState, Packet, Path } from '../engine/packet.ts';
import { NO_OWNER, TCP_FLAGS } from '../engine/packet.ts';
import { PROTOCOL } from '../engine/protocols.ts';
import { INTERFACE_LIMIT } from '../values/interface.ts';
import { macAddress } from '../values/mac.ts';
import { printTcpFlags } from '../values/tcp-flags.ts';
import { read, refuse, type Read } from './error.ts';
import { headerName, HEADER_NAMES, headerNumber } from './headers.ts';
import { printIcmp, readIcmp } from './icmp.ts';

/** A `NAME=VALUE` of the notation: how it is read into a packet and printed from one. */
export interface FieldSpec {
  readonly name: string;
  /** Fills the packet, or says what is wrong with the value. `any` never comes here. */
  read(text: string, packet: Packet): Read<void>;
  /** Leaves the field open: what `NAME=any` means; absent where that makes no sense. */
  open?(packet: Packet): void;
  /** The value to print; undefined where the field says nothing that its absence would not. */
  print(packet: Packet): string | undefined;
  /** A value for error messages. */
  readonly example: string;
}

const done: Read<void> = { ok: true, value: undefined };

/** Writes what was read into a field. */
function into<V>(parsed: Read<V>, write: (value: V) => void): Read<void> {
  if (!parsed.ok) return parsed;
  write(parsed.value);
  return done;
}

type NumberField = 'mark' | 'tos' | 'ttl' | 'length' | 'uid' | 'gid' | 'icmpId' | 'spi';

/** A whole number; `usual` is what its absence means (undefined = open). */
function number(name: string, field: NumberField, most: number, usual: number | undefined, print: (value: number) => string = String): FieldSpec {
  return {
    name, example: print(field === 'length' ? 60 : 10),
    read: (text, packet) => into(readNumber(name, text, most), (value) => { packet[field] = value; }),
    open: (packet) => { packet[field] = undefined; },
    print: (packet) => (packet[field] === usual ? undefined : packet[field] === undefined ? 'any' : print(packet[field])),
  };
}

function readNumber(name: string, text: string, most: number): Read<number> {
  const value = /^(0x[0-9a-f]+|[0-9]+)$/iu.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) return refuse(`\`${text}\` is not a number for \`${name}=\`; write it in decimal or as \`0x…\`.`);
  return value > most ? refuse(`\`${name}=${text}\` is too large; the most is ${most}.`) : read(value);
}

/** User or group; `none` where no process sent the packet. */
function owner(name: 'uid' | 'gid'): FieldSpec {
  const spec = number(name, name, 0xffffffff, 0);
  return {
    ...spec,
    read(text, packet) {
      if (text.toLowerCase() !== 'none') return spec.read(text, packet);
      packet[name] = NO_OWNER;
      return done;
    },
    print: (packet) => (packet[name] === NO_OWNER ? 'none' : spec.print(packet)),
  };
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Why this is not the name of an interface; undefined when it may be one. */
export function refusedInterface(text: string): string | undefined {
  if (utf8Length(text) > INTERFACE_LIMIT) return `\`${text}\` is too long; an interface name has at most ${INTERFACE_LIMIT} characters.`;
  return text.endsWith('+') ? `\`${text}\` is a pattern, and a packet has one interface; write its name, or \`any\`.` : undefined;
}

function interfaceField(name: 'in' | 'out'): FieldSpec {
  return {
    name, example: 'eth0',
    read(text, packet) {
      const refused = refusedInterface(text);
      if (refused !== undefined) return refuse(refused);
      packet[name] = text;
      return done;
    },
    open: (packet) => { packet[name] = undefined; },
    print: (packet) => packet[name] ?? (tellsPath(name, packet.path) ? 'any' : undefined),
  };
}

/** Whether the path is told by the interface being named at all. */
const tellsPath = (name: 'in' | 'out', path: Path): boolean => path === 'forward' || (name === 'out' && path === 'out');

/** One of some words, in any case. */
function word<W extends string>(name: string, words: readonly W[], write: (packet: Packet, word: W) => void, print: FieldSpec['print']): FieldSpec {
  return {
    name, example: words[0]!, print,
    read: (text, packet) => {
      const found = words.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
      if (found === undefined) return refuse(`\`${name}=${text}\` is none of ${words.map((candidate) => `\`${candidate}\``).join(', ')}.`);
      write(packet, found);
      return done;
    },
  };
}

const STATES: readonly ConntrackState[] = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];
const PATHS: readonly Path[] = ['in', 'forward', 'out'];

/** The path that the interfaces alone tell. */
export function impliedPath(hasIn: boolean, hasOut: boolean): Path {
  if (!hasOut) return 'in';
  return hasIn ? 'forward' : 'out';
}

function readFlags(text: string): Read<number> {
  if (/^none$/iu.test(text)) return read(0);
  let flags = 0;
  for (const name of text.split(',')) {
    const bit = TCP_FLAGS[name.toUpperCase() as keyof typeof TCP_FLAGS] as number | undefined;
    if (bit === undefined) return refuse(`\`${name}\` is not a TCP flag: they are ${Object.keys(TCP_FLAGS).join(', ')}; \`NONE\` stands for no flag.`);
    flags |= bit;
  }
  return read(flags);
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };

/** `2s`, `1.5`, `500ms`, `1h30m`: seconds on the world's clock. */
export function readTime(text: string): Read<number> {
  if (/^[0-9]+(\.[0-9]+)?$/u.test(text)) return read(Number(text));
  if (!/^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$/u.test(text)) return refuse(`\`${text}\` is not a time, such as \`2s\`, \`500ms\` or \`1h30m\`.`);
  const parts = [...text.matchAll(/([0-9.]+)(ms|s|m|h|d)/gu)];
  return read(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit!]!, 0));
}

const FRAGMENT_UNIT = 8;

function readFragment(text: string, packet: Packet): Read<void> {
  const split = /^([0-9]+)(\+?)$/u.exec(text);
  const offset = Number(split?.[1]);
  if (split === null || offset > 65528 || offset % FRAGMENT_UNIT !== 0) {
    return refuse(`\`fragment=${text}\` is not an offset in bytes: a multiple of 8 up to 65528, with \`+\` behind it when more fragments follow, such as \`0+\` or \`1480\`.`);
  }
  packet.fragmentOffset = offset;
  packet.moreFragments = split[2] === '+';
  return done;
}

function readHeaders(text: string, { family }: Packet): Read<readonly number[]> {
  if (family === 'ipv4') return refuse('`headers=` lists IPv6 extension headers, and the packet is IPv4.');
  const parsed = text.split(',').map((name) => ({ name, number: headerNumber(name.toLowerCase()) }));
  const wrong = parsed.find(({ number }) => number === undefined);
  if (wrong !== undefined) return refuse(`\`${wrong.name}\` is not a header that \`headers=\` knows: they are ${HEADER_NAMES}. \`ah\` and \`esp\` are protocols, and \`fragment=\` tells of fragments.`);
  return read(parsed.map(({ number }) => number!));
}

/** Every field, in the order in which packets are printed. */
export const FIELDS: readonly FieldSpec[] = [
  interfaceField('in'),
  interfaceField('out'),
  word('path', PATHS, (packet, path) => { packet.path = path; packet.pathGiven = true; }, (packet) => (packet.pathGiven ? packet.path : undefined)),
  word('state', STATES, (packet, state) => { packet.state = state; }, (packet) => packet.state),
  {
    name: 'flags', example: 'SYN,ACK',
    read: (text, packet) => into(readFlags(text), (flags) => { packet.tcpFlags = flags; }),
    open: (packet) => { packet.anyFlags = true; },
    print: ({ tcpFlags, anyFlags }) => (tcpFlags === undefined ? (anyFlags ? 'any' : undefined) : printTcpFlags(tcpFlags)),
  },
  {
    name: 'type', example: 'echo-request',
    read: (text, packet) => into(readIcmp(text, packet.family), ({ type, code }) => { packet.icmpType = type; packet.icmpCode = code; }),
    open: (packet) => { packet.icmpType = packet.icmpCode = undefined; },
    print: printIcmp,
  },
  number('id', 'icmpId', 0xffff, undefined),
  number('spi', 'spi', 0xffffffff, undefined, hex),
  {
    name: 'headers', example: 'hop-by-hop,ipv6-route',
    read: (text, packet) => into(readHeaders(text, packet), (headers) => { packet.headers = headers; }),
    print: ({ headers }) => (headers.length === 0 ? undefined : headers.map((number) => headerName(number)).join(',')),
  },
  number('mark', 'mark', 0xffffffff, 0, hex),
  number('tos', 'tos', 0xff, 0, hex),
  number('ttl', 'ttl', 0xff, 64),
  number('length', 'length', 0xffff, undefined),
  {
    name: 'mac', example: '00:16:3e:01:02:03',
    read: (text, packet) => {
      const parsed = macAddress.parse(text, { family: packet.family });
      return into(parsed.ok ? read(parsed.value) : refuse(parsed.message), (mac) => { packet.mac = mac; });
    },
    open: (packet) => { packet.mac = undefined; },
    print: (packet) => packet.mac,
  },
  owner('uid'),
  owner('gid'),
  {
    name: 'fragment', example: '1480', read: readFragment,
    print: ({ fragmentOffset, moreFragments }) => (fragmentOffset === undefined && !moreFragments ? undefined : `${fragmentOffset ?? 0}${moreFragments ? '+' : ''}`),
  },
  {
    name: 'at', example: '2s',
    read: (text, packet) => into(readTime(text), (seconds) => { packet.at = seconds; }),
    print: ({ at }) => (at === undefined ? undefined : `${at}s`),
  },
];

/** Which protocols a field is for, where it is not for all: a field for another protocol is a slip. */
export const FIELD_PROTOCOLS: ReadonlyMap<string, readonly number[]> = new Map([
  ['flags', [PROTOCOL.tcp]], ['type', [PROTOCOL.icmp, PROTOCOL.icmpv6]], ['id', [PROTOCOL.icmp, PROTOCOL.icmpv6]], ['spi', [PROTOCOL.esp, PROTOCOL.ah]],
]);
