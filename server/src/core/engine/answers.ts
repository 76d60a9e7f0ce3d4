import { kindOf } from './address.ts';
import { frameType } from './frame.ts';
import type { Tracked } from './conntrack/track.ts';
import { icmpRole } from './conntrack/icmp.ts';
import { closeByReset } from './conntrack/tcp.ts';
import { isIcmp } from './conntrack/tuple.ts';
import { isLaterFragment, makePacket, NO_OWNER, TCP_FLAGS, type Address, type Packet } from './packet.ts';
import type { Ending, Passage } from './passage.ts';
import { PROTOCOL } from './protocols.ts';
import { deviceOf, isBroadcast, isForAll, isLocal, isLinkLocal, routeTo, speakingAddress, type NoWay } from './routing.ts';
import type { Flow } from './routing-rules.ts';
import { Unknown } from './truth.ts';
import { addressText } from './wording.ts';

/** A packet that the host sends because of another one, with the connection that the kernel attaches to it. */
export interface Reply {
  readonly packet: Packet;
  readonly tracked: Tracked | undefined;
  /** Whether raw's CT and NOTRACK leave it alone although it has no connection. */
  readonly refusesTemplates: boolean;
}

/** Type and code of each ICMP answer that REJECT knows. */
const ICMP_ANSWERS: Readonly<Record<string, readonly [number, number]>> = {
  'icmp-net-unreachable': [3, 0], 'icmp-host-unreachable': [3, 1], 'icmp-proto-unreachable': [3, 2], 'icmp-port-unreachable': [3, 3],
  'icmp-net-prohibited': [3, 9], 'icmp-host-prohibited': [3, 10], 'icmp-admin-prohibited': [3, 13],
  'icmp6-no-route': [1, 0], 'icmp6-adm-prohibited': [1, 1], 'icmp6-addr-unreachable': [1, 3], 'icmp6-port-unreachable': [1, 4],
  'icmp6-policy-fail': [1, 5], 'icmp6-reject-route': [1, 6],
};

/** Ends the way of a packet that met REJECT, with what is sent back for it. Seen in the kernel. */
export function reject(p: Passage, type: string): void {
  const ending: Ending = { verdict: 'REJECT', rejectWith: type };
  const goesOn = (question: string): boolean => p.fork(question, (copy) => { copy.end({ ...ending, noAnswer: DAMAGED }); });
  if (p.isSpoiled && !UNVERIFIED.has(p.packet.protocol!) && !goesOn(SPOILED)) return;
  const reply = type === 'tcp-reset' ? reset(p) : refusal(p, type);
  const question = typeof reply === 'string' || type === 'tcp-reset' ? undefined : checksumQuestion(p.packet);
  if (question === undefined || goesOn(question)) p.endWithAnswer(reply, ending);
}

function refusal(p: Passage, type: string): Reply | string {
  const { packet } = p;
  const { protocol, moreFragments } = packet;
  if (isLaterFragment(packet)) return LATER;
  if (moreFragments && protocol !== undefined && !UNVERIFIED.has(protocol)) return FRAGMENT;
  const [icmpType, icmpCode] = ICMP_ANSWERS[type] ?? [undefined, undefined];
  return icmpError(p, icmpType, icmpCode);
}

/** The ICMP message for a packet whose ttl or hop limit is used up. */
export function timeExceeded(p: Passage): Reply | string {
  return icmpError(p, p.packet.family === 'ipv4' ? 11 : 3, 0);
}

/** The ICMP message for a packet to where no route leads. Seen in the kernel. */
export function noRoute(p: Passage, why: NoWay = 'none'): Reply | string {
  if (why === 'blackhole') return 'a blackhole tells nobody';
  return p.packet.family === 'ipv4' ? icmpError(p, 3, { none: 0, unreachable: 1, prohibit: 13 }[why]) : icmpError(p, 1, why === 'prohibit' ? 1 : 0);
}

