import assert from 'node:assert/strict';
import { abbreviations, disagreements } from '../conformance/abbreviations.ts';
import { describeWithPrograms } from './namespace.ts';
import { Random } from './random.ts';

const SEED = 34;
/** Of more than 4,000; `npm run conformance` asks for all of them. */
const TRIED = 700;

describeWithPrograms('abbreviations of long options', () => {
  it(`are options here where they are options for iptables-nft (seed ${SEED}, ${TRIED} beginnings)`, async () => {
    assert.deepEqual(await disagreements(new Random(SEED).sample(abbreviations(), TRIED), 'nft'), []);
  });
});
