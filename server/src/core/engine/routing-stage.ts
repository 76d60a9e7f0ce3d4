import { kindOf } from './address.ts';
import { beyondScope, noRoute, timeExceeded } from './answers.ts';
import { reassemble } from './conntrack-stage.ts';
import { enterHook } from './hook-entry.ts';
import type { Route } from './host.ts';
import type { Address } from './packet.ts';
import type { Ending, Passage } from './passage.ts';
import type { WayFields } from './program.ts';
import { ALL_HOSTS, confined, deviceOf, isBroadcast, isForAll, isLinkLocal, isLocal, isOfLink, martian, routeTo, unforwardable, type NoWay, type Settle } from './routing.ts';
import { addressText } from './wording.ts';

/** Routing behind PREROUTING: to the host itself, on to another host, or nowhere. */
export function routeArrival(p: Passage): void {
  const { packet } = p;
  // What comes back from lo has its route already. Seen in the kernel.
  if (p.looped) {
    if (!isGroup(packet.destination) || hears(p, packet.destination)) deliver(p);
    return;
  }
  const refused = martian(packet.source, packet.destination, packet.in) ?? ownSource(p);
  if (refused !== undefined) p.end({ verdict: 'DROP', reason: refused });
  else if (isForHost(p)) deliver(p);
  else if (p.ending === undefined) forward(p);
}

function deliver(p: Passage): void {
  p.packet.path = 'in';
  p.packet.out = undefined;
  // IPv4 puts fragments together before INPUT, IPv6 only after it. Seen in the kernel.
  if (p.packet.family === 'ipv4') reassemble(p);
  enterHook(p, 'INPUT');
}

/** A packet that pretends to come from this host. */
function ownSource(p: Passage): string | undefined {
  const { source, in: device, pathGiven } = p.packet;
  if (pathGiven || typeof source !== 'number' || device === 'lo' || isLocal(p.host, source) !== true) return undefined;
  return `routing drops it: ${addressText(source)} is an address of this host (martian)`;
}

function isForHost(p: Passage): boolean {
  const { packet, host } = p;
  const { destination } = packet;
  if (p.redirected || (destination !== undefined && isAlwaysDelivered(p, destination))) return true;
  const changed = destination !== p.arrivedFor;
  if (changed && isGroup(destination)) return hears(p, destination);
  const local = destination === undefined ? undefined : isLocal(host, destination, packet.in);
  const byRules = local === true || destination === undefined ? undefined : ruledWay(p, destination);
  if (p.ending !== undefined) return false;
  if (byRules?.delivers === true) {
    p.routedBy = 'host';
    return true;
  }
  const told = packet.pathGiven || local === undefined || isGroup(destination);
  if (!changed && told) return packet.path === 'in';
  if (local !== undefined) {
    p.routedBy = 'host';
    return local;
  }
  if (destination !== undefined) p.assume(`${addressText(destination)} is not an address of this host, so the packet is forwarded`);
  return false;
}

const isGroup = (destination: Address | undefined): destination is Address => destination !== undefined && kindOf(destination) === 'multicast';