/** The ICMPv6 message for a packet that is known only on the link that it came by. */
export function beyondScope(p: Passage): Reply | string {
  return icmpError(p, 1, 2);
}

/** Ends the way of a SYN that SYNPROXY answers in the server's name. Without a timestamp it agrees on no ECN. Seen in the kernel. */
export function shakeHands(p: Passage, mayAgreeOnEcn: boolean, ending: Ending): void {
  const agrees = mayAgreeOnEcn && p.fork('the packet carries the TCP option 8', (copy) => { copy.endWithAnswer(handshake(copy, false), ending); });
  if (p.ending === undefined) p.endWithAnswer(handshake(p, agrees), ending);
}

/** The SYN and ACK that opens a connection: a reply to its entry, where it has one. Seen in the kernel. */
function handshake(p: Passage, ecn: boolean): Reply | string {
  const { packet, tracked } = p;
  const answer = send(p, { ...backward(packet), tcpFlags: TCP_FLAGS.SYN | TCP_FLAGS.ACK | (ecn ? TCP_FLAGS.ECE : 0), tos: 0 });
  if (typeof answer === 'string') return answer;
  return { packet: answer.packet, tracked: tracked?.connection === undefined ? undefined : { state: 'ESTABLISHED', connection: tracked.connection, direction: 'reply' }, refusesTemplates: false };
}

/** The message for a packet whose address can't be translated; it goes to that address as far as it is. Seen in the kernel. */
export function parameterProblem(p: Passage): Reply | string {
  const reply = icmpError(p, 4, 0);
  if (typeof reply !== 'string') reply.packet.out = undefined;
  return reply;
}

/** Fields of a TCP segment the other way. */
function backward({ source, destination, sourcePort, destinationPort }: Packet): Partial<Packet> {
  return { protocol: PROTOCOL.tcp, source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort };
}

function reset(p: Passage): Reply | string {
  const { packet } = p;
  const { tcpFlags: flags } = packet;
  if (packet.protocol !== PROTOCOL.tcp) return 'only TCP packets are reset';
  if (isLaterFragment(packet)) return LATER;
  if (packet.moreFragments) return FRAGMENT;
  if (flags !== undefined && (flags & TCP_FLAGS.RST) !== 0) return 'an RST is not answered with an RST';
  const unanswerable = notUnicast(p);
  if (unanswerable !== undefined) return unanswerable;
  const isIpv6 = packet.family === 'ipv6';
  const tcpFlags = flags === undefined ? undefined : (flags & TCP_FLAGS.ACK) === 0 ? TCP_FLAGS.RST | TCP_FLAGS.ACK : TCP_FLAGS.RST;
  const answer = send(p, { ...backward(packet), tcpFlags, tos: 0, length: isIpv6 ? 60 : 40 });
  if (typeof answer === 'string') return answer;
  if (p.connection !== undefined) closeByReset(p.connection, p.world.now);
  return answer;
}

function icmpError(p: Passage, icmpType: number | undefined, icmpCode: number | undefined): Reply | string {
  const { packet } = p;
  const isLater = isLaterFragment(packet);
  // IPv6 does not see what it is a fragment of. Seen in the kernel.
  if (isLater && packet.family === 'ipv4') return LATER;
  if (!isLater && isIcmp(packet.protocol) && packet.icmpType !== undefined && !isQuery(packet)) return 'an ICMP error is not answered with another';
  const unanswerable = notUnicast(p);
  if (unanswerable !== undefined) return unanswerable;
  // ICMP goes by the frame, too, whatever NAT has made of the packet.
  const frame = frameType(p);
  if (frame === 'broadcast' || frame === 'multicast') return `a ${frame} packet is not answered`;
  const isIpv4 = packet.family === 'ipv4';
  // IPv6 speaks from an address of its own then. Seen in the kernel.
  if (isIpv4 && isBorrowed(p)) return `the host does not speak from ${addressText(packet.destination!)}, which a routing table delivers to it`;
  const isToGroup = packet.source !== undefined && kindOf(packet.source) === 'multicast';
  return send(p, {
    protocol: isIpv4 ? PROTOCOL.icmp : PROTOCOL.icmpv6, source: ownAddress(p), destination: packet.source, icmpType, icmpCode,
    inner: { ...packet }, length: quotedLength(packet), ttl: isToGroup ? 1 : 64, tos: isIpv4 ? (packet.tos === undefined ? undefined : (packet.tos & 0x1e) | 0xc0) : 0,
  });
}

