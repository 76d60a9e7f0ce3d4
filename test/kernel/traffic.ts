import { kindOf } from '../../server/src/core/engine/address.ts';
import type { Packet } from '../../server/src/core/engine/packet.ts';
import type { Result } from '../../server/src/core/engine/result.ts';
import { addressText } from '../../server/src/core/engine/wording.ts';
import { PROTOCOL } from '../../server/src/core/engine/protocols.ts';
import type { Hint, Neighbourhood } from './neighbourhood.ts';
import type { OraclePacket } from './protocol.ts';
import type { Random } from './random.ts';
import { Ends } from './sequence.ts';
import { addressOf } from './translate.ts';

/** A packet that got through, by which replies to it are made: as it came, and as it left. */
interface Passed {
  readonly sent: OraclePacket;
  readonly left: Packet;
}

/**
 * Makes packets one after the other: fresh flows, repetitions, replies and ICMP errors to what got through. What got
 * through is what the engine says; where it errs, the comparison shows that anyway.
 */
export class Traffic {
  private readonly random: Random;
  private readonly world: Neighbourhood;
  private readonly passed: Passed[] = [];
  private readonly sent: OraclePacket[] = [];
  private readonly tcpEnds = new Ends();

  private readonly fragments: boolean;
  /** Whether routes and rules of the host decide where packets go, so that no path is said. */
  private readonly isRouted: boolean;

  constructor(random: Random, world: Neighbourhood, fragments: boolean) {
    this.random = random;
    this.fragments = fragments;
    this.world = world;
    this.isRouted = world.topology.ip !== undefined;
  }

  next(): OraclePacket {
    const any = this.any();
    const packet = any.side === undefined ? any : { ...any, side: this.tcpEnds.sideOf(any, any.side) };
    // A route may go by the source, which a socket has for it that is bound to an address.
    return this.isRouted && packet.local === true && kindOf(addressOf(packet.src!)) === 'unicast' ? { ...packet, bound: true } : packet;
  }

  private any(): OraclePacket {
    const { random } = this;
    return random.weighted<() => OraclePacket>([
      [4, () => this.fresh()],
      [this.fragments ? 1 : 0, () => this.fragment()],
      [this.sent.length === 0 ? 0 : 2, () => this.again()],
      [this.passed.length === 0 ? 0 : 5, () => this.reply()],
      [this.passed.length === 0 ? 0 : 0.7, () => this.error()],
    ])();
  }

  /** Notes what became of the last packet. */
  note(sent: OraclePacket, result: Result): void {
    this.sent.push(sent);
    const { packet } = result;
    if (sent.side !== undefined && packet.source !== undefined && packet.destination !== undefined) this.tcpEnds.sideOf({ src: addressText(packet.source), sport: packet.sourcePort!, dst: addressText(packet.destination), dport: packet.destinationPort! }, sent.side);
    // Of what NAT sends to the very end that it comes from, an answer is like the packet, whose sequence numbers it would have.
    if (packet.source === packet.destination && packet.sourcePort === packet.destinationPort) return;
    // Nothing in our words tells an SCTP answer from what begins an association.
    if (result.verdict === 'ACCEPT' && packet.protocol !== PROTOCOL.sctp && packet.source !== undefined && packet.destination !== undefined) this.passed.push({ sent, left: packet });
  }

  private fresh(): OraclePacket {
    const packet = (this.world.hints ?? []).length === 0 || this.random.chance(0.4) ? this.freshPacket() : this.hinted(this.freshPacket(), this.random.pick(this.world.hints!));
    return packet.proto === 'tcp' ? { ...packet, side: 'client' } : packet;
  }

