import assert from 'node:assert/strict';
import { compareGenerated } from '../conformance/generated.ts';
import type { Reported } from '../conformance/report.ts';
import { compareTools } from '../conformance/tools.ts';
import { compareWritten } from '../conformance/written.ts';
import { describeWithPrograms } from './namespace.ts';

/** A slice that is the same every time; `npm run conformance` takes a fresh seed. */
const SEED = 20261;
const COUNT = 1040;
const CHANGED = 280;

describeWithPrograms('rules made from the catalogue, as both back ends answer', () => {
  it('agree with check on the rulesets of commands.cases', async () => {
    assert.deepEqual(disagreements(await compareWritten()), []);
  });

  it(`agree with check on rulesets as tools write them, and on what one change makes of them (seed ${SEED}, ${CHANGED} changed)`, async () => {
    const compared = await compareTools(SEED, CHANGED);
    assert.deepEqual(disagreements(compared), []);
    assert.deepEqual(compared.filter(({ what, outcome }) => what.endsWith(': as it is') && outcome !== 'accepted').map(({ what }) => what), []);
  });

  it(`agree with check (seed ${SEED}, ${COUNT} rules)`, async () => {
    const compared = await compareGenerated(SEED, COUNT);
    assert.deepEqual(disagreements(compared), []);
    for (const outcome of ['accepted', 'refused'] as const) assert.ok(compared.filter((each) => each.outcome === outcome).length > COUNT / 4, `few are ${outcome}`);
  });
}, 300_000);

const disagreements = (compared: readonly Reported[]): string[] =>
  compared.filter(({ difference }) => difference !== undefined).map(({ what, difference, said }) => `${what}\n  ${difference!}\n  ${said}`);