/** Length of an ICMP error: headers and as much of the packet as fits into 576 (IPv4) or 1280 (IPv6) bytes. */
function quotedLength({ family, length }: Packet): number | undefined {
  if (length === undefined) return undefined;
  return family === 'ipv4' ? Math.min(28 + length, 576) : Math.min(48 + length, 1280);
}

/** The ICMP types that IPv4 answers; it takes all others for errors. Seen in the kernel. */
const ANSWERED_V4: ReadonlySet<number> = new Set([0, 8, 13, 14, 15, 16, 17, 18]);

function isQuery({ family, icmpType }: Packet): boolean {
  return family === 'ipv4' ? ANSWERED_V4.has(icmpType!) : icmpRole(family, icmpType!) !== 'error';
}

/** Protocols whose checksum the kernel knows how to verify, or knows that it can't: DCCP no more (seen in kernel 6.18). */
const KNOWN_CHECKSUM: ReadonlySet<number> = new Set([
  PROTOCOL.icmp, PROTOCOL.igmp, PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.gre, PROTOCOL.esp, PROTOCOL.ah, PROTOCOL.icmpv6, PROTOCOL.sctp, PROTOCOL.udplite,
]);

/** Those of which it does not verify any. */
const UNVERIFIED: ReadonlySet<number> = new Set([PROTOCOL.gre, PROTOCOL.esp, PROTOCOL.ah, PROTOCOL.sctp, PROTOCOL.udplite]);

const LATER = 'a later fragment is not answered';

const FRAGMENT = 'the checksum of a first fragment can\'t be verified, so it is not answered';

const DAMAGED = 'the kernel takes the packet for damaged';

/** A checksum that is known to be right is not looked at again. Seen in the kernel. */
const SPOILED = 'the packet\'s checksum, which a new prefix has spoiled, was verified before, as network cards do';

/** Of any other protocol the kernel takes the payload as checksummed, and stays silent where it finds that wrong. Seen in the kernel. */
function checksumQuestion({ family, protocol }: Packet): string | undefined {
  // IPv6 verifies every checksum alike, and DCCP's is where it looks for it.
  if (protocol === undefined || KNOWN_CHECKSUM.has(protocol) || (family === 'ipv6' && protocol === PROTOCOL.dccp)) return undefined;
  return `the payload, which the kernel checks as it is in protocol ${protocol}, adds up to the checksum of an undamaged one`;
}

function notUnicast(p: Passage): string | undefined {
  const { packet } = p;
  const { source, destination } = packet;
  const speaks = source === undefined ? 'unicast' : kindOf(source);
  // What a process sends from a group, IPv4 answers to the group; from elsewhere routing takes it for a martian. Seen in the kernel.
  if (speaks === 'unspecified' || (speaks === 'multicast' && packet.family === 'ipv6')) return 'there is no one address to send an answer to';
  if (destination === undefined) return undefined;
  if (kindOf(destination) === 'multicast') return 'a multicast packet is not answered';
  return isBroadcast(p.host, destination) === true ? 'a broadcast packet is not answered' : undefined;
}

