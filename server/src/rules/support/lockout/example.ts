import { SET_OF, type Analysis, type Deciding, type FinalFate } from '../../../core/analysis/analysis.ts';
import type { Packet } from '../../../core/engine/packet.ts';
import { printPacket } from '../../../core/notation/print.ts';
import { classOf } from '../../../core/sets/class.ts';
import { NONE, type PacketSet } from '../../../core/sets/diagram.ts';
import { witness } from '../../../core/sets/witness.ts';
import type { Standing } from './standing.ts';
import { usualPacketsOf, type Traffic } from './traffic.ts';

/** A packet that does not get through, and what stops it. */
export interface Stopped {
  /** The packet in notation. */
  readonly packet: string;
  readonly fate: FinalFate;
  readonly decidedBy: Deciding | undefined;
}

/** A packet of `among` that is stopped, as plain as it can be told; undefined where none is. */
export function stoppedPacket(analysis: Analysis, traffic: Traffic, { fates }: Standing, among: PacketSet): Stopped | undefined {
  const { space } = analysis;
  const { path } = traffic.packet;
  for (const fate of ['drop', 'reject', 'queue'] as const) {
    const set = space.intersection(fates[SET_OF[fate]], among);
    const usual = space.intersection(set, usualPacketsOf(space, traffic));
    const example = analysis.example(path, usual === NONE ? set : usual, fate);
    if (example === undefined) continue;
    const plain = usually(withEndsOf(example.packet, traffic.packet));
    const isTold = space.difference(space.intersection(classOf(space, plain), fates.all), set) === NONE;
    const packet = isTold ? plain : { ...example.packet, pathGiven: traffic.packet.pathGiven, state: traffic.packet.state };
    return { packet: printPacket(withRealInterfaces(analysis, packet)), fate, decidedBy: example.decidedBy };
  }
  return undefined;
}

/** A packet that is stopped, and gets through in a state behind this one; undefined where none is found. */
export function stoppedForAWhile(analysis: Analysis, traffic: Traffic, standing: Standing, opened: Analysis, later: Standing): Stopped | undefined {
  const usual = opened.space.intersection(later.fates.accepted, usualPacketsOf(opened.space, traffic));
  const found = witness(opened.space, usual === NONE ? later.fates.accepted : usual);
  if (found === undefined) return undefined;
  const packet = usually(withEndsOf(found.packet, traffic.packet));
  const stopped = stoppedPacket(analysis, traffic, standing, classOf(analysis.space, packet));
  // An interface that only later rules name has no name of its own before.
  return stopped && { ...stopped, packet: printPacket(withRealInterfaces(opened, packet)) };
}

function withEndsOf(example: Packet, given: Packet): Packet {
  return {
    ...given,
    source: example.source, destination: example.destination, sourcePort: example.sourcePort, destinationPort: example.destinationPort,
    protocol: example.protocol, in: example.in, out: example.out, ...(given.icmpType === undefined ? { icmpType: example.icmpType, icmpCode: example.icmpCode } : {}),
  };
}

/** What packets have where nothing else is said of them. */
function usually(packet: Packet): Packet {
  const { mark = 0, tos = 0, ttl = 64, uid = 0, gid = 0 } = packet;
  return { ...packet, mark, tos, ttl, uid, gid };
}

/** Writes `eth0` for an interface that stands for all those that no rule names. */
export function withRealInterfaces({ space: { names } }: Analysis, packet: Packet): Packet {
  const real = (name: string | undefined): string | undefined => {
    const code = name === undefined ? 0 : names.codeOf(name);
    return names.classes[code]?.named === false && names.codeOf('eth0') === code ? 'eth0' : name;
  };
  return { ...packet, in: real(packet.in), out: real(packet.out) };
}
