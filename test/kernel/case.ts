import type { Family } from '../../server/src/core/netfilter.ts';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { startSimulation } from './check.ts';
import { generateRuleset } from './generate.ts';
import { neighbourhoodOf } from './neighbourhood.ts';
import type { OraclePacket, OracleRequest } from './protocol.ts';
import { Random } from './random.ts';
import { Traffic } from './traffic.ts';

/** The case of a seed: a ruleset and the packets to send through it, in order. */
export async function generateCase(seed: number, family: Family, backend: Backend, packets: number): Promise<OracleRequest> {
  const random = new Random(seed);
  const sent: OraclePacket[] = [];
  const request: OracleRequest = {
    id: `seed ${seed}`, ruleset: generateRuleset(random, family), family: family === 'ipv4' ? 4 : 6, packets: sent, topology: neighbourhoodOf(family).topology,
  };
  const traffic = new Traffic(random, family);
  const simulate = await startSimulation(request, backend);
  for (let index = 0; index < packets; index++) {
    sent.push(traffic.next());
    traffic.note(sent[index]!, simulate(index));
  }
  return request;
}