  /** The packet as a rule wants it; the path is said outright, so that it gets there from wherever it comes. */
  private hinted(packet: OraclePacket, { fields, wayTo }: Hint): OraclePacket {
    const { random, world: { devices, own, family } } = this;
    const { in_iface: arrives = devices[0], out_iface: leaves = devices[1], local, ...rest } = { flags: 'SYN', ...packet, ...fields };
    const isOwn = own.includes(rest.dst!);
    const path = isOwn ? 'in' : packet.path !== 'auto' ? packet.path! : local === true ? 'out' : random.pick(['in', 'forward']);
    // Every link leads to a group of IPv6, and what is not bound to one leaves by the first that the oracle has.
    const way = rest.dst!.startsWith('ff') ? 'eth0' : wayTo(rest.dst!) ?? leaves;
    const ways = { ...(path === 'out' ? {} : { in_iface: arrives }), ...(path === 'in' ? {} : { out_iface: way }) };
    // What is said to be delivered needs an address that the host has, which only IPv4 does without.
    return { ...rest, ...ways, path, ...(path === 'in' && family === 'ipv6' && !isOwn ? { dst: random.pick(own) } : {}) };
  }

  private freshPacket(): OraclePacket {
    const { random, world } = this;
    const kind = random.weighted([[4, 'forward'], [3, 'in'], [3, 'out'], [1, 'back'], [0.7, 'lo'], [0.6, 'stray']] as const);
    const ends = this.ends(kind);
    const base = { ...(kind !== 'lo' && kind !== 'stray' && !this.isRouted && random.chance(0.3) ? this.outright(kind, ends) : { path: 'auto', ...ends }), ...this.extras(ends.local === true) };
    return random.weighted<() => OraclePacket>([
      [5, () => ({ ...base, proto: 'tcp', sport: random.pick([33000, 33001, 1000, 600]), dport: random.pick(world.ports), flags: random.weighted([[8, 'SYN'], [1, 'ACK'], [0.5, 'SYN,ACK'], [0.5, 'RST'], [0.5, 'FIN,ACK'], [0.3, 'NONE'], [0.3, 'FIN,PSH,URG'], [0.2, 'SYN,FIN'], [0.2, 'SYN,ECE,CWR']]) })],
      [4, () => ({ ...base, proto: 'udp', sport: random.pick([33000, 33001, 53]), dport: random.pick(world.ports), payload: random.pick([0, 0, 10, 20, 100, ...CONTENTS]) })],
      [2, () => ({ ...base, proto: 'icmp', ...this.icmp(), icmp_id: random.pick([1, 2]), ...(random.chance(0.2) ? { payload: random.pick(CONTENTS) } : {}) })],
      [0.5, () => ({ ...base, proto: random.pick(['gre', 253, 'esp', ...(world.family === 'ipv4' ? ['ah'] : [])]), payload: 16, spi: random.pick([1, 5, 300]) })],
      [0.7, () => ({ ...base, proto: random.pick(['sctp', 'udplite', 'dccp']), sport: random.pick([33000, 33001]), dport: random.pick(world.ports) })],
      [this.isRouted ? 0 : 0.5, () => ({ ...this.toAll(), ...this.extras(false), proto: 'udp', sport: random.pick([33000, 53]), dport: random.pick(world.ports) })],
    ])();
  }

  /** To everybody on a link, from another host or from the host itself. */
  private toAll(): OraclePacket {
    const { random, world: { family, near, own, devices: [device] } } = this;
    const [everybody, group] = family === 'ipv4' ? [random.pick(['255.255.255.255', '224.0.0.1']), '224.0.0.251'] : ['ff02::1', 'ff02::fb'];
    const dst = random.chance(0.5) ? everybody : group;
    return random.chance(0.5) ? { path: 'in', src: random.pick(near), dst, in_iface: device } : { path: 'out', src: random.pick(own), dst, out_iface: device };
  }

