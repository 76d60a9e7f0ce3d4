import assert from 'node:assert/strict';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { openDocument } from '../../support/document.ts';

const block = ['*mangle', ':MARK - [0:0]', '-A INPUT -j MARK', 'COMMIT'];
const script = ['#!/bin/sh', 'iptables-restore <<EOF', ...block, 'EOF', 'iptables-restore <<EOF', '*mangle', '-A INPUT -j MARK --set-mark 1', 'COMMIT', 'EOF', ''].join('\n');

describe('a chain named like a target in a here-document', () => {
  it('hides it up to the end of the here-document, and no longer than it is declared', async () => {
    const document = await openDocument(script, 'fw.sh');
    const diagnostics = new Diagnostics(document);
    const errors = (): unknown => diagnostics.findings().filter(({ severity }) => severity === 'error').map(({ code, line }) => [code, line.number]);
    assert.deepEqual(errors(), []);
    const name = { start: { line: 3, character: 1 }, end: { line: 3, character: 5 } };
    document.update([{ range: name, text: 'MINE' }], 2);
    assert.deepEqual(errors(), [['missing-option', 4]]);
    document.update([{ range: name, text: 'MARK' }], 3);
    assert.deepEqual(errors(), []);
  });
});
