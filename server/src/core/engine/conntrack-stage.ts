import { mayBeGone, NO_ZONES, type Connection, type Tuple, type Zones } from './conntrack/connection.ts';
import { assertState, INVALID, isIcmpError, lookupTuple, track, UNTRACKED } from './conntrack/track.ts';
import { candidates, find, findIn, kill, meetsInPart, own, settle, type Found } from './conntrack/table.ts';
import { ordinaryFlags } from './conntrack/tcp.ts';
import { filledFrom, inverse, isOpen } from './conntrack/tuple.ts';
import { printTcpFlags } from '../values/tcp-flags.ts';
import type { Packet } from './packet.ts';
import type { Passage } from './passage.ts';
import { PROTOCOL } from './protocols.ts';
import { endpointText } from './wording.ts';

/** Gives the packet its conntrack state and connection, as the kernel does between raw and mangle. */
export function conntrackStage(p: Passage): void {
  // What comes back from lo, and what REJECT sends, brings its connection along.
  if (p.tracked?.connection !== undefined || p.tracked?.state === 'UNTRACKED') return;
  if (p.template?.notrack === true) {
    p.tracked = UNTRACKED;
    return;
  }
  const { world: { table, now }, packet } = p;
  if (failsChecksum(p)) {
    p.tracked = INVALID;
    return;
  }
  const zones = p.template?.zones === undefined ? NO_ZONES : p.template.zones(packet.mark);
  if (zones === undefined) {
    p.end({ verdict: 'UNKNOWN', reason: 'the packet\'s mark is not given, and its conntrack zone is in it' });
    return;
  }
  const found = lookUp(p, zones);
  const policy = p.template?.policy;
  p.template = undefined;
  // Only of an ICMP error conntrack leaves the mark that there is something of the kind. Seen in the kernel.
  p.refusesTemplates &&= isIcmpError(packet);
  if (found === undefined && p.ending === undefined && meetsInPart(table, lookupTuple(packet, zones.original), zones, now)) {
    p.end({ verdict: 'UNKNOWN', reason: 'its connection meets another one in the zones of one direction, which is not followed' });
    return;
  }
  if (p.ending !== undefined || !settleFlags(p, found)) return;
  p.tracked = packet.state === undefined ? track(table, packet, found, now, { zones, policy }) : assertState(table, packet, found, now, zones);
}

/** Conntrack checks a UDP-Lite packet that arrives as if it were UDP, and so finds its right checksum wrong. Seen in kernel 6.18. */
function failsChecksum({ packet, hook }: Passage): boolean {
  return packet.protocol === PROTOCOL.udplite && packet.state === undefined && hook === 'PREROUTING' && packet.in !== 'lo';
}

/** Fills in missing TCP flags: those of the ordinary next packet of its connection, SYN where it has none. */
export function fillFlags({ world, packet }: Passage): void {
  if (packet.protocol !== PROTOCOL.tcp || packet.tcpFlags !== undefined || packet.anyFlags) return;
  const found = find(world.table, lookupTuple(packet, 0), world.now);
  packet.tcpFlags = ordinaryFlags(found?.connection, found?.direction ?? 'original');
}

/** Conntrack goes by the flags: where any will do, the ordinary ones are followed; false for all others. */
function settleFlags(p: Passage, found: Found | undefined): boolean {
  const { packet } = p;
  if (packet.protocol !== PROTOCOL.tcp || packet.tcpFlags !== undefined || packet.state !== undefined) return true;
  const usual = ordinaryFlags(found?.connection, found?.direction ?? 'original');
  if (p.ask(`its TCP flags are ${printTcpFlags(usual)}`)) packet.tcpFlags = usual;
  else if (p.ending === undefined) p.end({ verdict: 'UNKNOWN', reason: 'what conntrack makes of it depends on its TCP flags' });
  return p.ending === undefined;
}

/** Makes the whole packet of a fragment; of a later fragment's packet the ports are not known. */
export function reassemble(p: Passage): void {
  const { packet } = p;
  if ((packet.fragmentOffset ?? 0) === 0 && !packet.moreFragments) return;
  packet.fragmentOffset = 0;
  packet.moreFragments = false;
  packet.length = undefined;
  p.forget('length');
  p.assume('the other fragments arrive as well: the kernel puts them together before the rules go on');
}

/** The packet's connection; where open parts leave several, each is tried. */
function lookUp(p: Passage, zones: Zones): Found | undefined {
  const { world: { table, now }, packet } = p;
  const tuple = lookupTuple(packet, zones.original);
  const found = findIn(table, tuple, zones, now);
  if (found !== undefined && isAlive(p, found)) return { ...found, connection: own(table, found.connection) };
  if (p.ending !== undefined) return undefined;
  for (const candidate of candidates(table, tuple, now)) {
    const belongs = p.ask(`the packet ${isIcmpError(packet) ? 'quotes one' : 'is one'} of the connection ${connectionText(candidate)}`);
    if (p.ending !== undefined) return undefined;
    if (belongs) return identify(p, candidate, tuple);
  }
  return undefined;
}

/** Whether an entry is still there, which its timeout policy may be asked for; what is gone is taken out. */
function isAlive(p: Passage, found: Found): boolean {
  const { world: { table, now } } = p;
  const { connection } = found;
  if (!mayBeGone(connection, now)) return true;
  const isKept = p.ask(`the timeout policy ${connection.policy!.name} has kept the entry of ${connectionText({ connection, direction: 'original' })}`);
  if (!isKept) kill(table, connection);
  return isKept;
}

function connectionText({ connection, direction }: Found): string {
  const { source, sourcePort, destination, destinationPort } = connection.original;
  return `${endpointText(source, sourcePort)} -> ${endpointText(destination, destinationPort)}${direction === 'reply' ? ', in the reply direction' : ''}`;
}

/** Fills in what it means for the packet and the connection that they belong together. */
function identify(p: Passage, { connection: found, direction }: Found, tuple: Tuple): Found {
  const { table } = p.world;
  const connection = own(table, found);
  const full = filledFrom(direction === 'reply' ? connection.reply : connection.original, tuple);
  if (!isIcmpError(p.packet)) fill(p.packet, full);
  p.arrivedFor ??= p.packet.destination;
  if (direction === 'reply') settle(table, connection, full);
  else if (isOpen(connection.original)) replaceOriginal(connection, full);
  return { connection, direction };
}

function fill(packet: Packet, { protocol, source, destination, sourcePort, destinationPort }: Tuple): void {
  packet.protocol ??= protocol;
  packet.source ??= source;
  packet.destination ??= destination;
  if (packet.icmpType !== undefined) return;
  packet.sourcePort ??= sourcePort;
  packet.destinationPort ??= destinationPort;
}

function replaceOriginal(connection: Connection, original: Tuple): void {
  Object.assign(connection, { original, reply: filledFrom(connection.reply, inverse(original)) });
}
