import assert from 'node:assert/strict';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { hitFiles, type HitScenario } from '../support/hits.ts';
import { KernelOracle } from './client.ts';
import type { OracleRequest } from './protocol.ts';
import { oraclePacketOf } from './translate.ts';

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
    ruleset, family: family === 'ipv4' ? 4 : 6, conntrack: 'auto', packets: packets.map(({ packet }) => oraclePacketOf(packet)),
    ...(Object.keys(addresses).length === 0 ? {} : { topology: { ifaces: ['eth0', 'eth1'], addrs: addresses } }), ...(ipset === '' ? {} : { ipset }),
  };
}
