import type { HostFacts, Prefix } from '../../server/src/core/engine/host.ts';
import { makePacket, TCP_FLAGS, type Address, type ConntrackState, type Packet } from '../../server/src/core/engine/packet.ts';
import { PROTOCOL } from '../../server/src/core/engine/protocols.ts';
import { addressText } from '../../server/src/core/engine/wording.ts';
import { readIpsetSave, readPrefix, readRouteText, readRuleText } from '../../server/src/core/engine/facts/text.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { readIcmp } from '../../server/src/core/notation/icmp.ts';
import { readStrict } from '../../server/src/core/values/ipv4.ts';
import { readIPv6 } from '../../server/src/core/values/ipv6.ts';
import { protocol as protocolType } from '../../server/src/core/values/protocol.ts';
import type { OraclePacket, OracleRequest, OracleTopology } from './protocol.ts';

/** Keys of oracle packets that say something which our packets can't hold. */
const BEYOND_US = ['raw', 'tcpopts', 'ct', 'smac', 'dmac', 'dst_type', 'repeat', 'reload', 'flush'] as const;

/** Extension headers that our packets list. */
const LISTED: ReadonlySet<number> = new Set([0, 43, 60]);

/** Why a packet can't be simulated; undefined when it can. */
export function beyondUs(packet: OraclePacket): string | undefined {
  return BEYOND_US.find((key) => packet[key] !== undefined) ?? ((packet.exthdrs ?? []).every(({ type }) => LISTED.has(type)) ? undefined : 'exthdrs');
}

