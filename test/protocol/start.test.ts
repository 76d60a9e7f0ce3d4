import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PublishDiagnosticsParams } from 'vscode-languageserver-protocol/node';
import { TestClient } from './client.ts';

const START = '*filter\n:WEB - [0:0]\n-A INPUT -j WEB\nCOMMIT\n';
const codes = ({ diagnostics }: PublishDiagnosticsParams): unknown[] => diagnostics.map(({ code }) => code);

describe('the start of a script over the protocol', () => {
  let folder: string;
  let client: TestClient;
  const uri = (name: string): string => pathToFileURL(path.join(folder, name)).href;
  before(() => { folder = mkdtempSync(path.join(os.tmpdir(), 'iptables-lens-')); });
  afterEach(async () => { assert.equal(await client.stop(), 0); });
  after(() => rmSync(folder, { recursive: true }));

  it('is what its comment names, and follows edits of the comment and of the file', async () => {
    writeFileSync(path.join(folder, 'rules.v4'), START);
    client = await TestClient.start();
    const script = uri('commented.sh');
    assert.deepEqual(codes(await client.open(script, '#!/bin/sh\n# iptables-lens from=rules.v4\niptables -A WEB -p tcp --dport 80 -j DROP\n', 'shellscript')), []);
    const { text } = await client.command<{ text: string }>('iptables-lens.resultingRuleset', { uri: script, line: 0 });
    assert.match(text, /-A INPUT -j WEB\n-A WEB -p tcp -m tcp --dport 80 -j DROP\n/u);
    const dot = { line: 1, character: 28 };
    assert.deepEqual(codes(await client.change(script, 2, 'x', { start: dot, end: dot })), ['unreadable-start', 'undefined-chain']);
    assert.deepEqual(codes(await client.change(script, 3, '', { start: dot, end: { ...dot, character: 29 } })), []);
    writeFileSync(path.join(folder, 'rules.v4'), START.replaceAll('WEB', 'WWW'));
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: uri('rules.v4'), type: 2 }] });
    await client.diagnosticsWhere(script, (round) => codes(round).includes('undefined-chain'));
  });

  it('is what the setting names where no comment does', async () => {
    writeFileSync(path.join(folder, 'rules.v4'), START);
    client = await TestClient.start({ startFrom: 'rules.v4' });
    const script = uri('set.sh');
    await client.open(script, '#!/bin/sh\niptables -A WEB -p tcp --dport 80 -j DROP\n', 'shellscript');
    await client.diagnosticsWhere(script, (round) => codes(round).length === 0);
    const missing = uri('commented.sh');
    const { diagnostics } = await client.open(missing, '#!/bin/sh\n# iptables-lens from=missing.v4\niptables -F\n', 'shellscript');
    assert.deepEqual(diagnostics.map(({ code, range }) => [code, range.start]), [['unreadable-start', { line: 1, character: 21 }]]);
  });
});
