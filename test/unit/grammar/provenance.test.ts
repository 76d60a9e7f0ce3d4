import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const directory = new URL('../../../grammars/iptables/', import.meta.url);
const read = (file: string): Buffer => readFileSync(new URL(file, directory));
const provenance = JSON.parse(read('provenance.json').toString()) as { sha256: Record<string, string> };

describe('the committed parser', () => {
  for (const [file, sha256] of Object.entries(provenance.sha256)) {
    it(`is built from what is committed: ${file}`, () => {
      assert.equal(createHash('sha256').update(read(file)).digest('hex'), sha256, 'run npm run grammar');
    });
  }

  it('holds no path of the machine that built it', () => {
    for (const file of ['src/parser.c', 'iptables.wasm']) assert.doesNotMatch(read(file).toString('latin1'), /\/(?:home|root|tmp|work|Users)\//u);
  });
});
