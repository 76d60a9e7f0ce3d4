import assert from 'node:assert/strict';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { generateCase, generateStreams } from './case.ts';
import { check } from './check.ts';
import type { OracleRequest } from './protocol.ts';
import { describeWithKernel } from './support.ts';

const CASES = 25;
const PACKETS = 30;
const STREAMS = 4;
const SEGMENTS = 300;

/** Asserts that the kernel and we agree on every packet; `node --import tsx test/kernel/run.ts` makes a disagreement small. */
describeWithKernel('random rulesets and packets', (backend: Backend, oracle) => {
  const agree = async (request: OracleRequest): Promise<void> => {
    const { reply, disagreements } = await check(oracle(), request, backend);
    assert.ok(reply.ok, `${request.id}: ${reply.error}`);
    assert.deepEqual(disagreements.map(({ index, differences }) => [request.id, index, differences]), []);
  };

  it(`agree in ${CASES} cases of ${PACKETS} packets`, async function () {
    this.timeout(120_000);
    for (let seed = 1; seed <= CASES; seed++) await agree(await generateCase(seed, { family: seed % 3 === 0 ? 'ipv6' : 'ipv4', backend, packets: PACKETS }));
  });

  it(`agree on TCP connections of random segments`, async function () {
    this.timeout(60_000);
    for (let seed = 1; seed <= STREAMS; seed++) await agree(generateStreams(seed, seed % 2 === 0 ? 'ipv6' : 'ipv4', SEGMENTS));
  });
});