  /** The same ends with the path said outright. */
  private outright(kind: 'forward' | 'in' | 'out' | 'back', { src, dst, in_iface: device }: { src: string; dst: string; in_iface?: string }): OraclePacket {
    if (kind === 'in') return { path: 'in', src, dst, in_iface: device! };
    const far = this.world.devices[this.world.near.includes(dst) ? 0 : 1];
    return kind === 'out' ? { path: 'out', src, dst, out_iface: far } : { path: 'forward', src, dst, in_iface: device!, out_iface: far };
  }

  private ends(kind: 'forward' | 'in' | 'out' | 'back' | 'lo' | 'stray'): { src: string; dst: string; in_iface?: string; local?: true } {
    const { random, world: { near, far, own, lost, devices } } = this;
    switch (kind) {
      case 'forward': return { src: random.pick(near), dst: random.pick(far), in_iface: devices[0] };
      case 'back': return { src: random.pick(far), dst: random.pick(near), in_iface: devices[1] };
      case 'in': return random.chance(0.5) ? { src: random.pick(near), dst: random.pick(own), in_iface: devices[0] } : { src: random.pick(far), dst: random.pick(own), in_iface: devices[1] };
      case 'out': return { src: random.pick(own), dst: random.pick([...near, ...far]), local: true };
      // By another interface than that of the way back, or from where none leads back.
      case 'stray': return { src: random.pick([...near, ...lost]), dst: random.pick([...far, ...own]), in_iface: random.pick(devices) };
      case 'lo': return { src: own[0]!, dst: own[1]!, local: true };
    }
  }

  private icmp(): { type: number; code: number } {
    const v4 = [[8, 8], [0, 1], [13, 1], [9, 0.3], [42, 0.2]] as const;
    const v6 = [[128, 8], [129, 1], [139, 0.2], [150, 0.2]] as const;
    return { type: this.random.weighted((this.world.family === 'ipv4' ? v4 : v6).map(([type, weight]) => [weight, type] as const)), code: 0 };
  }

  private extras(isLocal: boolean): Partial<OraclePacket> {
    const { random } = this;
    return {
      ...(random.chance(0.15) ? { mark: random.pick([1, 2, 0x1f]) } : {}), ...(random.chance(0.1) ? { tos: random.pick([0x10, 0x04, 0xb8]) } : {}),
      ...(random.chance(0.1) ? { ttl: random.pick([1, 2, 63, 128]) } : {}), ...(isLocal && random.chance(0.3) ? { uid: 1000, gid: 1000 } : {}),
      ...(this.world.family === 'ipv4' && random.chance(0.07) ? { ipopts: random.pick(OPTIONS) } : {}), ...(this.world.family === 'ipv6' && random.chance(0.1) ? { exthdrs: random.pick(HEADERS).map((type) => ({ type })) } : {}),
    };
  }

  /** IPv4 fragments to the host itself are held until the whole packet is there. */
  private fragment(): OraclePacket {
    const { random, world } = this;
    const frag = random.pick([{ off: 0, len: 40, mf: true }, { off: 40 }, { off: 8 }, { off: 40, len: 16, mf: true }]);
    return { path: 'auto', ...this.ends(world.family === 'ipv6' && random.chance(0.5) ? 'in' : 'forward'), proto: random.pick(['udp', 'tcp']), sport: 33000, dport: random.pick(world.ports), payload: 100, frag };
  }

  private again(): OraclePacket {
    const { random } = this;
    const packet = random.pick(this.sent);
    if (packet.proto !== 'tcp') return packet;
    if (random.chance(0.4)) return packet;
    const flags = this.laterFlags();
    return { ...packet, flags, ...(/^(PSH,)?ACK$/u.test(flags) && random.chance(0.3) ? { payload: random.pick(CONTENTS) } : {}) };
  }

  private laterFlags(): string {
    return this.random.weighted([[1, 'SYN'], [6, 'ACK'], [1, 'FIN,ACK'], [1, 'RST'], [0.5, 'RST,ACK'], [1, 'SYN,ACK'], [1, 'PSH,ACK']]);
  }

