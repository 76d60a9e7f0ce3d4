import assert from 'node:assert/strict';
import { TCP_FLAGS, type Packet } from '../../server/src/core/engine/packet.ts';
import { PROTOCOL } from '../../server/src/core/engine/protocols.ts';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { printBare } from '../../server/src/core/values/address.ts';
import { hitFiles, type HitScenario } from '../support/hits.ts';
import { KernelOracle } from './client.ts';
import type { OraclePacket, OracleRequest } from './protocol.ts';

describe('rules that packets hit in the kernel', function () {
  this.timeout(300_000);
  const isRoot = process.getuid?.() === 0;
  before(function () {
    if (isRoot) return;
    console.log('    skipped: needs root');
    this.skip();
  });
  for (const backend of ['legacy', 'nft'] as const) {
    it(`iptables-${backend}`, async () => {
      const oracle = new KernelOracle(backend);
      const wrong: string[] = [];
      for (const { file, scenarios } of hitFiles()) for (const scenario of scenarios) wrong.push(...(await ask(oracle, scenario, backend)).map((line) => `${file}, ${scenario.title}: ${line}`));
      await oracle.close();
      assert.deepEqual(wrong, []);
    });
  }
});

async function ask(oracle: KernelOracle, scenario: HitScenario, backend: Backend): Promise<readonly string[]> {
  const { table, chain, packets } = scenario;
  const reply = await oracle.ask(requestOf(scenario));
  if (!reply.ok) return [`refused: ${reply.error ?? ''}`];
  return packets.flatMap(({ text, hits }, index) => {
    const met = reply.packets![index]!.trace?.filter((each) => each.table === table && each.chain === chain && typeof each.rule === 'number').map(({ rule }) => rule).join(' ');
    return met === hits[backend] ? [] : [`packet ${index + 1}, ${text}: hits ${met ?? 'nothing'}`];
  });
}

function requestOf({ ruleset, family, packets, addresses, ipset }: HitScenario): OracleRequest {
  return {
    ruleset, family: family === 'ipv4' ? 4 : 6, conntrack: 'auto', packets: packets.map(({ packet }) => packetOf(packet)),
    ...(Object.keys(addresses).length === 0 ? {} : { topology: { ifaces: ['eth0', 'eth1'], addrs: addresses } }), ...(ipset === '' ? {} : { ipset }),
  };
}

/** One of our packets in the oracle's terms. */
function packetOf(packet: Packet): OraclePacket {
  const { family, path, protocol, source, destination, tcpFlags } = packet;
  const given: Record<string, unknown> = {
    path, src: printBare(source!, family), dst: printBare(destination!, family), proto: protocol, sport: packet.sourcePort, dport: packet.destinationPort,
    type: packet.icmpType, code: packet.icmpCode, in_iface: packet.in, out_iface: packet.out, mark: packet.mark, tos: packet.tos, ttl: packet.ttl,
    uid: packet.uid, gid: packet.gid, smac: packet.mac, at: packet.at, payload: packet.length === undefined ? undefined : packet.length - headers(packet),
    flags: tcpFlags === undefined ? undefined : flagNames(tcpFlags),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const headers = ({ family, protocol }: Packet): number => (family === 'ipv4' ? 20 : 40) + (protocol === PROTOCOL.tcp ? 20 : 8);

const flagNames = (bits: number): string => Object.entries(TCP_FLAGS).filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name).join(',') || 'NONE';
