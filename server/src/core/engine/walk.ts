import type { Hook } from '../netfilter.ts';
import { kindOf } from './address.ts';
import { noRoute, rejection, timeExceeded, type Reply } from './answers.ts';
import { rewriteError } from './conntrack/rewrite.ts';
import type { Connection } from './conntrack/connection.ts';
import { bind, type Manipulation } from './conntrack/nat.ts';
import { confirm } from './conntrack/table.ts';
import { conntrackStage, fillFlags, reassemble } from './conntrack-stage.ts';
import { isIcmp } from './conntrack/tuple.ts';
import type { Ending, Passage } from './passage.ts';
import type { Stage } from './program.ts';
import { PROTOCOL } from './protocols.ts';
import { isLocal, martian, refusedOnArrival, routeTo, unforwardable } from './routing.ts';
import { walkChain } from './chains.ts';
import { addressText } from './wording.ts';

/** Walks a passage to its end. */
export function walk(p: Passage): void {
  if (p.stages.length === 0 && p.ending === undefined) begin(p);
  for (;;) {
    while (p.ending === undefined) advance(p);
    if (!sendAnswer(p)) return;
  }
}

function begin(p: Passage): void {
  fillFlags(p);
  if (!p.fromWire) {
    p.packet.out ??= wayOut(p);
    enterHook(p, 'OUTPUT');
    return;
  }
  const { source, destination } = p.packet;
  const refused = refusedOnArrival(source, destination, p.packet.in);
  if (refused !== undefined) p.end({ verdict: 'DROP', reason: refused });
  else enterHook(p, 'PREROUTING');
}

function enterHook(p: Passage, hook: Hook): void {
  p.hook = hook;
  p.stages = p.program.hooks[hook];
  p.position = 0;
  const { in: arrived, out } = p.packet;
  p.inInterface = hook === 'OUTPUT' || (hook === 'POSTROUTING' && !p.fromWire) ? '' : arrived;
  p.outInterface = hook === 'PREROUTING' || hook === 'INPUT' ? '' : out;
}

/** Does one stage, or what lies behind the hook's last one. */
function advance(p: Passage): void {
  const stage = p.stages[p.position];
  if (stage === undefined) leaveHook(p);
  else if (p.chain !== undefined) chainStage(p, stage);
  else startStage(p, stage);
}

function startStage(p: Passage, stage: Stage): void {
  switch (stage.kind) {
    case 'table': enterChain(p, stage.chain); return;
    case 'nat': enterNat(p, stage); return;
    case 'defragment': reassemble(p); break;
    case 'track': conntrackStage(p); break;
    case 'reroute': reroute(p); break;
    case 'confirm': confirmStage(p); break;
  }
  if (p.ending === undefined) p.position++;
}

function enterChain(p: Passage, chain: NonNullable<Passage['chain']>): void {
  p.table = chain.table;
  p.base = p.chain = chain;
  p.next = 0;
  p.stack = [];
  p.cursor = undefined;
}

/** Runs the chain of a stage; when it lets the packet go on, finishes the stage. */
function chainStage(p: Passage, stage: Stage): void {
  walkChain(p);
  const type = p.rejected;
  p.rejected = undefined;
  if (type !== undefined) endWithAnswer(p, rejection(p, type), { verdict: 'REJECT', rejectWith: type });
  if (p.ending !== undefined) return;
  p.chain = undefined;
  if (stage.kind === 'nat') finishNat(p, stage);
  p.position++;
}

/** NAT chains see a packet only while its connection's NAT is not set up; every packet of the connection is rewritten. */
function enterNat(p: Passage, stage: Stage & { readonly kind: 'nat' }): void {
  const { connection } = p;
  if (connection === undefined) {
    p.position++;
    return;
  }
  if (p.state === 'RELATED' && isIcmp(p.packet.protocol)) {
    translateError(p, connection, stage.manipulation);
    return;
  }
  const done = stage.manipulation === 'source' ? connection.sourceNatDone : connection.destinationNatDone;
  if (!done && p.state !== 'ESTABLISHED' && stage.chain !== undefined) {
    enterChain(p, stage.chain);
    return;
  }
  finishNat(p, stage);
  p.position++;
}

const REDIRECT = 5;

/** An ICMP error about a connection is translated with it, except a redirect, which NAT drops. Seen in the kernel. */
function translateError(p: Passage, connection: Connection, manipulation: Manipulation): void {
  const { packet } = p;
  if (packet.protocol === PROTOCOL.icmp && packet.icmpType === REDIRECT && (connection.sourceTranslated || connection.destinationTranslated)) {
    p.end({ verdict: 'DROP', reason: 'NAT drops ICMP redirects about translated connections' });
    return;
  }
  rewriteError(packet, connection, p.direction, manipulation);
  p.position++;
}

/** Where no rule has set the NAT up, the kernel still makes the connection's replies unique. */
function finishNat(p: Passage, { manipulation }: Stage & { readonly kind: 'nat' }): void {
  const connection = p.connection!;
  const done = manipulation === 'source' ? connection.sourceNatDone : connection.destinationNatDone;
  if (!done) bind(p.world.table, connection, manipulation, {}, p.world.now);
  p.rewrite(manipulation);
}

/** Enters the connection of a packet that has survived. */
function confirmStage(p: Passage): void {
  const { tracked } = p;
  const connection = tracked?.connection;
  if (connection === undefined || connection.confirmed || tracked!.direction === 'reply') return;
  if (!confirm(p.world.table, connection, p.world.now)) {
    p.end({ verdict: 'DROP', reason: 'its answers could not be told from those of another connection; conntrack drops it' });
  }
}