  /** The way back of a packet that left or was delivered. */
  private wayBack({ sent, left }: Passed): Partial<OraclePacket> {
    const source = addressText(left.destination!);
    const destination = addressText(left.source!);
    if (left.path === 'in') return { src: source, dst: destination, local: true };
    const { devices } = this.world;
    const arrives = left.out ?? devices[sent.in_iface === devices[1] ? 0 : 1]!;
    // Of a group the host is a member where the path says so.
    return { src: source, dst: destination, in_iface: arrives, ...(kindOf(left.source!) === 'multicast' && !this.isRouted ? { path: 'in' } : {}) };
  }

  private reply(): OraclePacket {
    const { random } = this;
    const passed = random.pick(this.passed);
    const { left } = passed;
    const base: OraclePacket = { path: 'auto', ...this.wayBack(passed) };
    switch (left.protocol) {
      case PROTOCOL.tcp: return { ...base, proto: 'tcp', ...this.portsBack(left), side: passed.sent.side === 'client' ? 'server' : 'client', flags: random.weighted([[5, 'SYN,ACK'], [3, 'ACK'], [1, 'RST,ACK'], [1, 'RST'], [1, 'FIN,ACK'], [0.3, 'SYN']]) };
      case PROTOCOL.udp: case PROTOCOL.udplite: case PROTOCOL.dccp: return { ...base, proto: left.protocol, ...this.portsBack(left) };
      case PROTOCOL.icmp: case PROTOCOL.icmpv6: return { ...base, proto: 'icmp', type: ANSWERS.get(left.icmpType!) ?? (this.world.family === 'ipv4' ? 0 : 129), code: 0, icmp_id: left.icmpId ?? 0 };
      default: return { ...base, proto: left.protocol!, payload: 16 };
    }
  }

  private portsBack({ sourcePort, destinationPort }: Packet): { sport: number; dport: number } {
    return { sport: destinationPort ?? 80, dport: sourcePort ?? 33000 };
  }

  /** An ICMP error about a packet that got through, from its receiver or a router on the way. */
  private error(): OraclePacket {
    const { random, world } = this;
    const passed = random.pick(this.passed);
    const { left } = passed;
    const back = this.wayBack(passed);
    const inner: OraclePacket = {
      src: addressText(left.source!), dst: addressText(left.destination!), proto: left.protocol === PROTOCOL.icmpv6 || left.protocol === PROTOCOL.icmp ? 'icmp' : left.protocol!, payload: 16,
      ...(left.sourcePort === undefined ? {} : { sport: left.sourcePort, dport: left.destinationPort! }),
      ...(left.icmpType === undefined ? {} : { type: left.icmpType, code: left.icmpCode ?? 0, icmp_id: left.icmpId ?? 0 }),
    };
    const types: readonly (readonly [number, number])[] = world.family === 'ipv4' ? [[3, 3], [3, 1], [11, 0], [5, 1]] : [[1, 4], [1, 0], [3, 0], [2, 0]];
    const [type, code] = random.pick(types);
    const router = back.local === true || random.chance(0.5) ? {} : { src: back.in_iface === world.devices[0] ? world.near[3]! : world.far.at(-1)! };
    return { path: 'auto', ...back, ...router, proto: 'icmp', type, code, inner };
  }
}

/** Extension headers in the order that senders keep: those for every router first. */
const HEADERS = [[0], [60], [43], [0, 43], [60, 43], [0, 60, 43, 60]] as const;

/** What packets may hold, of which rules ask for some. */
const CONTENTS = ['GET /a\n\v', 'get', 'xGET '];

/** Options that no router fills in: nothing, nothing up to an end, router alert, a number that is not given away. */
const OPTIONS = ['01010101', '0101010000000000', '94040000', '9904000001'];

const ANSWERS: ReadonlyMap<number, number> = new Map([[8, 0], [13, 14], [128, 129], [139, 140]]);