/** Whether the host is a member of the group on the link. */
function isMember(p: Passage, group: Address, device: string | undefined): boolean {
  return ALL_HOSTS.includes(group) || p.ask(`the host is a member of the group ${addressText(group)}${device === undefined ? '' : ` on \`${device}\``}`);
}

/** Whether the host gets a copy of its own packet, which it sends to everybody on a link or to a group of its own. Seen in the kernel. */
export function comesBack(p: Passage): boolean {
  const { packet: { destination, out }, host } = p;
  if (destination === undefined || out === 'lo') return false;
  return isGroup(destination) ? isMember(p, destination, out) : isBroadcast(host, destination) === true;
}

/** Whether the host is a member of the group where the packet came; ends the passage of what it does not hear. Seen in the kernel. */
function hears(p: Passage, group: Address): boolean {
  if (isMember(p, group, p.packet.in)) return true;
  if (p.ending === undefined) p.end({ verdict: 'DROP', reason: `the host is no member of the group ${addressText(group)}, and passes nothing on to it` });
  return false;
}

/** The way that the host's rules lead, where they are given and no path is said outright. */
function ruledWay(p: Passage, destination: Address): Route | undefined {
  if (p.host.rules === undefined || p.packet.pathGiven) return undefined;
  const route = routeTo(p.host, p.flowTo(destination), settling(p));
  return typeof route === 'string' ? undefined : route;
}

/** Follows both answers where a routing rule asks for what is not known. */
const settling = (p: Passage): Settle => ({ reason }) => {
  const answer = p.ask(reason);
  return p.ending === undefined ? answer : undefined;
};

/** Loopback and broadcast addresses are every host's own, where they are known. */
function isAlwaysDelivered({ host, packet: { in: arrived } }: Passage, destination: Address): boolean {
  if (kindOf(destination) === 'loopback') return isLocal(host, destination, arrived) === true;
  return kindOf(destination) === 'limited-broadcast' || isBroadcast(host, destination) === true;
}

function forward(p: Passage): void {
  const { packet } = p;
  const isRouter = p.host.forwarding !== false;
  // IPv6 looks for a route all the same, and tells who sent to where none leads. Seen in the kernel.
  if (!isRouter && packet.family === 'ipv6') newWay(p);
  if (p.ending !== undefined) return;
  const refused = isRouter ? sentToAll(p) : 'the host does not forward packets';
  if (refused !== undefined) {
    p.end({ verdict: 'DROP', reason: refused });
    return;
  }
  const changed = packet.destination !== p.arrivedFor;
  if (packet.path === 'in' || changed) packet.out = newWay(p) ?? packet.out;
  else packet.out ??= newWay(p);
  packet.path = 'forward';
  if (p.ending !== undefined || isOfAnotherLink(p)) return;
  if (packet.ttl !== undefined && packet.ttl <= 1) {
    p.endWithAnswer(timeExceeded(p), { verdict: 'DROP', reason: `its ${packet.family === 'ipv4' ? 'ttl' : 'hop limit'} is used up, so routing drops it after PREROUTING` });
    return;
  }
  if (staysOnLink(p)) return;
  if (packet.ttl !== undefined) packet.ttl--;
  p.forget('ttl');
  enterHook(p, 'FORWARD');
}

/** Ends the passage of a packet to an address that is known on another link only. Seen in the kernel. */
function isOfAnotherLink(p: Passage): boolean {
  const { packet: { in: arrived, out, destination } } = p;
  if (destination === undefined || !isOfLink(destination) || arrived === undefined || out === undefined || arrived === out) return false;
  p.endWithAnswer(noRoute(p), { verdict: 'DROP', reason: `${addressText(destination)} is an address of its own link, to which no route leads from another one` });
  return true;
}

/** Ends the passage of a packet to another link that its source is not known on; its sender is told. Seen in the kernel. */
function staysOnLink(p: Passage): boolean {
  const { packet } = p;
  const refused = packet.in !== undefined && packet.in === packet.out ? undefined : unforwardable(packet.source);
  if (refused === undefined) return false;
  if (isLinkLocal(packet.source!)) p.endWithAnswer(beyondScope(p), { verdict: 'DROP', reason: refused });
  else p.end({ verdict: 'DROP', reason: refused });
  return true;
}

/** A packet that came to everybody on the link, and has been sent elsewhere by NAT. Seen in the kernel. */
function sentToAll({ packet, arrivedFor, host }: Passage): string | undefined {
  if (arrivedFor === undefined || packet.destination === arrivedFor) return undefined;
  if (kindOf(arrivedFor) !== 'multicast' && isBroadcast(host, arrivedFor) !== true) return undefined;
  return 'what comes to everybody on a link is not forwarded, whatever its destination is now';
}

/** The interface by which the destination is reached as far as routes are known; ends the passage when there is none. */
function newWay(p: Passage): string | undefined {
  const { destination, family } = p.packet;
  // IPv6 reaches groups by every interface, and which is the first of them is no fact that is given.
  if (destination === undefined || (family === 'ipv6' && isGroup(destination))) return undefined;
  const route = routeTo(p.host, p.flowTo(destination), settling(p));
  if (p.ending !== undefined) return undefined;
  if (typeof route === 'string') {
    const ending: Ending = { verdict: 'DROP', reason: noWay(route, destination) };
    if (p.fromWire) p.endWithAnswer(noRoute(p, route), ending);
    else p.end(ending);
    return undefined;
  }
  if (route === undefined) return undefined;
  p.routedBy = 'host';
  assumeNoRuleByMark(p);
  return route.device;
}

function noWay(why: NoWay, destination: Address): string {
  const to = addressText(destination);
  switch (why) {
    case 'none': return `the host has no route to ${to}`;
    case 'unreachable': return `the host's routing takes ${to} for unreachable`;
    case 'prohibit': return `the host's routing prohibits what goes to ${to}`;
    case 'blackhole': return `the host's routing has a blackhole for ${to}`;
  }
}

