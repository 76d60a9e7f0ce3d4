import assert from 'node:assert/strict';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { generateCase, generateStreams } from './case.ts';
import { check } from './check.ts';
import { KernelOracle } from './client.ts';
import type { OracleRequest } from './protocol.ts';
import { familyOf, SEEDS } from './seeds.ts';
import { describeWithKernel } from './support.ts';

/** Most of the answers that may say "it depends", in percent; the questions are those of docs/proof.md. */
const MOST_UNKNOWN = 5;

/** Asserts that the kernel and we agree on every packet; `node --import tsx test/kernel/run.ts` makes a disagreement small. */
describeWithKernel('random rulesets and packets', (backend: Backend, oracle) => {
  const counted = { packets: 0, unknown: 0 };
  const agree = async (kernel: KernelOracle, request: OracleRequest): Promise<void> => {
    const { reply, disagreements, compared, unknown } = await check(kernel, request, backend);
    assert.ok(reply.ok, `${request.id}: ${reply.error}`);
    assert.deepEqual(disagreements.map(({ index, differences }) => [request.id, index, differences]), []);
    counted.packets += compared;
    counted.unknown += unknown.length;
  };

  it(`agree in ${SEEDS.cases} cases of ${SEEDS.packets} packets`, async function () {
    this.timeout(600_000);
    for (let seed = 1; seed <= SEEDS.cases; seed++) await agree(oracle(), await generateCase(seed, { family: familyOf(seed), backend, packets: SEEDS.packets }));
  });

  it(`agree in ${SEEDS.nat} cases that are mostly about NAT`, async function () {
    this.timeout(120_000);
    for (let seed = 1; seed <= SEEDS.nat; seed++) await agree(oracle(), await generateCase(seed, { family: familyOf(seed), backend, packets: SEEDS.packets, nat: true }));
  });

  it(`agree in ${SEEDS.routes} cases on hosts with many routes`, async function () {
    this.timeout(120_000);
    for (let seed = 1; seed <= SEEDS.routes; seed++) await agree(oracle(), await generateCase(seed, { family: familyOf(seed), backend, packets: SEEDS.packets, routes: true }));
  });

  it(`agree in ${SEEDS.timed} cases over seconds`, async function () {
    this.timeout(120_000);
    // Each has a kernel of its own, as they wait most of the time.
    await Promise.all(Array.from({ length: SEEDS.timed }, async (_, index) => {
      const kernel = new KernelOracle(backend);
      const seed = index + 1;
      await agree(kernel, await generateCase(seed, { family: familyOf(seed), backend, packets: SEEDS.timedPackets, timed: true }));
      await kernel.close();
    }));
  });

  it('agree on TCP connections of random segments', async function () {
    this.timeout(120_000);
    for (let seed = 1; seed <= SEEDS.streams; seed++) await agree(oracle(), generateStreams(seed, familyOf(seed), SEEDS.segments));
  });

  it('are seldom answered with "it depends"', () => {
    console.log(`      ${counted.packets} packets, ${counted.unknown} unknown`);
    assert.ok(counted.unknown * 100 <= counted.packets * MOST_UNKNOWN);
  });
});
