import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { FULL_CLIENT, TestClient } from './client.ts';

const SCRIPT = '#!/bin/sh\n. "$(dirname "$0")/ports.sh"\niptables -A INPUT -p tcp --dport "$PORT" -j ACCEPT\n';

describe('a script that sources another file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'iptables-lens-'));
  const file = path.join(folder, 'ports.sh');
  const uri = pathToFileURL(path.join(folder, 'fw.sh')).href;
  const sourced = pathToFileURL(file).href;
  let client: TestClient;
  const renewed: string[][] = [];
  const ruleset = async (): Promise<string | undefined> => /--dport \S+/u.exec((await client.command<{ readonly text: string }>('iptables-lens.resultingRuleset', { uri })).text)?.[0];
  const until = async (port: string): Promise<void> => {
    for (const end = Date.now() + 5000; (await ruleset()) !== `--dport ${port}` && Date.now() < end;) await new Promise((wake) => { setTimeout(wake, 20); });
    assert.equal(await ruleset(), `--dport ${port}`);
  };

  before(async () => {
    writeFileSync(file, 'PORT=22\n');
    const watching = { ...FULL_CLIENT, workspace: { ...FULL_CLIENT.workspace, didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true } } };
    client = await TestClient.start({}, watching, { renewals: true });
    client.connection.onNotification('iptables-lens/renewed', ({ uris }: { readonly uris: string[] }) => { renewed.push(uris); });
    await client.open(uri, SCRIPT, 'shellscript');
  });
  after(async () => {
    await client.stop();
    rmSync(folder, { recursive: true });
  });

  it('has what stands in that file', () => until('22'));

  it('has what is saved there, of which it asks to be told', async () => {
    const watching = client.registrations.findLast(({ method }) => method === 'workspace/didChangeWatchedFiles');
    assert.deepEqual(watching?.registerOptions, { watchers: [{ globPattern: { baseUri: pathToFileURL(folder).href, pattern: 'ports.sh' } }] });
    renewed.length = 0;
    writeFileSync(file, 'PORT=2222\n');
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: sourced, type: 2 }] });
    await until('2222');
    assert.deepEqual(renewed.splice(0), [[uri]]);
  });

  it('has what is typed there before it is saved, and what was saved once that is closed', async () => {
    await client.connection.sendNotification('textDocument/didOpen', { textDocument: { uri: sourced, languageId: 'shellscript', version: 1, text: 'PORT=80\n' } });
    await until('80');
    await client.connection.sendNotification('textDocument/didChange', { textDocument: { uri: sourced, version: 2 }, contentChanges: [{ text: 'PORT=8080\n' }] });
    await until('8080');
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: sourced } });
    await until('2222');
    assert.deepEqual(renewed, [[uri], [uri], [uri]]);
  });
});