/** Where no rules are given, only the routes of the main table are known, and where a mark chooses another one is not. */
function assumeNoRuleByMark(p: Passage): void {
  const { mark } = p.packet;
  p.routedMark = mark;
  if (p.host.rules === undefined && mark !== undefined && mark !== 0) p.assume(`no routing rule of the host goes by the mark 0x${mark.toString(16)}`);
}

/** The interface by which a packet of the host itself leaves, as far as routes are known. */
export function wayOut(p: Passage): string | undefined {
  const { destination } = p.packet;
  if (destination !== undefined && isLocal(p.host, destination) === true) return 'lo';
  return newWay(p);
}

export function noteWay(p: Passage): void {
  const { source, destination, mark, tos, ttl } = p.packet;
  p.noted = { source, destination, mark, tos, ttl };
}

/** A local packet of which any of these fields has changed may leave by another interface; this hook's `-o` still sees the old one. */
export function reroute(p: Passage, by: readonly (keyof WayFields)[]): void {
  const { packet, noted } = p;
  if (by.every((field) => packet[field] === noted![field])) return;
  const { destination } = packet;
  const isMarked = packet.mark !== p.routedMark;
  const isReadressed = destination !== p.arrivedFor;
  // The link of what goes to everybody is chosen anew, whichever of the fields has changed. Seen in the kernel.
  if (!isReadressed && !(destination !== undefined && isForAll(destination)) && !(isMarked && p.host.rules !== undefined)) {
    if (isMarked) assumeNoRuleByMark(p);
    return;
  }
  if (destination !== undefined) leaveFor(p, destination);
  if (p.ending !== undefined) return;
  p.arrivedFor = destination;
  if (isMarked) assumeNoRuleByMark(p);
}

function leaveFor(p: Passage, destination: Address): void {
  const { packet } = p;
  if (isForAll(destination)) {
    leaveForAll(p, destination);
    return;
  }
  const local = isLocal(p.host, destination);
  if (local === true) {
    packet.out = 'lo';
    return;
  }
  const route = routeTo(p.host, p.flowTo(destination), settling(p));
  if (p.ending !== undefined) return;
  const refused = typeof route === 'string' ? noWay(route, destination) : confined(packet.source);
  if (refused !== undefined) {
    if (local === undefined) p.assume(`${addressText(destination)} is not an address of this host`);
    p.end({ verdict: 'DROP', reason: refused });
  } else if (typeof route === 'object') packet.out = route.device;
  else if (packet.out === 'lo') packet.out = undefined;
}

/** What has become a packet to everybody on a link leaves by the link of its source; in IPv6, by the one that it was to leave by. Seen in the kernel. */
function leaveForAll(p: Passage, destination: Address): void {
  const { packet, host } = p;
  if (packet.family === 'ipv6') {
    // Of lo there is no way to a group.
    if (packet.out === 'lo') p.end({ verdict: 'DROP', reason: noWay('none', destination) });
    return;
  }
  const device = packet.source === undefined ? undefined : deviceOf(host, packet.source);
  if (device === 'none') p.end({ verdict: 'DROP', reason: noWay('none', destination) });
  else packet.out = device;
}
