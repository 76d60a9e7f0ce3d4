import assert from 'node:assert/strict';
import { analyse } from '../../../server/src/core/analysis/analysis.ts';
import { completed } from '../../../server/src/core/analysis/steps.ts';
import { TableAnalysis } from '../../../server/src/core/analysis/table.ts';
import { Walk } from '../../../server/src/core/analysis/walk.ts';
import { Probe } from '../../../server/src/core/sets/probe.ts';
import { openDocument } from '../../support/document.ts';

describe('a packet that is sent through rules', () => {
  /** Whether one with no bit set arrives before the last rule of PREROUTING and matches it. */
  const arrives = async (...rules: readonly string[]): Promise<boolean> => {
    const document = await openDocument(['*mangle', ':SEEN - [0:0]', '-A SEEN -m limit --limit 1/s -j RETURN', ...rules, 'COMMIT', ''].join('\n'));
    const ruleset = document.ruleset();
    const analysis = analyse(ruleset);
    completed(analysis.work());
    const table = completed(TableAnalysis.of(ruleset.tables.get('mangle')!, { space: analysis.space, tracks: false, previous: undefined }));
    const bits = new Uint8Array(analysis.space.variables);
    return new Walk(table, bits, new Probe(analysis.space)).arrives([{ chain: 'PREROUTING', to: rules.length - 1 }], bits);
  };
  const MARKED = ['-A PREROUTING -j MARK --set-mark 1', '-A PREROUTING -m mark --mark 1 -j ACCEPT', '-A PREROUTING -m mark --mark 0 -j DROP'];

  it('comes along where a rule lets it by', async () => {
    assert.equal(await arrives(...MARKED), false);
    assert.equal(await arrives(`${MARKED[0]!} -m limit --limit 1/s`, ...MARKED.slice(1)), true);
  });

  it('is the same on all ways on which nothing becomes of it, however many there are', async () => {
    const ways = Array.from({ length: 40 }, (_, index) => `-A PREROUTING -m limit --limit ${index + 1}/min -j SEEN`);
    assert.equal(await arrives(...ways, ...MARKED), false);
    assert.equal(await arrives(...ways, MARKED[2]!), true);
  });

  it('is given up where it may be too much', async () => {
    const ways = Array.from({ length: 24 }, (_, bit) => `-A PREROUTING -m limit --limit ${bit + 1}/min -j MARK --or-mark ${2 ** (bit + 1)}`);
    assert.equal(await arrives(...ways, ...MARKED), false);
  });
});
