import assert from 'node:assert/strict';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import type { Backend } from '../../../server/src/core/engine/traversal.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { openDocument } from '../../support/document.ts';
import { hitFiles, type HitScenario } from '../../support/hits.ts';

describe('rules that packets hit', () => {
  for (const { file, scenarios } of hitFiles()) {
    describe(file, () => {
      for (const scenario of scenarios) {
        for (const backend of ['legacy', 'nft'] as const) {
          it(`${scenario.title} (${backend})`, async () => { await run(scenario, backend); });
        }
      }
    });
  }
});

async function run({ family, ruleset, host, packets, table, chain }: HitScenario, backend: Backend): Promise<void> {
  const document = await openDocument(ruleset, family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  document.setFamily(family);
  const program = compile(document.ruleset(), { backend });
  const worlds = new Worlds();
  for (const [index, { packet, text, hits }] of packets.entries()) {
    const result = simulate(program, worlds, { ...packet, pathGiven: true }, { host, trace: 'matched', loopback: true });
    const met = (result.outcomes?.[0] ?? result).steps.filter((step) => step.table === table && step.chain === chain && step.matched === true).map(({ number }) => number);
    assert.notEqual(result.verdict, 'UNKNOWN', `packet ${index + 1}, ${text}: depends on ${result.outcomes?.flatMap(({ courses }) => courses.flat()).join('; ')}`);
    assert.equal(met.join(' '), hits[backend], `packet ${index + 1}: ${text}`);
  }
}