/** The address from which the host speaks: the one that was spoken to where it is its own, else that of the way back. */
function ownAddress(p: Passage): Address | undefined {
  const { packet, host, fromWire } = p;
  const { source, family } = packet;
  const spokenTo = ownDestination(p);
  if (spokenTo !== undefined) return spokenTo;
  if (source === undefined) return undefined;
  // To itself the host speaks from the very address.
  if (isItself(p, source)) return source;
  const found = routeTo(host, backTo(p, source, nobody(packet)));
  const route = typeof found === 'object' ? found : undefined;
  if (route?.source !== undefined) return route.source;
  // What a routing table delivers to IPv4 is the host itself, too. Seen in the kernel.
  if (route?.delivers === true && family === 'ipv4') return source;
  // IPv4 speaks from the interface of the way back, IPv6 from the one that the packet came by. Seen in the kernel.
  const arrived = family === 'ipv6' ? packet.in : route?.device ?? packet.in;
  const address = speakingAddress(host, fromWire ? arrived : packet.out, family === 'ipv6', family === 'ipv4' ? route?.via : source);
  return address instanceof Unknown ? undefined : address;
}

/** Whether who sent the packet is the host itself: a local process uses its addresses unless facts say otherwise. */
const isItself = ({ host, fromWire }: Passage, sender: Address): boolean => isLocal(host, sender) ?? (!fromWire && !isForAll(sender));

/** The packet's destination where it is the host's own. */
function ownDestination(p: Passage): Address | undefined {
  const { hook, packet: { destination, in: arrived }, host, fromWire } = p;
  if (hook === 'INPUT' && !isBorrowed(p)) return destination;
  return destination !== undefined && isLocal(host, destination, fromWire ? arrived : undefined) === true ? destination : undefined;
}

/** Whether the packet is delivered because a routing table says so, though it goes to no address of the host's own. */
const isBorrowed = ({ hook, packet: { destination, out }, host, routedBy }: Passage): boolean =>
  (hook === 'INPUT' || out === 'lo') && routedBy === 'host' && destination !== undefined && isLocal(host, destination) === false;

/** The source that a packet has for routing rules while it has none. */
const nobody = ({ family }: Packet): Address => (family === 'ipv4' ? 0 : 0n);

/** An answer comes from the host itself, without a mark. */
const backTo = ({ packet, fromWire }: Passage, to: Address, from: Address | undefined): Flow => ({ to, from, arrived: 'lo', mark: 0, by: fromWire && isLinkLocal(to) ? packet.in : undefined });

/** How the host reaches whom it answers: by its routes, which need not lead back to where the packet came from; undefined where none leads there. Seen in the kernel. */
function wayBack(p: Passage, to: Address, from: Address | undefined): { readonly device: string | undefined } | undefined {
  const { host, packet } = p;
  if (isItself(p, to)) return { device: 'lo' };
  if (isForAll(to) && from !== undefined && from !== nobody(packet)) {
    const device = deviceOf(host, from);
    return device === 'none' ? undefined : { device };
  }
  const route = routeTo(host, backTo(p, to, from));
  return typeof route === 'string' ? undefined : { device: route?.device ?? packet.in };
}

function send(p: Passage, fields: Partial<Packet>): Reply | string {
  const { packet, tracked } = p;
  const { destination, source } = fields;
  // IPv4 looks for the way of an ICMP error before it knows from where it speaks. Seen in the kernel.
  const from = packet.family === 'ipv4' && fields.protocol === PROTOCOL.icmp ? ownDestination(p) ?? nobody(packet) : source;
  const way = destination === undefined ? { device: packet.in } : wayBack(p, destination, from);
  if (way === undefined) return `the host has no route back to ${addressText(destination!)}`;
  return {
    packet: makePacket({ family: packet.family, path: 'out', pathGiven: false, mark: 0, ttl: 64, uid: NO_OWNER, gid: NO_OWNER, out: way.device, at: packet.at, ...fields }),
    tracked: tracked?.connection === undefined ? undefined
      : { state: 'RELATED', connection: tracked.connection, direction: tracked.direction === 'original' ? 'reply' : 'original' },
    // The kernel marks what it sends back for an untracked packet as related, though there is nothing to relate it to. Seen in the kernel.
    refusesTemplates: tracked?.state === 'UNTRACKED',
  };
}