/** A local packet whose destination has changed may leave by another interface; this hook's `-o` still sees the old one. */
function reroute(p: Passage): void {
  const { packet } = p;
  if (packet.destination === p.arrivedFor) return;
  p.arrivedFor = packet.destination;
  if (packet.destination === undefined) return;
  if (kindOf(packet.destination) === 'loopback' || isLocal(p.host, packet.destination) === true) packet.out = 'lo';
  else {
    const route = routeTo(p.host, packet.destination);
    if (route === 'none') p.end({ verdict: 'DROP', reason: `the host has no route to ${addressText(packet.destination)}` });
    else if (route !== undefined) packet.out = route.device;
    else if (packet.out === 'lo') packet.out = undefined;
  }
}

function leaveHook(p: Passage): void {
  switch (p.hook) {
    case 'PREROUTING': routeArrival(p); return;
    case 'FORWARD': case 'OUTPUT': enterHook(p, 'POSTROUTING'); return;
    case 'INPUT': accept(p); return;
    case 'POSTROUTING':
      if (p.packet.out === 'lo' && p.options.loopback && !p.fromWire) loopBack(p);
      else accept(p);
  }
}

function accept(p: Passage): void {
  const { decided } = p;
  const policy = decided?.byPolicy === true ? { table: decided.chain.table, chain: decided.chain.name } : undefined;
  p.end({ verdict: 'ACCEPT', ...(policy === undefined ? {} : { policy }) });
}

/** What was sent to lo arrives from it, still with its connection and mark. */
function loopBack(p: Passage): void {
  p.fromWire = true;
  p.packet.in = 'lo';
  p.packet.out = undefined;
  p.arrivedFor = p.packet.destination;
  p.packet.path = 'in';
  enterHook(p, 'PREROUTING');
}

/** Routing behind PREROUTING: to the host itself, on to another host, or nowhere. */
function routeArrival(p: Passage): void {
  const { packet } = p;
  const refused = martian(packet.source, packet.destination, packet.in) ?? ownSource(p);
  if (refused !== undefined) p.end({ verdict: 'DROP', reason: refused });
  else if (isForHost(p)) deliver(p);
  else forward(p);
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
  const { packet } = p;
  const { destination } = packet;
  const changed = destination !== p.arrivedFor;
  if (p.redirected || (destination !== undefined && ['loopback', 'limited-broadcast'].includes(kindOf(destination)))) return true;
  const local = destination === undefined ? undefined : isLocal(p.host, destination);
  if (!changed && (packet.pathGiven || local === undefined)) return packet.path === 'in';
  if (local !== undefined) {
    p.routedBy = 'host';
    return local;
  }
  if (destination !== undefined) p.assume(`${addressText(destination)} is not an address of this host, so the packet is forwarded`);
  return false;
}

function forward(p: Passage): void {
  const { packet } = p;
  const refused = p.host.forwarding === false ? 'the host does not forward packets' : unforwardable(packet.source);
  if (refused !== undefined) {
    p.end({ verdict: 'DROP', reason: refused });
    return;
  }
  const changed = packet.destination !== p.arrivedFor;
  if (packet.path === 'in' || changed) packet.out = newWay(p) ?? packet.out;
  else packet.out ??= newWay(p);
  packet.path = 'forward';
  if (p.ending !== undefined) return;
  if (packet.ttl !== undefined && packet.ttl <= 1) {
    endWithAnswer(p, timeExceeded(p), { verdict: 'DROP', reason: `its ${packet.family === 'ipv4' ? 'ttl' : 'hop limit'} is used up, so routing drops it after PREROUTING` });
    return;
  }
  if (packet.ttl !== undefined) packet.ttl--;
  enterHook(p, 'FORWARD');
}

/** The interface by which the destination is reached as far as routes are known; ends the passage when there is none. */
function newWay(p: Passage): string | undefined {
  const { destination } = p.packet;
  const route = destination === undefined ? undefined : routeTo(p.host, destination);
  if (route === 'none') {
    const ending: Ending = { verdict: 'DROP', reason: `the host has no route to ${addressText(destination!)}` };
    if (p.fromWire) endWithAnswer(p, noRoute(p), ending);
    else p.end(ending);
  }
  if (route === undefined || route === 'none') return undefined;
  p.routedBy = 'host';
  return route.device;
}

function wayOut(p: Passage): string | undefined {
  const { destination } = p.packet;
  if (destination !== undefined && isLocal(p.host, destination) === true) return 'lo';
  return newWay(p);
}

/** Ends the packet's own way; what is sent back for it then goes its way in the same world. */
function endWithAnswer(p: Passage, reply: Reply | string, ending: Ending): void {
  if (typeof reply === 'string') p.end({ ...ending, noAnswer: reply });
  else {
    p.reply = reply;
    p.end(ending);
  }
}

/** Sets what is sent back on its way, once the packet's own is over; false when there is nothing (more) to send. */
function sendAnswer(p: Passage): boolean {
  const { reply } = p;
  if (reply === undefined) return false;
  p.ended = [...p.ended, { ...p.ending!, steps: p.steps, packet: p.packet }];
  p.reply = undefined;
  p.ending = undefined;
  p.steps = [];
  p.packet = reply.packet;
  p.tracked = reply.tracked;
  p.template = undefined;
  p.fromWire = false;
  p.redirected = false;
  p.arrivedFor = reply.packet.destination;
  p.decided = undefined;
  p.chain = undefined;
  reply.packet.out ??= wayOut(p);
  if (p.ending === undefined) enterHook(p, 'OUTPUT');
  return true;
}
