import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { TCP_FLAGS, type Packet } from '../../server/src/core/engine/packet.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { parsePacket } from '../../server/src/core/notation/parse.ts';
import { neighbourhoodOf, objectsFor } from './neighbourhood.ts';
import type { OraclePacket, OracleRequest, Side } from './protocol.ts';
import { oraclePacketOf } from './translate.ts';

const FOLDER = fileURLToPath(new URL('./conversations/', import.meta.url));

/**
 * What hosts do with iptables, and the packets that show it: rulesets that begin with a title and end with packets in
 * notation, each behind `#>`, among the hosts of the neighbourhood. Sets are made by commands behind `#ipset`, routes and
 * routing rules by those behind `#ip`; `#sysctl NAME=VALUE` sets a switch of the kernel.
 */
export function conversations(): readonly OracleRequest[] {
  return readdirSync(FOLDER).sort().map((name) => read(readFileSync(path.join(FOLDER, name), 'utf8'), name.endsWith('v6') ? 'ipv6' : 'ipv4'));
}

function read(text: string, family: Family): OracleRequest {
  const lines = text.split('\n');
  const sides = new Sides();
  const packets = lines.filter((line) => line.startsWith('#>')).map((line) => {
    const parsed = parsePacket(line.slice(2).trim(), family);
    if (!parsed.ok) throw new Error(`${line}: ${parsed.error.message}`);
    return sides.told(parsed.packet);
  });
  const behind = (mark: string): readonly string[] => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  const sysctl = Object.fromEntries(behind('#sysctl ').map((line) => line.split('=')).map(([name, value]) => [name!, Number(value)]));
  const topology = { ...neighbourhoodOf(family).topology, ip: behind('#ip '), sysctl };
  const sets = behind('#ipset ').map((line) => `${line}\n`).join('');
  return {
    id: lines[0]!.slice(2), ruleset: text, family: family === 'ipv4' ? 4 : 6, packets, topology, ...objectsFor(text, sets, family),
  };
}

/** Tells who sends: the client of a TCP connection is who sent first with that port. */
class Sides {
  private readonly clients = new Set<number>();

  told(packet: Packet): OraclePacket {
    const { sourcePort, destinationPort, tcpFlags = TCP_FLAGS.SYN, pathGiven, out, path: way } = packet;
    const oracle = oraclePacketOf(packet);
    const auto = way === 'out' && out === undefined ? { path: 'auto', local: true } : pathGiven || way === 'forward' ? {} : { path: 'auto' };
    if (sourcePort === undefined) return { ...oracle, ...auto };
    const isServer = (tcpFlags & (TCP_FLAGS.SYN | TCP_FLAGS.ACK)) === (TCP_FLAGS.SYN | TCP_FLAGS.ACK) || (!this.clients.has(sourcePort) && this.clients.has(destinationPort!));
    if (!isServer) this.clients.add(sourcePort);
    const side: Side = isServer ? 'server' : 'client';
    return { ...oracle, ...auto, side };
  }
}