export function addressOf(text: string): Address {
  const address = readStrict(text) ?? readIPv6(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

function protocolOf(packet: OraclePacket, family: Family): number {
  const parsed = protocolType.parse(String(packet.proto ?? 'tcp'), { family });
  if (!parsed.ok) throw new Error(parsed.message);
  return family === 'ipv6' && parsed.value === PROTOCOL.icmp ? PROTOCOL.icmpv6 : parsed.value;
}

const SHORT: Readonly<Record<string, number>> = Object.fromEntries(Object.entries(TCP_FLAGS).map(([name, bit]) => [name[0] === 'C' ? 'C' : name[0]!, bit]));

function flagsOf(text: string | undefined): number {
  if (text === undefined) return TCP_FLAGS.SYN;
  const upper = text.trim().toUpperCase();
  if (upper === 'NONE' || upper === '') return 0;
  if (upper === 'ALL') return 63;
  const names = /^[FSRPAUEC]+$/u.test(upper) && !(upper in TCP_FLAGS) ? [...upper] : upper.split(/[ ,|+]+/u);
  return names.reduce((bits, name) => bits | ((TCP_FLAGS as Readonly<Record<string, number>>)[name] ?? SHORT[name]!), 0);
}

const PORTED: ReadonlySet<number> = new Set([PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.udplite, 33]);

/** The interface that the oracle routes everything by which nothing else claims. */
export function usualOut(packet: OraclePacket, topology: OracleTopology): string {
  return packet.out_iface ?? topology.default_out ?? ((packet.in_iface ?? 'eth0') === 'eth1' ? 'eth0' : 'eth1');
}

/** The oracle's packet as one of ours, every default of the oracle filled in. */
export function packetOf(given: OraclePacket, family: Family, topology: OracleTopology = {}): Packet {
  const protocol = protocolOf(given, family);
  const isLocal = given.path === 'out' || given.local === true;
  const path = isLocal ? 'out' : given.path === 'forward' ? 'forward' : 'in';
  const isAuto = given.path === 'auto' || given.path === undefined;
  const packet = makePacket({
    family, path, pathGiven: !isAuto, protocol, source: addressOf(given.src!), destination: addressOf(given.dst!),
    in: isLocal ? undefined : (given.in_iface ?? 'eth0'), out: path === 'in' || isAuto ? undefined : usualOut(given, topology),
    mac: isLocal ? undefined : macOf(given), ttl: given.ttl ?? 64, tos: given.tos ?? 0, mark: given.mark ?? 0, uid: given.uid ?? 0, gid: given.gid ?? 0, at: given.at,
    ...(given.ctstate === undefined ? {} : { state: given.ctstate.toUpperCase() as ConntrackState }),
  });
  packet.headers = (given.exthdrs ?? []).map(({ type }) => type);
  packet.hasOptions = given.ipopts !== undefined;
  transport(given, packet);
  return packet;
}

/** The oracle's far ends are numbered in the order in which they were made; a mark travels in the address. */
function macOf({ in_iface: device = 'eth0', mark = 0 }: OraclePacket): string | undefined {
  const byte = (value: number): string => (value & 255).toString(16).padStart(2, '0');
  if (mark !== 0) return ['02', 'fe', ...[0, 8, 16, 24].map((shift) => byte(mark >>> shift))].join(':');
  const number = ['lo', 'eth0', 'eth1'].indexOf(device);
  return number === -1 ? undefined : `02:00:00:00:${byte(number)}:02`.replace('02:00:00:00:00:02', '00:00:00:00:00:00');
}

function transport(given: OraclePacket, packet: Packet): void {
  const protocol = packet.protocol!;
  if (given.frag !== undefined) {
    packet.fragmentOffset = given.frag.off ?? 0;
    packet.moreFragments = given.frag.mf === true;
  }
  const headerless = (packet.fragmentOffset ?? 0) > 0;
  if (PORTED.has(protocol) && !headerless) {
    packet.sourcePort = given.sport ?? 40000;
    packet.destinationPort = given.dport ?? 80;
  }
  if (protocol === PROTOCOL.tcp && !headerless) packet.tcpFlags = flagsOf(given.flags);
  if (protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6) icmp(given, packet);
  if (protocol === PROTOCOL.esp || protocol === PROTOCOL.ah) packet.spi = given.spi ?? 1;
  packet.length = given.exthdrs === undefined ? lengthOf(given, packet) : undefined;
}

const V4_ERRORS = [3, 4, 5, 11, 12];

function icmp(given: OraclePacket, packet: Packet): void {
  const { family } = packet;
  const read = readIcmp(String(given.type ?? given.icmp_type ?? (family === 'ipv4' ? 8 : 128)), family);
  if (!read.ok) throw new Error(read.message);
  packet.icmpType = read.value.type;
  packet.icmpCode = read.value.code ?? given.code ?? (given.icmp_code as number | undefined) ?? 0;
  const isError = family === 'ipv4' ? V4_ERRORS.includes(packet.icmpType!) : [1, 2, 3, 4].includes(packet.icmpType!);
  if (isError) {
    packet.inner = packetOf({ proto: 'udp', ...given.inner, src: given.inner?.src ?? given.dst!, dst: given.inner?.dst ?? given.src!, path: 'forward' }, family);
  } else packet.icmpId = given.icmp_id ?? given.sport ?? 0x1234;
}

/** Length of the datagram that the oracle builds, where it is plain. */
function lengthOf(given: OraclePacket, packet: Packet): number | undefined {
  if (given.frag !== undefined || given.mss !== undefined) return undefined;
  const payload = given.payload === undefined ? 0 : typeof given.payload === 'number' ? given.payload
    : given.payload.startsWith('hex:') ? (given.payload.length - 4) / 2 : given.payload.length;
  const header = packet.family === 'ipv4' ? 20 + 4 * Math.ceil((given.ipopts?.length ?? 0) / 8) : 40;
  switch (packet.protocol) {
    case PROTOCOL.tcp: return header + 20 + payload;
    case PROTOCOL.udp: case PROTOCOL.udplite: return header + 8 + payload;
    case PROTOCOL.gre: return header + 4 + payload;
    case PROTOCOL.icmp: case PROTOCOL.icmpv6: return icmpLength(packet, header, payload);
    case 253: return header + Math.max(8, payload);
    default: return undefined;
  }
}

/** An error quotes a header and eight bytes; a timestamp carries twelve. */
function icmpLength({ inner, icmpType, family }: Packet, header: number, payload: number): number | undefined {
  if (inner !== undefined) return payload > 0 || inner.length === undefined ? undefined : header + 8 + Math.min(inner.length, header + 8);
  if (family === 'ipv6' && (icmpType === 135 || icmpType === 136)) return undefined;
  return header + 8 + payload + (family === 'ipv4' && (icmpType === 13 || icmpType === 14) ? 12 : 0);
}

/** Addresses that the oracle gives to its links unless the topology has others. */
function usualAddresses(index: number): readonly Prefix[] {
  return [{ address: addressOf(`198.18.${index}.1`), length: 32 }, { address: addressOf(`2001:2:0:${index.toString(16)}::1`), length: 128 }];
}

/** What the host of a request knows of itself when one of its packets comes. */
export function factsFor(given: OraclePacket, { topology = {}, family = 4, ipset }: OracleRequest): HostFacts {
  const interfaces = new Map<string, readonly Prefix[]>([['eth0', usualAddresses(1)], ['eth1', usualAddresses(2)], ['lo', [{ address: addressOf('127.0.0.1'), length: 8 }, { address: addressOf('::1'), length: 128 }]]]);
  // As `ip addr` prints them: of IPv6 the latest first.
  const add = (name: string, text: string): void => {
    const [prefix, known] = [readPrefix(text, name), interfaces.get(name) ?? []];
    interfaces.set(name, typeof prefix.address === 'bigint' ? [prefix, ...known] : [...known, prefix]);
  };
  for (const [name, addresses] of Object.entries(topology.addrs ?? {})) {
    if (name !== 'lo') interfaces.set(name, []);
    for (const address of addresses) add(name, address);
  }
  const isAuto = given.path === 'auto' || given.path === undefined;
  const everything = isAuto && given.out_iface === undefined ? [] : [`default dev ${usualOut(given, topology)}`];
  const back = given.path === 'in' || given.path === 'forward' ? [`${given.src!} dev ${given.in_iface ?? 'eth0'}`] : [];
  const commands = (start: RegExp): readonly string[] => (topology.ip ?? []).filter((command) => start.test(command)).map((command) => command.replace(start, ''));
  for (const [address, , name] of commands(/^addr add /u).map((text) => text.split(' '))) add(name!, address!);
  const rules = commands(/^(?:-6 )?rule add /u).map((text, index) => readRuleText(text, 'rule', index + 1));
  const local = [...(topology.local ?? []), ...(given.path === 'in' ? [given.dst!] : [])].map(addressOf);
  return {
    interfaces, local, forwarding: Object.entries(topology.sysctl ?? {}).every(([name, value]) => !name.endsWith('.forwarding') || value !== 0), ...(ipset === undefined ? {} : { ipsets: readIpsetSave(ipset) }),
    rules, routes: [...back, ...(topology.routes ?? []), ...commands(/^(?:-6 )?route (?:add|replace) /u), ...everything].map((text) => readRouteText(text, 'route')).filter(({ destination }) =>
      destination === undefined || (typeof destination.address === 'bigint') === (family === 6)),
  };
}

/** One of our packets in the oracle's terms. */
export function oraclePacketOf(packet: Packet): OraclePacket {
  const { path, protocol, source, destination, tcpFlags, inner } = packet;
  const given: Record<string, unknown> = {
    path, src: addressText(source!), dst: addressText(destination!), proto: protocol, sport: packet.sourcePort, dport: packet.destinationPort,
    type: packet.icmpType, code: packet.icmpCode, icmp_id: packet.icmpId, inner: inner === undefined ? undefined : oraclePacketOf(inner), spi: packet.spi, exthdrs: packet.headers.length === 0 ? undefined : packet.headers.map((type) => ({ type })), in_iface: packet.in, out_iface: packet.out, mark: packet.mark, tos: packet.tos, ttl: packet.ttl,
    uid: packet.uid, gid: packet.gid, smac: packet.mac, at: packet.at, payload: packet.length === undefined ? undefined : packet.length - headers(packet),
    flags: tcpFlags === undefined ? undefined : flagNames(tcpFlags),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const headers = ({ family, protocol }: Packet): number => (family === 'ipv4' ? 20 : 40) + (protocol === PROTOCOL.tcp ? 20 : protocol === PROTOCOL.gre ? 4 : 8);

const flagNames = (bits: number): string => Object.entries(TCP_FLAGS).filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name).join(',') || 'NONE';
