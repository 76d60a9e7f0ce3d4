import { reject } from './answers.ts';
import { walkChain } from './chains.ts';
import { conntrackStage, fillFlags, reassemble } from './conntrack-stage.ts';
import { enterChain, enterHook } from './hook-entry.ts';
import { confirmStage, enterNat, finishNat } from './nat-stage.ts';
import type { Passage } from './passage.ts';
import type { Stage } from './program.ts';
import { PROTOCOL } from './protocols.ts';
import { keptAtHome, refusedOnArrival } from './routing.ts';
import { comesBack, noteWay, reroute, routeArrival, wayOut } from './routing-stage.ts';

/** Walks a passage to its end. */
export function walk(p: Passage): void {
  if (p.stages.length === 0 && p.ending === undefined) begin(p);
  for (;;) {
    while (p.ending === undefined) advance(p);
    if (!goOn(p) && !sendAnswer(p)) return;
  }
}

function begin(p: Passage): void {
  fillFlags(p);
  // ip6tables looks through the header to what is authenticated, of which the packet says nothing. Seen in the kernel.
  if (p.packet.family === 'ipv6' && p.packet.protocol === PROTOCOL.ah) {
    p.end({ verdict: 'UNKNOWN', reason: 'rules of ip6tables look at what lies behind the authentication header, which is not given' });
    return;
  }
  if (!p.fromWire) {
    p.packet.out ??= wayOut(p);
    enterHook(p, 'OUTPUT');
    return;
  }
  // This host has sent what comes in by lo, and conntrack has seen it then.
  if (p.packet.in === 'lo' && p.program.tracks) conntrackStage(p);
  if (p.ending === undefined) arrive(p);
}

function arrive(p: Passage): void {
  const { source, destination, in: device } = p.packet;
  const refused = refusedOnArrival(source, destination, p.isCopy ? 'lo' : device);
  if (refused !== undefined) p.end({ verdict: 'DROP', reason: refused });
  else enterHook(p, 'PREROUTING');
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
    case 'note-way': noteWay(p); break;
    case 'reroute': reroute(p, stage.by); break;
    case 'confirm': confirmStage(p); break;
  }
  if (p.ending === undefined) p.position++;
}

/** Runs the chain of a stage; when it lets the packet go on, finishes the stage. */
function chainStage(p: Passage, stage: Stage): void {
  walkChain(p);
  const type = p.rejected;
  p.rejected = undefined;
  if (type !== undefined) reject(p, type);
  if (p.ending !== undefined) return;
  p.chain = undefined;
  if (stage.kind === 'nat') finishNat(p, stage);
  p.position++;
}

function leaveHook(p: Passage): void {
  switch (p.hook) {
    case 'PREROUTING': routeArrival(p); return;
    case 'FORWARD': enterHook(p, 'POSTROUTING'); return;
    case 'OUTPUT':
      if (p.packet.family === 'ipv4' && comesBack(p)) sendCopy(p);
      if (p.ending === undefined) enterHook(p, 'POSTROUTING');
      return;
    case 'INPUT': accept(p); return;
    case 'POSTROUTING': leave(p);
  }
}

/** IPv6 makes the copy of what comes back behind POSTROUTING, IPv4 in front of it: either way the copy passes it, too. Seen in the kernel. */
function leave(p: Passage): void {
  if (!p.options.loopback || p.fromWire) depart(p);
  else if (p.isCopy && isHeldUp(p)) {
    p.changePlaces();
    enterHook(p, 'POSTROUTING');
  } else if (p.isCopy || p.packet.out === 'lo') loopBack(p);
  else {
    const isCopied = p.packet.family === 'ipv6' && comesBack(p);
    if (p.ending !== undefined) return;
    depart(p);
    if (!isCopied) return;
    sendCopy(p);
    enterHook(p, 'POSTROUTING');
  }
}

/** Whether the kernel lets nothing arrive before it is done with what it sends itself: an ICMP error, and what a rule of iptables-legacy sends. Seen in the kernel. */
const isHeldUp = ({ ended, packet, backend }: Passage): boolean => ended.length > 0 && packet.family === 'ipv4' && (backend === 'legacy' || packet.protocol === PROTOCOL.icmp);

/** Goes out by its interface. */
function depart(p: Passage): void {
  const kept = keptAtHome(p.packet.destination, p.packet.out);
  if (kept === undefined) accept(p);
  else p.end({ verdict: 'DROP', reason: kept });
}

function sendCopy(p: Passage): void {
  p.assume('a copy of it comes back to the host itself, which passes POSTROUTING like the packet');
  p.goOnAsCopy();
}

function accept(p: Passage): void {
  const { decided } = p;
  if (decided?.byPolicy === true) p.end({ verdict: 'ACCEPT', policy: { table: decided.chain.table, chain: decided.chain.name } });
  else p.end({ verdict: 'ACCEPT' });
}

/** What was sent to lo arrives from it, and a copy from where its original leaves, still with its connection and mark. */
function loopBack(p: Passage): void {
  p.fromWire = true;
  p.looped = true;
  p.packet.in = p.packet.out;
  p.packet.out = undefined;
  p.arrivedFor = p.packet.destination;
  p.packet.path = 'in';
  arrive(p);
}

/** Goes on with the packet itself where a copy of it has come to its end, or with the copy that has waited for it; false where there is none. */
function goOn(p: Passage): boolean {
  if (p.hasWaitingCopy && p.ending?.verdict !== 'UNKNOWN') {
    p.changePlaces();
    loopBack(p);
    return true;
  }
  if (!p.goOnAsItself()) return false;
  if (p.ending === undefined) enterHook(p, 'POSTROUTING');
  return true;
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
  p.looped = p.isSpoiled = false;
  p.refusesTemplates = reply.refusesTemplates;
  p.arrivedFor = reply.packet.destination;
  p.routedMark = reply.packet.mark;
  p.decided = undefined;
  p.chain = undefined;
  reply.packet.out ??= wayOut(p);
  if (p.ending === undefined) enterHook(p, 'OUTPUT');
  return true;
}
